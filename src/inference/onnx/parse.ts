/**
 * Reads the structure of an ONNX file, but not its weights, without handing a byte of it to the
 * runtime: what `inspectModel` judges.
 *
 * Fields by number from onnx.proto3 (ONNX 1.19). A second occurrence of a field that can occur once
 * is refused: protobuf would merge the two, and this reader and the runtime might see different
 * models. Limits: depth, nodes and names are bounded by `ParseLimits`, fields in all by FIELDS_MAX.
 */
import {
  int64Of,
  int64sOf,
  messageOf,
  ProtoLimitError,
  ProtoReader,
  textOf,
} from './proto-reader.ts';

/** What the parser finds in a model. */
export type ParsedModel = {
  readonly irVersion: bigint;
  readonly producer: string;
  readonly opsets: readonly { readonly domain: string; readonly version: bigint }[];
  readonly graph: ParsedGraph | undefined;
  readonly functions: readonly ParsedFunction[];
  readonly hasTrainingInfo: boolean;
};
export type ParsedGraph = {
  readonly nodes: readonly ParsedNode[];
  readonly initializers: readonly ParsedTensor[];
  readonly hasSparseInitializers: boolean;
  readonly inputs: readonly ParsedValue[];
  readonly outputs: readonly ParsedValue[];
};
export type ParsedNode = {
  readonly operator: string;
  readonly domain: string;
  readonly inputs: readonly string[];
  readonly attributes: readonly ParsedAttribute[];
};
export type ParsedAttribute = {
  readonly name: string;
  readonly integer: bigint | undefined;
  readonly tensors: readonly ParsedTensor[];
  readonly graphs: readonly ParsedGraph[];
};
export type ParsedTensor = {
  readonly name: string;
  readonly dims: readonly bigint[];
  readonly dataType: number;
  readonly isExternal: boolean;
  /** Bytes of the tensor's own data, however they are stored. */
  readonly dataBytes: number;
  /** A view of the data if they are stored raw, little-endian. */
  readonly rawData: Uint8Array | undefined;
  /** Whether the data are a single zero byte or number: how `false` is written. */
  readonly isFalse: boolean;
};
export type ParsedValue = {
  readonly name: string;
  readonly kind: 'tensor' | 'sequence' | 'map' | 'optional' | 'sparse-tensor' | 'opaque' | 'none';
  readonly elementType: number;
  /** Sizes, names of dynamic axes, or `undefined` for an axis without either. */
  readonly dims: readonly (bigint | string | undefined)[] | undefined;
};
export type ParsedFunction = {
  readonly name: string;
  readonly domain: string;
  readonly nodes: readonly ParsedNode[];
};

/** Bounds on what is read. */
export type ParseLimits = {
  /** Nodes in all graphs and functions together. */
  readonly nodesMax: number;
  /** Depth of graphs within graphs. */
  readonly depthMax: number;
};

/** A node with its attributes has about 30 fields: this is for more than 30,000 of them. */
const FIELDS_MAX = 1_000_000;
/** ONNX Runtime's kernels take 8 dimensions or fewer. */
const RANK_MAX = 64;
const TENSOR_DATA_FIELDS = new Set([4, 5, 6, 7, 9, 10, 11]);
const VALUE_KINDS = new Map<number, ParsedValue['kind']>([
  [1, 'tensor'],
  [4, 'sequence'],
  [5, 'map'],
  [7, 'opaque'],
  [8, 'sparse-tensor'],
  [9, 'optional'],
]);

/**
 * Returns the structure of an ONNX file.
 * @throws ProtoError if it is no protobuf, ProtoLimitError if it is beyond the limits
 */
export function parseModel(bytes: Uint8Array, limits: ParseLimits): ParsedModel {
  const reader = new ProtoReader(FIELDS_MAX);
  const parser = new Parser(limits, reader);
  const opsets: { domain: string; version: bigint }[] = [];
  const functions: ParsedFunction[] = [];
  let irVersion = 0n;
  let producer = '';
  let graph: ParsedGraph | undefined;
  let hasTrainingInfo = false;
  for (const field of reader.fields(bytes, [1, 2, 7])) {
    if (field.number === 1) irVersion = int64Of(field);
    else if (field.number === 2) producer = textOf(field);
    else if (field.number === 7) graph = parser.graph(messageOf(field), 0);
    else if (field.number === 8) opsets.push(opsetOf(reader, messageOf(field)));
    else if (field.number === 20) hasTrainingInfo = true;
    else if (field.number === 25) functions.push(parser.function(messageOf(field)));
  }
  return { irVersion, producer, opsets, graph, functions, hasTrainingInfo };
}

class Parser {
  readonly #limits: ParseLimits;
  readonly #reader: ProtoReader;
  #nodeCount = 0;

  constructor(limits: ParseLimits, reader: ProtoReader) {
    this.#limits = limits;
    this.#reader = reader;
  }

  graph(bytes: Uint8Array, depth: number): ParsedGraph {
    if (depth > this.#limits.depthMax) {
      throw new ProtoLimitError(`graphs are nested more than ${this.#limits.depthMax} deep`);
    }
    const nodes: ParsedNode[] = [];
    const initializers: ParsedTensor[] = [];
    const inputs: ParsedValue[] = [];
    const outputs: ParsedValue[] = [];
    let hasSparseInitializers = false;
    for (const field of this.#reader.fields(bytes)) {
      if (field.number === 1) nodes.push(this.node(messageOf(field), depth));
      else if (field.number === 5) initializers.push(tensorOf(this.#reader, messageOf(field)));
      else if (field.number === 11) inputs.push(valueInfoOf(this.#reader, messageOf(field)));
      else if (field.number === 12) outputs.push(valueInfoOf(this.#reader, messageOf(field)));
      else if (field.number === 15) hasSparseInitializers = true;
    }
    return { nodes, initializers, hasSparseInitializers, inputs, outputs };
  }

  function(bytes: Uint8Array): ParsedFunction {
    const nodes: ParsedNode[] = [];
    let name = '';
    let domain = '';
    for (const field of this.#reader.fields(bytes, [1, 10])) {
      if (field.number === 1) name = textOf(field);
      else if (field.number === 7) nodes.push(this.node(messageOf(field), 0));
      else if (field.number === 10) domain = textOf(field);
    }
    return { name, domain, nodes };
  }

  node(bytes: Uint8Array, depth: number): ParsedNode {
    this.#nodeCount += 1;
    if (this.#nodeCount > this.#limits.nodesMax) {
      throw new ProtoLimitError(`the model has more than ${this.#limits.nodesMax} nodes`);
    }
    const inputs: string[] = [];
    const attributes: ParsedAttribute[] = [];
    let operator = '';
    let domain = '';
    for (const field of this.#reader.fields(bytes, [4, 7])) {
      if (field.number === 1) inputs.push(textOf(field));
      else if (field.number === 4) operator = textOf(field);
      else if (field.number === 5) attributes.push(this.attribute(messageOf(field), depth));
      else if (field.number === 7) domain = textOf(field);
    }
    return { operator, domain, inputs, attributes };
  }

  attribute(bytes: Uint8Array, depth: number): ParsedAttribute {
    const tensors: ParsedTensor[] = [];
    const graphs: ParsedGraph[] = [];
    let name = '';
    let integer: bigint | undefined;
    for (const field of this.#reader.fields(bytes, [1, 3, 5, 6, 22])) {
      if (field.number === 1) name = textOf(field);
      else if (field.number === 3) integer = int64Of(field);
      else if (field.number === 5 || field.number === 10)
        tensors.push(tensorOf(this.#reader, messageOf(field)));
      else if (field.number === 6 || field.number === 11) {
        graphs.push(this.graph(messageOf(field), depth + 1));
      } else if (field.number === 22 || field.number === 23) {
        tensors.push(...sparseTensorsOf(this.#reader, messageOf(field)));
      }
    }
    return { name, integer, tensors, graphs };
  }
}

function opsetOf(reader: ProtoReader, bytes: Uint8Array): { domain: string; version: bigint } {
  let domain = '';
  let version = 0n;
  for (const field of reader.fields(bytes, [1, 2])) {
    if (field.number === 1) domain = textOf(field);
    else if (field.number === 2) version = int64Of(field);
  }
  return { domain, version };
}

function tensorOf(reader: ProtoReader, bytes: Uint8Array): ParsedTensor {
  const dims: bigint[] = [];
  let name = '';
  let dataType = 0;
  let isExternal = false;
  let dataBytes = 0;
  let isFalse = false;
  let rawData: Uint8Array | undefined;
  for (const field of reader.fields(bytes, [2, 8, 9, 14])) {
    if (field.number === 1) {
      dims.push(...int64sOf(field, RANK_MAX));
      if (dims.length > RANK_MAX) throw new ProtoLimitError('a tensor has too many dimensions');
    } else if (field.number === 2) dataType = Number(field.varint);
    else if (field.number === 8) name = textOf(field);
    else if (field.number === 13) isExternal = true;
    else if (field.number === 14) isExternal ||= field.varint !== 0n;
    else if (TENSOR_DATA_FIELDS.has(field.number)) {
      isFalse = dataBytes === 0 && field.bytes.every((byte) => byte === 0) && field.varint === 0n;
      dataBytes += Math.max(1, field.bytes.length);
      if (field.number === 9) rawData = field.bytes;
    }
  }
  return { name, dims, dataType, isExternal, dataBytes, rawData, isFalse };
}

function sparseTensorsOf(reader: ProtoReader, bytes: Uint8Array): ParsedTensor[] {
  const tensors: ParsedTensor[] = [];
  for (const field of reader.fields(bytes)) {
    if (field.number === 1 || field.number === 2) tensors.push(tensorOf(reader, messageOf(field)));
  }
  return tensors;
}

function valueInfoOf(reader: ProtoReader, bytes: Uint8Array): ParsedValue {
  let value: ParsedValue = { name: '', kind: 'none', elementType: 0, dims: undefined };
  for (const field of reader.fields(bytes, [1, 2])) {
    if (field.number === 1) value = { ...value, name: textOf(field) };
    else if (field.number === 2) value = { ...value, ...typeOf(reader, messageOf(field)) };
  }
  return value;
}

function typeOf(reader: ProtoReader, bytes: Uint8Array): Omit<ParsedValue, 'name'> {
  let type: Omit<ParsedValue, 'name'> = { kind: 'none', elementType: 0, dims: undefined };
  for (const field of reader.fields(bytes, [1, 4, 5, 7, 8, 9])) {
    const kind = VALUE_KINDS.get(field.number);
    if (kind === undefined) continue;
    type = kind === 'tensor' ? tensorTypeOf(reader, messageOf(field)) : { ...type, kind };
  }
  return type;
}

function tensorTypeOf(reader: ProtoReader, bytes: Uint8Array): Omit<ParsedValue, 'name'> {
  let elementType = 0;
  let dims: (bigint | string | undefined)[] | undefined;
  for (const field of reader.fields(bytes, [1, 2])) {
    if (field.number === 1) elementType = Number(field.varint);
    else if (field.number === 2) {
      dims = [];
      for (const dim of reader.fields(messageOf(field))) {
        if (dim.number === 1) dims.push(dimensionOf(reader, messageOf(dim)));
      }
    }
  }
  return { kind: 'tensor', elementType, dims };
}

function dimensionOf(reader: ProtoReader, bytes: Uint8Array): bigint | string | undefined {
  let size: bigint | string | undefined;
  for (const field of reader.fields(bytes, [1, 2])) {
    if (field.number === 1) size = int64Of(field);
    else if (field.number === 2) size = textOf(field) || undefined;
  }
  return size;
}
