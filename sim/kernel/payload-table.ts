/** Objects that events name by a slot: slots are used again, so the table is as large as needed. */
import { assert } from '../../src/base/index.ts';

export class PayloadTable<Payload> {
  readonly #payloads: (Payload | undefined)[] = [];
  readonly #free: number[] = [];

  /** Objects that are kept. */
  get size(): number {
    return this.#payloads.length - this.#free.length;
  }

  /** Keeps `payload` and returns its slot. */
  add(payload: Payload): number {
    const slot = this.#free.pop() ?? this.#payloads.length;
    this.#payloads[slot] = payload;
    return slot;
  }

  get(slot: number): Payload {
    const payload = this.#payloads[slot];
    assert(payload !== undefined, 'a slot in use holds a payload');
    return payload;
  }

  /** Returns the payload and frees its slot. */
  take(slot: number): Payload {
    const payload = this.get(slot);
    this.#payloads[slot] = undefined;
    this.#free.push(slot);
    return payload;
  }
}
