/**
 * Writes ONNX files: the zoo's models and the tests' hostile ones.
 *
 * protobufjs with the few messages that are needed; fields are written in the order of their
 * numbers, so that the same model gives the same bytes. Source: onnx.proto3 (ONNX 1.19).
 */
import protobuf from 'protobufjs';
import { assert, type TensorType, utf8 } from '../../base/index.ts';
import { encodeTensors, type Tensor } from '../../compare/index.ts';
import { ELEMENT_TYPES } from './operators.ts';

const SCHEMA = `syntax = "proto3";
message Attribute { string name=1; float f=2; int64 i=3; bytes s=4; Tensor t=5; Graph g=6;
  repeated float floats=7; repeated int64 ints=8; int32 type=20; }
message Node { repeated string input=1; repeated string output=2; string name=3;
  string op_type=4; repeated Attribute attribute=5; string domain=7; }
message Entry { string key=1; string value=2; }
message Tensor { repeated int64 dims=1; int32 data_type=2; string name=8; bytes raw_data=9;
  repeated bytes string_data=6; repeated Entry external_data=13; int32 data_location=14; }
message Dimension { oneof value { int64 dim_value=1; string dim_param=2; } }
message Shape { repeated Dimension dim=1; }
message TensorType { int32 elem_type=1; Shape shape=2; }
message SequenceType { Type elem_type=1; }
message Type { oneof value { TensorType tensor_type=1; SequenceType sequence_type=4; } }
message ValueInfo { string name=1; Type type=2; }
message Graph { repeated Node node=1; string name=2; repeated Tensor initializer=5;
  repeated ValueInfo input=11; repeated ValueInfo output=12; }
message Function { string name=1; repeated string input=4; repeated string output=5;
  repeated Node node=7; repeated Opset opset_import=9; string domain=10; }
message Opset { string domain=1; int64 version=2; }
message Training { Graph algorithm=2; }
message Model { int64 ir_version=1; string producer_name=2; int64 model_version=5;
  Graph graph=7; repeated Opset opset_import=8; repeated Training training_info=20;
  repeated Function functions=25; }`;

const Model = protobuf.parse(SCHEMA, { keepCase: true }).root.lookupType('Model');
const IR_VERSION = 8;
/** Knows LayerNormalization; every ONNX Runtime since 1.12 runs it. */
const OPSET_VERSION = 17;

/** Value of an attribute: integers as `bigint`, so that 1.0 is not taken for one. */
export type AttributeValue =
  | bigint
  | number
  | string
  | readonly bigint[]
  | { readonly tensor: Tensor }
  | { readonly graph: GraphSource };

/** One node of a graph. */
export type NodeSource = {
  readonly operator: string;
  readonly domain?: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes?: Readonly<Record<string, AttributeValue>>;
};

/** An input or output: sizes, or names of dynamic axes. */
export type ValueSource = {
  readonly name: string;
  readonly type: TensorType;
  readonly shape: readonly (number | string)[];
  /** Whether the value is a sequence of such tensors. */
  readonly isSequence?: boolean;
};

export type GraphSource = {
  readonly name: string;
  readonly nodes: readonly NodeSource[];
  readonly initializers?: readonly Tensor[];
  readonly inputs: readonly ValueSource[];
  readonly outputs: readonly ValueSource[];
};

export type FunctionSource = {
  readonly name: string;
  readonly domain: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly nodes: readonly NodeSource[];
};

/** A whole model. */
export type ModelSource = GraphSource & {
  readonly functions?: readonly FunctionSource[];
  readonly opsetVersion?: number;
  /** Versions of further domains. */
  readonly domains?: readonly string[];
  /** Name of a file in which initializers lie; their own data are left out. */
  readonly externalFile?: string;
  readonly hasTrainingInfo?: boolean;
};

/** Returns the bytes of an ONNX file. */
export function encodeModel(source: ModelSource): Uint8Array {
  const opsets = [
    { domain: '', version: source.opsetVersion ?? OPSET_VERSION },
    ...(source.domains ?? []).map((domain) => ({ domain, version: 1 })),
  ];
  const graph = graphMessage(source);
  const message = {
    ir_version: IR_VERSION,
    producer_name: 'assay',
    model_version: 1,
    graph: source.externalFile === undefined ? graph : outside(graph, source.externalFile),
    opset_import: opsets,
    training_info: source.hasTrainingInfo === true ? [{ algorithm: graph }] : [],
    functions: (source.functions ?? []).map((item) => ({
      name: item.name,
      domain: item.domain,
      input: item.inputs,
      output: item.outputs,
      node: item.nodes.map(nodeMessage),
      opset_import: opsets,
    })),
  };
  assert(Model.verify(message) === null, 'a model source fits the ONNX messages');
  // A plain array: protobufjs returns a Buffer, whose `slice` shares memory.
  return Uint8Array.from(Model.encode(Model.create(message)).finish());
}

type TensorMessage = { name: string; dims: readonly number[]; data_type: number } & (
  | { raw_data: Uint8Array }
  | { string_data: Uint8Array[] }
);
type GraphMessage = { initializer: TensorMessage[] } & Record<string, unknown>;

function graphMessage(source: GraphSource): GraphMessage {
  return {
    node: source.nodes.map(nodeMessage),
    name: source.name,
    initializer: (source.initializers ?? []).map(tensorMessage),
    input: source.inputs.map(valueMessage),
    output: source.outputs.map(valueMessage),
  };
}

function outside(graph: GraphMessage, location: string): Record<string, unknown> {
  const initializer = graph.initializer.map(({ name, dims, data_type }) => ({
    name,
    dims,
    data_type,
    external_data: [{ key: 'location', value: location }],
    data_location: 1,
  }));
  return { ...graph, initializer };
}

function nodeMessage(source: NodeSource): Record<string, unknown> {
  return {
    input: source.inputs,
    output: source.outputs,
    name: `${source.outputs[0] ?? ''}_${source.operator}`,
    op_type: source.operator,
    attribute: Object.entries(source.attributes ?? {}).map(([name, value]) => ({
      name,
      ...attributeMessage(value),
    })),
    ...(source.domain === undefined ? {} : { domain: source.domain }),
  };
}

function attributeMessage(value: AttributeValue): Record<string, unknown> {
  if (typeof value === 'bigint') return { i: Number(value), type: 2 };
  if (typeof value === 'number') return { f: value, type: 1 };
  if (typeof value === 'string') return { s: utf8(value), type: 3 };
  if ('tensor' in value) return { t: tensorMessage(value.tensor), type: 4 };
  if ('graph' in value) return { g: graphMessage(value.graph), type: 5 };
  return { ints: value.map(Number), type: 7 };
}

function tensorMessage(tensor: Tensor): TensorMessage {
  const head = { name: tensor.name, dims: tensor.shape, data_type: elementTypeOf(tensor.type) };
  if (tensor.type === 'string') return { ...head, string_data: tensor.data.map(utf8) };
  // The canonical encoding of a tensor ends with its data, little-endian as in ONNX.
  const bytes = encodeTensors([tensor]);
  return { ...head, raw_data: bytes.subarray(bytes.length - tensor.data.byteLength) };
}

function valueMessage(source: ValueSource): Record<string, unknown> {
  const dim = source.shape.map((size) =>
    typeof size === 'string' ? { dim_param: size } : { dim_value: size },
  );
  const tensor = { tensor_type: { elem_type: elementTypeOf(source.type), shape: { dim } } };
  return {
    name: source.name,
    type: source.isSequence === true ? { sequence_type: { elem_type: tensor } } : tensor,
  };
}

function elementTypeOf(type: TensorType): number {
  return ELEMENT_TYPES.indexOf(type);
}
