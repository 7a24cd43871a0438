/**
 * A look at the skeleton of CBOR bytes before anything is built from them.
 *
 * The general decoder recurses: 64 KiB of `0x81` bytes overflow its stack (measured: an exception
 * after 1 to 4 ms). This scan uses no stack and stops at the first sign of trouble, so that the
 * work per inbound byte is bounded whatever the bytes say. It is no decoder: what it lets pass is
 * then checked strictly.
 *
 * @see RFC 8949, section 3
 */

/**
 * Tells whether `bytes` is one well-formed item of at most `levelsMax` levels of nesting, without
 * indefinite lengths and without bytes after it.
 */
export function isBoundedItem(bytes: Uint8Array, levelsMax: number): boolean {
  const pending: number[] = [1];
  let at = 0;
  while (pending.length > 0) {
    const top = pending.length - 1;
    const left = pending[top] as number;
    if (left === 0) {
      pending.pop();
      continue;
    }
    pending[top] = left - 1;
    const head = readHead(bytes, at);
    if (head === undefined) return false;
    at = head.next;
    const { major, argument } = head;
    if (major === BYTES || major === TEXT) at += argument;
    const children = childrenOf(major, argument);
    if (children > 0 && pending.push(children) > levelsMax + 1) return false;
  }
  return at === bytes.length;
}

const BYTES = 2;
const TEXT = 3;
const ARRAY = 4;
const MAP = 5;
const TAG = 6;

function childrenOf(major: number, argument: number): number {
  if (major === ARRAY) return argument;
  if (major === MAP) return 2 * argument;
  return major === TAG ? 1 : 0;
}

type Head = { readonly major: number; readonly argument: number; readonly next: number };

function readHead(bytes: Uint8Array, at: number): Head | undefined {
  const first = bytes[at];
  if (first === undefined) return undefined;
  const major = first >> 5;
  const info = first & 31;
  if (info < 24) return { major, argument: info, next: at + 1 };
  const size = info < 28 ? 1 << (info - 24) : undefined;
  if (size === undefined || at + 1 + size > bytes.length) return undefined;
  let argument = 0;
  for (let i = at + 1; i <= at + size; i++) argument = argument * 256 + (bytes[i] as number);
  return { major, argument, next: at + 1 + size };
}
