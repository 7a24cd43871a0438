/** The members of a network, and connections to as many of them as can be had. */
import type { NodeId } from '../../../base/index.ts';
import type { Network } from '../../../core/index.ts';
import type { NetworkFile } from '../../../network-file/index.ts';
import type { LightClient } from '../../../node/index.ts';

export type Member = {
  readonly id: NodeId;
  readonly role: 'validator' | 'provider';
  readonly stake: bigint;
};

/** Who is waited for, and for how long. */
export type Patience = {
  readonly wanted: readonly NodeId[];
  readonly signal: AbortSignal;
};

/** From one new connection to the next; a peer may leave us 2 s to dial first, and vice versa. */
const SETTLED_MS = 3_000;
const PATIENCE_MS = 8_000;
const POLL_MS = 50;

/** All members of a set, validators first, in their order. */
export function membersOf({ validators, providers }: Network): readonly Member[] {
  return [
    ...validators.map(({ id, stake }) => ({ id, role: 'validator' as const, stake })),
    ...providers.map(({ id, stake }) => ({ id, role: 'provider' as const, stake })),
  ];
}

/** Dials the providers whose addresses are known; who does not answer is left out. */
export async function dialProviders(client: LightClient, file: NetworkFile): Promise<void> {
  const addresses = file.providers.flatMap((provider) => provider.addresses);
  await Promise.allSettled(addresses.map((address) => client.host.dial(address)));
}

/** Resolves when all who are wanted are connected, or nobody new comes any more. */
export async function connected(client: LightClient, { wanted, signal }: Patience): Promise<void> {
  const startedAt = performance.now();
  let changedAt = startedAt;
  let known = 0;
  while (!signal.aborted) {
    const peers = new Set(client.host.peers().map(({ id }) => id));
    const found = wanted.filter((id) => peers.has(id)).length;
    const now = performance.now();
    if (found !== known) changedAt = now;
    known = found;
    if (found === wanted.length) return;
    if (now - changedAt > SETTLED_MS || now - startedAt > PATIENCE_MS) return;
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}
