/**
 * A file system in memory that stops or fails at a chosen operation, and tells what may be left
 * after a power loss: names and bytes that were not flushed may be there, in part or not at all.
 *
 * Names become durable in the order in which they were made, as a journal does; bytes of a file
 * in the order in which they were written, the last write perhaps cut.
 */
import { dirname } from 'node:path';
import type { Disk, DiskFile } from '../../../src/store/guard/disk.ts';

type Bytes = Uint8Array;
type Inode = { durable: Bytes; current: Bytes };
type Names = Map<string, Inode | 'folder'>;
type NameChange = { readonly folder: string; readonly apply: (names: Names) => void };

/** What a power loss leaves of what was not flushed. */
export type Loss = 'everything-lost' | 'everything-kept' | 'torn';
export const LOSSES: readonly Loss[] = ['everything-lost', 'everything-kept', 'torn'];

/** What happens at the chosen operation. */
export type Failure = {
  /** Operation, from 0, that does not succeed. */
  readonly at: number;
  /** `stop`: no operation succeeds from then on. `error`: only this one fails. */
  readonly kind: 'stop' | 'error';
};

export class CrashDisk implements Disk {
  readonly #failure: Failure | undefined;
  readonly #names: Names = new Map();
  readonly #durableNames: Names = new Map();
  #changes: NameChange[] = [];
  /** Operations that change something, so far. */
  operations = 0;

  constructor(failure?: Failure) {
    this.#failure = failure;
  }

  /** Puts a durable file there. */
  put(path: string, bytes: Bytes): void {
    const inode = { durable: bytes, current: bytes };
    this.#names.set(path, inode);
    this.#durableNames.set(path, inode);
  }

  /** Returns the disk as it is found after a power loss now; this one is not used any more. */
  afterLoss(loss: Loss, failure?: Failure): CrashDisk {
    const names = new Map(this.#durableNames);
    const half = Math.ceil(this.#changes.length / 2);
    const kept = { 'everything-lost': 0, 'everything-kept': Infinity, torn: half }[loss];
    for (const change of this.#changes.slice(0, kept)) change.apply(names);
    const left = new CrashDisk(failure);
    for (const [path, node] of names) {
      if (node === 'folder') left.#putFolder(path);
      else left.put(path, remaining(node, loss));
    }
    return left;
  }

  #putFolder(path: string): void {
    this.#names.set(path, 'folder');
    this.#durableNames.set(path, 'folder');
  }

  async sizeBytes(path: string): Promise<number | undefined> {
    const node = this.#names.get(path);
    if (node === undefined) return undefined;
    return node === 'folder' ? 0 : node.current.length;
  }

  async read(path: string): Promise<Bytes> {
    return Uint8Array.from(this.#fileAt(path).current);
  }

  async append(path: string): Promise<DiskFile> {
    return this.#handle(this.#fileAt(path));
  }

  async create(path: string): Promise<DiskFile> {
    this.#operate();
    const inode = { durable: new Uint8Array(0), current: new Uint8Array(0) };
    this.#change(path, (names) => names.set(path, inode));
    return this.#handle(inode);
  }

  async makeFolder(path: string): Promise<void> {
    this.#operate();
    this.#change(path, (names) => names.set(path, 'folder'));
  }

  async rename(from: string, to: string): Promise<void> {
    this.#operate();
    this.#change(to, (names) => {
      for (const [path, node] of [...names]) {
        if (path !== from && !path.startsWith(`${from}/`)) continue;
        names.delete(path);
        names.set(to + path.slice(from.length), node);
      }
    });
  }

  async remove(target: string): Promise<void> {
    this.#operate();
    this.#change(target, (names) => {
      for (const path of [...names.keys()]) {
        if (path === target || path.startsWith(`${target}/`)) names.delete(path);
      }
    });
  }

  async syncFolder(folder: string): Promise<void> {
    this.#operate();
    // A folder that is durable has a durable name.
    const isHere = (change: NameChange) => `${folder}/`.startsWith(`${change.folder}/`);
    for (const change of this.#changes.filter(isHere)) change.apply(this.#durableNames);
    this.#changes = this.#changes.filter((change) => !isHere(change));
  }

  #change(path: string, apply: (names: Names) => void): void {
    apply(this.#names);
    this.#changes.push({ folder: dirname(path), apply });
  }

  #fileAt(path: string): Inode {
    const node = this.#names.get(path);
    if (node === undefined || node === 'folder') throw new Error(`ENOENT: ${path}`);
    return node;
  }

  #handle(inode: Inode): DiskFile {
    return {
      write: async (bytes) => {
        const isFine = this.#isFine();
        const written = isFine ? bytes : bytes.subarray(0, bytes.length >> 1);
        inode.current = Uint8Array.from([...inode.current, ...written]);
        if (!isFine) throw new Error('EIO');
      },
      sync: async () => {
        this.#operate();
        inode.durable = inode.current;
      },
      truncate: async (size) => {
        this.#operate();
        inode.current = inode.current.slice(0, size);
      },
      close: async () => {},
    };
  }

  #operate(): void {
    if (!this.#isFine()) throw new Error('EIO');
  }

  #isFine(): boolean {
    const operation = this.operations++;
    if (this.#failure === undefined || operation < this.#failure.at) return true;
    return this.#failure.kind === 'error' && operation > this.#failure.at;
  }
}

/** The bytes of a file after a loss; a torn write keeps a part of what was not flushed. */
function remaining({ durable, current }: Inode, loss: Loss): Bytes {
  if (loss === 'everything-lost') return durable;
  if (loss === 'everything-kept') return current;
  if (current.length <= durable.length) return current;
  return current.subarray(0, durable.length + ((current.length - durable.length) >> 1));
}
