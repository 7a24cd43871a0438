/**
 * What a node that hears a topic knows of its neighbours there: who is in its mesh, whom it must
 * not graft, what each delivered; and the messages that it can still hand out.
 *
 * Neighbours have the place of their link among those of the node.
 */
import type { Micros } from '../../kernel/queue.ts';
import type { Link } from './links.ts';
import type { Live } from './live.ts';

/** Numbers kept for each neighbour. */
const FIELDS = 6;
/** Time until which it must not be grafted; 0 if it may. */
export const BACKOFF = 0;
/** Time since which it is in the mesh. */
export const SINCE = 1;
/** P2: messages that it delivered first. */
export const FIRST = 2;
/** P3: messages that it delivered first or nearly so while in the mesh. */
export const DELIVERED = 3;
/** P3b: what it still owed when it left the mesh, squared. */
export const FAILED = 4;
/** P4: rejected messages. */
export const INVALID = 5;

export class View<Message> {
  /** Links to the neighbours in the mesh. */
  readonly mesh: Link[] = [];
  /** Messages accepted since the last heartbeat, before it, and so on. */
  readonly windows: Live<Message>[][] = [[]];
  #inMesh: Uint8Array = new Uint8Array(32);
  #fields = new Float64Array(32 * FIELDS);

  /** Whether the neighbour at `place` is in the mesh. */
  has(place: number): boolean {
    return this.#inMesh[place] === 1;
  }

  add(link: Link, place: number, now: Micros): void {
    this.#reach(place);
    this.#inMesh[place] = 1;
    this.mesh.push(link);
    this.set(place, SINCE, now);
    this.set(place, DELIVERED, 0);
  }

  remove(link: Link, place: number): void {
    this.#inMesh[place] = 0;
    this.mesh.splice(this.mesh.indexOf(link), 1);
  }

  get(place: number, field: number): number {
    return this.#fields[place * FIELDS + field] ?? 0;
  }

  set(place: number, field: number, value: number): void {
    this.#reach(place);
    this.#fields[place * FIELDS + field] = value;
  }

  /** Forgets what a neighbour did, but not for how long it must not be grafted. */
  forget(place: number): void {
    for (let field = SINCE; field < FIELDS; field++) this.set(place, field, 0);
  }

  #reach(place: number): void {
    if (place < this.#inMesh.length) return;
    const inMesh = new Uint8Array(2 * place);
    const fields = new Float64Array(2 * place * FIELDS);
    inMesh.set(this.#inMesh);
    fields.set(this.#fields);
    this.#inMesh = inMesh;
    this.#fields = fields;
  }
}
