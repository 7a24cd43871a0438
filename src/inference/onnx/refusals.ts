/**
 * Every reason against running a model, read from its structure. Each kind of reason is told once,
 * with the first places where it was found.
 */
import {
  type ModelLimits,
  REFUSAL_CODES,
  type Refusal,
  type RefusalCode,
} from '../model-report.ts';
import {
  CONTRIB_DOMAIN,
  CONTRIB_OPERATORS,
  CONTROL_FLOW_OPERATORS,
  ELEMENT_TYPES,
  RANDOM_OPERATORS,
  STANDARD_DOMAINS,
  tensorTypeOf,
} from './operators.ts';
import type {
  ParsedFunction,
  ParsedGraph,
  ParsedModel,
  ParsedNode,
  ParsedTensor,
  ParsedValue,
} from './parse.ts';

const PLACES_SHOWN_MAX = 5;
/** Exporters write some hundred; each may call the next, so that this bounds the recursion. */
const FUNCTIONS_MAX = 1000;
/** The smallest ONNX element has two bits. */
const ELEMENTS_PER_BYTE_MAX = 4;

const REASONS: Readonly<Record<RefusalCode, { message: string; remedy?: string }>> = {
  'not-onnx': { message: 'the file is no ONNX model' },
  truncated: { message: 'the file ends too early' },
  malformed: { message: 'the file is damaged' },
  'too-large': { message: 'the file is too large' },
  'too-many-nodes': { message: 'the model has too many nodes' },
  'no-outputs': { message: 'the model puts nothing out' },
  'external-data': {
    message: 'weights lie outside the file, so that its content id does not cover them',
    remedy: 'save the model as one file: onnx.save(model, path, save_as_external_data=False)',
  },
  'unknown-domain': {
    message: 'operators of a domain that not every validator has',
    remedy: 'export with operators of the standard ONNX domains only',
  },
  'unknown-operator': {
    message: 'operators of com.microsoft that are not admitted',
    remedy: 'export with standard ONNX operators',
  },
  'random-operator': {
    message: 'operators that draw random numbers: two honest executions would differ',
    remedy: 'export for inference; pass random numbers in as an input instead',
  },
  'control-flow': {
    message: 'loops or branches, whose running time nobody can bound from the file',
    remedy: 'unroll the loop when exporting, or allow control flow explicitly',
  },
  'recursive-function': { message: 'a function that calls itself' },
  'unsupported-type': {
    message: 'inputs or outputs of a type that cannot be sent or compared',
    remedy: 'cast to float32, or to another type of the standard tensor types, in the model',
  },
  'negative-dimension': {
    message: 'sizes below zero',
    remedy: 'name dynamic axes (dim_param) instead of giving them the size -1',
  },
  'tensor-too-large': { message: 'tensors with too many elements' },
  'sparse-tensor': {
    message: 'sparse tensors',
    remedy: 'store the weights densely',
  },
  'training-info': {
    message: 'training information',
    remedy: 'export for inference',
  },
  'duplicate-name': { message: 'two inputs, outputs or functions of one name' },
};

/** Returns the operator's name, with its domain unless that is the standard one. */
export function operatorName(node: ParsedNode): string {
  const isStandard = node.domain === '' || node.domain === 'ai.onnx';
  return isStandard ? node.operator : `${node.domain}.${node.operator}`;
}

/** Returns all reasons against a model, each code once. */
export function refusalsOf(model: ParsedModel, limits: ModelLimits): Refusal[] {
  const found = new Findings();
  const graph = model.graph;
  if (graph === undefined) return [{ code: 'not-onnx', ...REASONS['not-onnx'] }];
  if (graph.outputs.length === 0) found.add('no-outputs');
  if (model.hasTrainingInfo) found.add('training-info');
  const initialized = new Set(graph.initializers.map((tensor) => tensor.name));
  const inputs = graph.inputs.filter((value) => !initialized.has(value.name));
  for (const values of [inputs, graph.outputs]) {
    checkNames(values, found);
    for (const value of values) checkValue(value, limits, found);
  }
  const context: Context = {
    limits,
    found,
    functions: new Map(model.functions.map((item) => [functionKey(item.domain, item.name), item])),
    opset: Number(model.opsets.find(({ domain }) => domain === '')?.version ?? 1n),
  };
  checkGraph(graph, context);
  for (const definition of model.functions) checkNodes(definition.nodes, new Set(), context);
  if (context.functions.size < model.functions.length) found.add('duplicate-name', 'functions');
  if (model.functions.length > FUNCTIONS_MAX) found.add('too-many-nodes', 'functions');
  else checkExpansion(graph, context);
  return found.list();
}

type Context = {
  readonly limits: ModelLimits;
  readonly found: Findings;
  readonly functions: ReadonlyMap<string, ParsedFunction>;
  /** Version of the standard operators. */
  readonly opset: number;
};

/** Collects places by code. */
class Findings {
  readonly #places = new Map<RefusalCode, Set<string>>();

  add(code: RefusalCode, place?: string): void {
    const places = this.#places.get(code) ?? new Set();
    this.#places.set(code, places);
    if (place !== undefined) places.add(place);
  }

  list(): Refusal[] {
    return REFUSAL_CODES.flatMap((code) => {
      const places = this.#places.get(code);
      if (places === undefined) return [];
      const { message, remedy } = REASONS[code];
      const shown = Array.from(places).slice(0, PLACES_SHOWN_MAX).map(printable).join(', ');
      const more =
        places.size > PLACES_SHOWN_MAX ? ` and ${places.size - PLACES_SHOWN_MAX} more` : '';
      const text = shown === '' ? message : `${message}: ${shown}${more}`;
      return [remedy === undefined ? { code, message: text } : { code, message: text, remedy }];
    });
  }
}

/** Names come from the file: short, and without control characters that a terminal would obey. */
function printable(name: string): string {
  const clean = name.replace(/[^\x20-\x7e\u00a0-\uffff]/g, '\ufffd');
  return clean.length > 60 ? `${clean.slice(0, 59)}…` : clean;
}

function checkNames(values: readonly ParsedValue[], found: Findings): void {
  const names = new Set<string>();
  for (const { name } of values) {
    if (names.has(name)) found.add('duplicate-name', name);
    names.add(name);
  }
}

function checkValue(value: ParsedValue, limits: ModelLimits, found: Findings): void {
  const type = tensorTypeOf(value.elementType);
  // The runtime's binding cannot pass bfloat16 in or out.
  if (value.kind !== 'tensor' || type === undefined || type === 'bfloat16') {
    const typeName = ELEMENT_TYPES[value.elementType] ?? `type ${value.elementType}`;
    const kind = value.kind === 'tensor' ? typeName : value.kind;
    found.add('unsupported-type', `${value.name} (${kind})`);
  }
  const sizes = (value.dims ?? []).filter((size) => typeof size === 'bigint');
  checkSizes(value.name, sizes, limits, found);
}

function checkSizes(
  name: string,
  sizes: readonly bigint[],
  limits: ModelLimits,
  found: Findings,
): void {
  if (sizes.some((size) => size < 0n)) found.add('negative-dimension', name);
  const count = sizes.reduce((product, size) => product * size, 1n);
  if (count > BigInt(limits.elementsMax)) found.add('tensor-too-large', name);
}

function checkTensor(tensor: ParsedTensor, { limits, found }: Context): void {
  if (tensor.isExternal) found.add('external-data', tensor.name);
  checkSizes(tensor.name, tensor.dims, limits, found);
  const count = tensor.dims.reduce((product, size) => product * size, 1n);
  if (!tensor.isExternal && count > BigInt(ELEMENTS_PER_BYTE_MAX * tensor.dataBytes)) {
    found.add('malformed', `${tensor.name} has ${count} elements and ${tensor.dataBytes} bytes`);
  }
}

function checkGraph(graph: ParsedGraph, context: Context): void {
  if (graph.hasSparseInitializers) context.found.add('sparse-tensor');
  for (const tensor of graph.initializers) checkTensor(tensor, context);
  const falseNames = graph.initializers.filter((tensor) => tensor.isFalse);
  checkNodes(graph.nodes, new Set(falseNames.map((tensor) => tensor.name)), context);
}

function checkNodes(
  nodes: readonly ParsedNode[],
  falseNames: ReadonlySet<string>,
  context: Context,
): void {
  for (const node of nodes) {
    checkOperator(node, context);
    if (isTrainingDropout(node, falseNames, context))
      context.found.add('random-operator', 'Dropout');
    for (const attribute of node.attributes) {
      for (const tensor of attribute.tensors) checkTensor(tensor, context);
      for (const graph of attribute.graphs) checkGraph(graph, context);
    }
  }
}

function checkOperator(node: ParsedNode, { found, limits, functions }: Context): void {
  const name = operatorName(node);
  const isStandard = STANDARD_DOMAINS.has(node.domain) || node.domain === CONTRIB_DOMAIN;
  // A function may not make a standard operator look harmless by taking its name.
  if (!isStandard && functions.has(functionKey(node.domain, node.operator))) return;
  if (RANDOM_OPERATORS.has(node.operator)) found.add('random-operator', name);
  else if (node.domain === CONTRIB_DOMAIN) {
    if (!CONTRIB_OPERATORS.has(node.operator)) found.add('unknown-operator', name);
  } else if (!isStandard) found.add('unknown-domain', name);
  if (CONTROL_FLOW_OPERATORS.has(node.operator) && !limits.allowControlFlow) {
    found.add('control-flow', name);
  }
}

/** Dropout draws random numbers when its third input is true, or, before opset 7, by default. */
function isTrainingDropout(
  node: ParsedNode,
  falseNames: ReadonlySet<string>,
  { opset }: Context,
): boolean {
  if (node.operator !== 'Dropout' || !STANDARD_DOMAINS.has(node.domain)) return false;
  if (opset < 7) {
    return node.attributes.find(({ name }) => name === 'is_test')?.integer !== 1n;
  }
  const mode = node.inputs[2] ?? '';
  return mode !== '' && !falseNames.has(mode);
}

function functionKey(domain: string, name: string): string {
  return `${domain === 'ai.onnx' ? '' : domain}\0${name}`;
}

/** Refuses functions that call themselves, and those that expand into too many nodes. */
function checkExpansion(graph: ParsedGraph, context: Context): void {
  const sizes = new Map<string, number | 'open'>();
  const sizeOf = (nodes: readonly ParsedNode[]): number => {
    let size = 0;
    for (const node of nodes) {
      size += 1;
      for (const attribute of node.attributes) {
        for (const inner of attribute.graphs) size += sizeOf(inner.nodes);
      }
      size += callSize(functionKey(node.domain, node.operator), node.operator);
    }
    return size;
  };
  const callSize = (key: string, name: string): number => {
    const definition = context.functions.get(key);
    if (definition === undefined) return 0;
    const known = sizes.get(key);
    if (known === 'open') context.found.add('recursive-function', name);
    if (known !== undefined) return known === 'open' ? 0 : known;
    sizes.set(key, 'open');
    const size = sizeOf(definition.nodes);
    sizes.set(key, size);
    return size;
  };
  const size = sizeOf(graph.nodes);
  for (const { domain, name } of context.functions.values()) {
    callSize(functionKey(domain, name), name);
  }
  if (!(size <= context.limits.nodesMax)) {
    context.found.add('too-many-nodes', `${size} with functions expanded`);
  }
}
