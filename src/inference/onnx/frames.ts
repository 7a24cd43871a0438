/**
 * What parent and child of the sandbox say to each other: frames of a length (u32, little-endian,
 * of all that follows), a kind (u8) and a payload. Tensors travel in their canonical encoding.
 *
 * Measured against JSON messages of `child_process.fork`: a third of the time for small tensors,
 * and no growth of large ones.
 */
import { ABSTENTION_REASONS, type AbstentionReason, utf8 } from '../../base/index.ts';

/** Bytes before the payload. */
export const FRAME_HEAD_BYTES = 5;
/** File descriptor of the child's end. */
export const FRAME_FD = 3;

export const REQUEST = { load: 1, run: 2, unload: 3 } as const;
export const REPLY = { ready: 1, loaded: 2, outputs: 3, failure: 4 } as const;

/** Longest text of a failure. */
const DETAIL_BYTES_MAX = 2000;

/** Returns the head of a frame whose payload has `length` bytes. */
export function frameHead(kind: number, length: number): Uint8Array {
  const head = new Uint8Array(FRAME_HEAD_BYTES);
  new DataView(head.buffer).setUint32(0, length + 1, true);
  head[4] = kind;
  return head;
}

/** A request about the model in one slot of the child's cache: slot number, then content. */
export function slotFrame(kind: number, slot: number, content: Uint8Array): Uint8Array[] {
  const head = new Uint8Array(FRAME_HEAD_BYTES + 4);
  head.set(frameHead(kind, 4 + content.length));
  new DataView(head.buffer).setUint32(FRAME_HEAD_BYTES, slot, true);
  return content.length === 0 ? [head] : [head, content];
}

/** A failure as a payload: reason (u8, place in ABSTENTION_REASONS) and text. */
export function encodeFailure(reason: AbstentionReason, detail: string): Uint8Array {
  const text = utf8(detail).subarray(0, DETAIL_BYTES_MAX);
  const bytes = new Uint8Array(1 + text.length);
  bytes[0] = ABSTENTION_REASONS.indexOf(reason);
  bytes.set(text, 1);
  return bytes;
}

/** Returns what `encodeFailure` wrote; a reason that does not exist is a crash. */
export function decodeFailure(payload: Uint8Array): { reason: AbstentionReason; detail: string } {
  return {
    reason: ABSTENTION_REASONS[payload[0] ?? ABSTENTION_REASONS.length] ?? 'crash',
    detail: new TextDecoder().decode(payload.subarray(1, 1 + DETAIL_BYTES_MAX)),
  };
}
