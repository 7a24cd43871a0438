/**
 * Peers that an operator refuses, with an end: `bans.json` in the folder of a node, so that a ban
 * outlives a restart. Bans that the node makes by itself are short, and forgotten with it.
 */
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { isNodeId, type NodeId } from '../../base/index.ts';
import { ControlError } from './error.ts';
import { replaceFile } from './replace-file.ts';

const BANS_FILE = 'bans.json';
/** Bans that are kept; the host remembers as many. */
const BANS_MAX = 4096;
const REASON_CHARACTERS = 200;

export type Ban = { readonly peer: NodeId; readonly untilMs: number; readonly reason: string };

export class BanList {
  readonly #path: string;
  readonly #bans: Map<NodeId, Ban>;

  private constructor(path: string, bans: readonly Ban[]) {
    this.#path = path;
    this.#bans = new Map(bans.map((ban) => [ban.peer, ban]));
  }

  /** Reads the list of a folder. @throws ControlError bans-unreadable */
  static async open(directory: string): Promise<BanList> {
    const path = join(directory, BANS_FILE);
    if (!existsSync(path)) return new BanList(path, []);
    return new BanList(path, parse(path, await readFile(path, 'utf8')));
  }

  /** Bans that have not ended. */
  active(nowMs: number): readonly Ban[] {
    return [...this.#bans.values()].filter(({ untilMs }) => untilMs > nowMs);
  }

  /** Adds a ban, or changes it; durable when it resolves. @throws ControlError bans-too-many */
  async add(ban: Ban, nowMs: number): Promise<void> {
    if (!this.#bans.has(ban.peer) && this.active(nowMs).length >= BANS_MAX) {
      throw new ControlError({
        code: 'bans-too-many',
        message: `${BANS_MAX} peers are banned`,
        remedy: 'Lift bans that are not needed: assay peers unban.',
      });
    }
    this.#bans.set(ban.peer, { ...ban, reason: ban.reason.slice(0, REASON_CHARACTERS) });
    await this.#write(nowMs);
  }

  /** Removes a ban; tells whether there was one. */
  async remove(peer: NodeId, nowMs: number): Promise<boolean> {
    const wasThere = this.#bans.delete(peer);
    if (wasThere) await this.#write(nowMs);
    return wasThere;
  }

  async #write(nowMs: number): Promise<void> {
    const bans = this.active(nowMs);
    await replaceFile(this.#path, `${JSON.stringify({ format: 1, bans }, undefined, 2)}\n`);
  }
}

function parse(path: string, text: string): readonly Ban[] {
  try {
    const { format, bans }: { format?: unknown; bans?: unknown } = Object(JSON.parse(text));
    if (format === 1 && Array.isArray(bans) && bans.every(isBan)) return bans.slice(0, BANS_MAX);
  } catch {
    // told below
  }
  throw new ControlError({
    code: 'bans-unreadable',
    message: 'this is no list of bans',
    where: path,
    remedy: 'Mend it, or remove it: bans are then forgotten, nothing else.',
  });
}

function isBan(value: unknown): value is Ban {
  const { peer, untilMs, reason }: Record<string, unknown> = Object(value);
  const isPeer = typeof peer === 'string' && isNodeId(peer);
  return isPeer && Number.isSafeInteger(untilMs) && typeof reason === 'string';
}
