/**
 * What a peer sends to the gossip router, before the router sees it: how much, and whether it is
 * something that an honest router would send.
 */
import type { NodeId } from '../../base/index.ts';
import type { Fault } from './conduct.ts';
import { GOSSIP_LIMITS, HOST_LIMITS } from './limits.ts';
import { TokenBucket } from './rate.ts';
import { setRecent } from './recent.ts';
import type { Rpc } from './router.ts';

const ALLOWED_TOPICS = 2;
const SECOND_MS = 1_000;

type Record = {
  readonly bytes: TokenBucket;
  readonly rpcs: TokenBucket;
  secondStartedMs: number;
  controlRpcs: number;
};

/** Rates and oddities per connected peer. */
export class RpcWatch {
  readonly #onFault: (peer: NodeId, fault: Fault) => void;
  readonly #records = new Map<NodeId, Record>();

  constructor(onFault: (peer: NodeId, fault: Fault) => void) {
    this.#onFault = onFault;
  }

  /** Counts an RPC; returns the milliseconds to wait before reading on. */
  take(peer: NodeId, sizeBytes: number, nowMs: number): number {
    const { bytes, rpcs } = this.#record(peer, nowMs);
    return Math.max(bytes.take(sizeBytes, nowMs), rpcs.take(1, nowMs));
  }

  /** Notes what is odd about `rpc`, and cuts a prune to a sane time. */
  inspect(peer: NodeId, rpc: Rpc, nowMs: number): void {
    const foreignMax = ALLOWED_TOPICS + GOSSIP_LIMITS.foreignTopicsPerRpcMax;
    if (rpc.subscriptions.length > foreignMax) this.#onFault(peer, 'foreign-topics');
    const { control } = rpc;
    if (control === undefined) return;
    for (const prune of control.prune) {
      if ((prune.backoff ?? 0) <= GOSSIP_LIMITS.pruneBackoffSecondsMax) continue;
      prune.backoff = GOSSIP_LIMITS.pruneBackoffSecondsMax;
      this.#onFault(peer, 'prune-backoff');
    }
    if (control.ihave.length > 0 || control.iwant.length > 0) this.#countControl(peer, nowMs);
  }

  /** Forgets a peer that is gone. */
  forget(peer: NodeId): void {
    this.#records.delete(peer);
  }

  #countControl(peer: NodeId, nowMs: number): void {
    const record = this.#record(peer, nowMs);
    if (nowMs - record.secondStartedMs >= SECOND_MS) {
      record.secondStartedMs = nowMs;
      record.controlRpcs = 0;
    }
    record.controlRpcs += 1;
    if (record.controlRpcs % GOSSIP_LIMITS.controlRpcsPerSecondMax === 0) {
      this.#onFault(peer, 'control-flood');
    }
  }

  #record(peer: NodeId, nowMs: number): Record {
    const { bytesPerSecond, bytesBurst, rpcsPerSecond, rpcsBurst } = GOSSIP_LIMITS;
    const record: Record = this.#records.get(peer) ?? {
      bytes: new TokenBucket({ perSecond: bytesPerSecond, burst: bytesBurst, nowMs }),
      rpcs: new TokenBucket({ perSecond: rpcsPerSecond, burst: rpcsBurst, nowMs }),
      secondStartedMs: nowMs,
      controlRpcs: 0,
    };
    setRecent(this.#records, [peer, record], HOST_LIMITS.ratedPeersMax);
    return record;
  }
}
