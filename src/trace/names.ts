/** Numbers of nodes in a trace, by what cores and drivers call them. */
import type { NodeNumber, NodeRecord } from './records.ts';

/** Everything about a node but its number and the time it is told. */
export type NodeEntry = Omit<NodeRecord, 'kind' | 'at' | 'node'>;

export class NodeNames {
  readonly #numbers = new Map<string, NodeNumber>();
  readonly #entries: NodeEntry[] = [];
  readonly #tell: (node: NodeNumber, entry: NodeEntry) => void;

  /** @param tell is called once for each node, in order of their numbers */
  constructor(tell: (node: NodeNumber, entry: NodeEntry) => void) {
    this.#tell = tell;
  }

  /** In the order of their numbers. */
  get entries(): readonly NodeEntry[] {
    return this.#entries;
  }

  get size(): number {
    return this.#entries.length;
  }

  /** Adds a node with the next number. Of two with one id, the id names the first one. */
  add(entry: NodeEntry): NodeNumber {
    const node = this.#entries.push(entry) - 1;
    if (!this.#numbers.has(entry.id)) this.#numbers.set(entry.id, node);
    this.#tell(node, entry);
    return node;
  }

  /** Lets another name mean a node: the neighbour that a driver calls by an address, say. */
  alias(name: string, node: NodeNumber): void {
    this.#numbers.set(name, node);
  }

  /** Returns the number of `id`; who was not known before is a relay from now on. */
  of(id: string): NodeNumber {
    return this.#numbers.get(id) ?? this.add({ id, role: 'relay' });
  }

  find(id: string): NodeNumber | undefined {
    return this.#numbers.get(id);
  }

  /** Whether nothing is known of a node that speaks against it. */
  isHonest(node: NodeNumber): boolean {
    const behaviour = this.#entries[node]?.behaviour;
    return behaviour === undefined || behaviour === 'honest';
  }
}
