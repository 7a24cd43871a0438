/**
 * A bounded reader of protobuf wire format for bytes that a stranger made.
 *
 * It allocates nothing that the input's length does not pay for: fields are views into the input,
 * lengths are checked against what is left before they are used, and groups are refused. Nesting is
 * bounded by the caller. Source: Protocol Buffers encoding guide.
 */

/** Why bytes are no message. */
export type ProtoFault = 'truncated' | 'malformed';

/** Thrown by the reader; the parser turns it into a refusal. */
export class ProtoError extends Error {
  override readonly name = 'ProtoError';
  readonly fault: ProtoFault;

  constructor(fault: ProtoFault, message: string) {
    super(message);
    this.fault = fault;
  }
}

/** One field as it stands in the input. */
export type ProtoField = {
  readonly number: number;
  /** Value of a varint field, as 64 bits in two's complement; 0 for other fields. */
  readonly varint: bigint;
  /** Content of a length-delimited or fixed-width field; empty for varints. */
  readonly bytes: Uint8Array;
  readonly kind: 'varint' | 'bytes' | 'fixed';
};

const NO_BYTES = new Uint8Array();
const VARINT_BYTES_MAX = 10;
const lenientUtf8 = new TextDecoder();

/** Thrown when a message has more fields, or a list more items, than the reader's limits. */
export class ProtoLimitError extends Error {
  override readonly name = 'ProtoLimitError';
}

/** Reads messages; all that one reader reads draws on one budget of fields. */
export class ProtoReader {
  #fieldsLeft: number;

  /** @param fieldsMax fields that may be read in all, nested ones included */
  constructor(fieldsMax: number) {
    this.#fieldsLeft = fieldsMax;
  }

  /**
   * Yields the fields of one message in order.
   * @param once numbers of fields that may occur only once
   * @throws ProtoError if the bytes end within a field or are no protobuf, ProtoLimitError
   */
  *fields(bytes: Uint8Array, once: readonly number[] = []): Generator<ProtoField> {
    const seen = new Set<number>();
    for (const field of rawFields(bytes)) {
      this.#fieldsLeft -= 1;
      if (this.#fieldsLeft < 0) throw new ProtoLimitError('the file has too many fields');
      if (seen.has(field.number)) {
        throw new ProtoError('malformed', `field ${field.number} occurs twice`);
      }
      if (once.includes(field.number)) seen.add(field.number);
      yield field;
    }
  }
}

function* rawFields(message: Uint8Array): Generator<ProtoField> {
  let offset = 0;
  const varint = (): bigint => {
    const { value, next } = readVarint(message, offset);
    offset = next;
    return value;
  };
  const take = (length: number): Uint8Array => {
    if (length > message.length - offset) {
      throw new ProtoError('truncated', `a field of ${length} bytes runs past the end`);
    }
    offset += length;
    return message.subarray(offset - length, offset);
  };
  while (offset < message.length) {
    const key = Number(varint());
    const number = Math.floor(key / 8);
    if (number < 1 || number > 0x1fffffff) {
      throw new ProtoError('malformed', `no field has the number ${number}`);
    }
    const wireType = key % 8;
    if (wireType === 0) yield { number, varint: varint(), bytes: NO_BYTES, kind: 'varint' };
    else if (wireType === 1) yield { number, varint: 0n, bytes: take(8), kind: 'fixed' };
    else if (wireType === 2) {
      yield { number, varint: 0n, bytes: take(Number(varint())), kind: 'bytes' };
    } else if (wireType === 5) yield { number, varint: 0n, bytes: take(4), kind: 'fixed' };
    else throw new ProtoError('malformed', `wire type ${wireType} is not used`);
  }
}

function readVarint(bytes: Uint8Array, start: number): { value: bigint; next: number } {
  // Most keys, lengths and dimensions fit into four bytes: no BigInt arithmetic for them.
  let small = 0;
  for (let i = 0; i < 4; i++) {
    const byte = bytes[start + i];
    if (byte === undefined) throw new ProtoError('truncated', 'a number runs past the end');
    small |= (byte & 0x7f) << (7 * i);
    if (byte < 0x80) return { value: BigInt(small), next: start + i + 1 };
  }
  let value = BigInt(small);
  for (let i = 4; i < VARINT_BYTES_MAX; i++) {
    const byte = bytes[start + i];
    if (byte === undefined) throw new ProtoError('truncated', 'a number runs past the end');
    value |= BigInt(byte & 0x7f) << BigInt(7 * i);
    if (byte < 0x80) return { value: BigInt.asUintN(64, value), next: start + i + 1 };
  }
  throw new ProtoError('malformed', 'a number has more than ten bytes');
}

/** Returns a field as a signed 64-bit integer. */
export function int64Of(field: ProtoField): bigint {
  return BigInt.asIntN(64, field.varint);
}

/**
 * Returns a field as a message.
 * @throws ProtoError if it is a number
 */
export function messageOf(field: ProtoField): Uint8Array {
  if (field.kind !== 'bytes') throw new ProtoError('malformed', 'a message was expected');
  return field.bytes;
}

/** Returns a field as text; what is not UTF-8 is replaced. */
export function textOf(field: ProtoField): string {
  return lenientUtf8.decode(field.bytes);
}

/**
 * Returns the integers of a repeated field, packed or not.
 * @throws ProtoError if packed bytes are no numbers, ProtoLimitError if there are more than `max`
 */
export function int64sOf(field: ProtoField, max: number): bigint[] {
  if (field.kind === 'varint') return [int64Of(field)];
  const values: bigint[] = [];
  let offset = 0;
  while (offset < field.bytes.length) {
    const { value, next } = readVarint(field.bytes, offset);
    values.push(BigInt.asIntN(64, value));
    if (values.length > max) throw new ProtoLimitError(`a list has more than ${max} numbers`);
    offset = next;
  }
  return values;
}
