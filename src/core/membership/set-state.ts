/**
 * [SET-3] Who is staked, and how much, after each step of the chain; what a step does to it. Pure.
 *
 * Money: what the operator takes in and pays out changes the sum; a settlement moves it only.
 */
import {
  assert,
  compareText,
  type Digest,
  digest,
  type NodeId,
  type Stake,
  sha256,
  stake,
} from '../../base/index.ts';
import {
  type CanonicalValue,
  encodeCanonical,
  LIMITS,
  nodeIdBytes,
  type SetChange,
  type SettlementResult,
  type StepBody,
} from '../../wire/index.ts';
import {
  createNetwork,
  type Network,
  type ProviderRecord,
  type ValidatorRecord,
} from '../network.ts';
import { exitEpochs } from './epochs.ts';

/** [SET-4] Stake that was taken off a member, and can still be slashed. */
export type LeavingStake = {
  readonly id: NodeId;
  readonly stake: Stake;
  /** Step that took it off. */
  readonly number: number;
  /** First epoch in which it is no longer here. */
  readonly untilEpoch: number;
};

/** What a step leads to. */
export type SetState = {
  /** Members as draws see them. */
  readonly network: Network;
  /** In the order in which it was taken off. */
  readonly leaving: readonly LeavingStake[];
  readonly pool: Stake;
  readonly burned: Stake;
  /** [SETTLE-1] Last epoch that is settled, −1 before the first. */
  readonly settledEpoch: number;
  /** Whom evidence convicted and a settlement slashed: once each. */
  readonly convicted: ReadonlySet<NodeId>;
};

/** Entries in exit, and identities convicted, that a state remembers. [WIRE-4] */
const LEAVING_MAX = 1_024;
const CONVICTED_MAX = 4_096;
const BITS_PER_BYTE = 8;
/** Stake of one validator: what the hash of a set can hold, 64 bits. */
const VALIDATOR_STAKE_MAX = 0xffff_ffff_ffff_ffffn;

/** Returns the state that a network file defines. */
export function genesisState(network: Network): SetState {
  const nothing = stake(0n);
  return {
    network,
    leaving: [],
    pool: nothing,
    burned: nothing,
    settledEpoch: -1,
    convicted: new Set(),
  };
}

/** Returns what each account holds: its stake, and what it has in exit. */
export function balancesOf({ network, leaving }: SetState): ReadonlyMap<NodeId, bigint> {
  const balances = new Map<NodeId, bigint>();
  for (const { id, stake } of [...network.validators, ...network.providers, ...leaving]) {
    balances.set(id, (balances.get(id) ?? 0n) + stake);
  }
  return balances;
}

/** What became of a step: a state, or the name of the first rule that it breaks. */
export type Applied = SetState | { readonly refused: string };

/**
 * [SET-3] Applies the content of a step: settlement first, then changes, then what is out of exit.
 * Total. Signatures, quorum and proofs of keys are checked elsewhere.
 */
export function applyStep(before: SetState, body: Omit<StepBody, 'state'>): Applied {
  const { epochRounds } = before.network.parameters;
  // [WIRE-4] rounds beyond cannot be named
  if (body.epoch * epochRounds >= LIMITS.epochs) return { refused: 'far-epoch' };
  const members = new Members(before, body);
  if (body.settlement !== undefined) {
    const fault = members.settle(body.settlement);
    if (fault !== undefined) return { refused: fault };
  }
  for (const change of body.changes) {
    const fault = members.change(change);
    if (fault !== undefined) return { refused: fault };
  }
  return members.state();
}

/** [SET-4] Returns a state whose step serves from `epoch` on: exits count from there. */
export function inForceFrom(state: SetState, number: number, epoch: number): SetState {
  const untilEpoch = epoch + exitEpochs(state.network);
  const leaving = state.leaving.map((each) => {
    return each.number === number ? { ...each, untilEpoch } : each;
  });
  return { ...state, leaving };
}

/** Returns the hash of all that a state is. */
export function stateHash({ network, ...state }: SetState): Digest {
  const text = (amount: bigint): string => amount.toString();
  const value: CanonicalValue = {
    set: network.setHash,
    providers: network.providers.map((p) => [nodeIdBytes(p.id), text(p.stake)]),
    leaving: state.leaving.map((l) => [nodeIdBytes(l.id), text(l.stake), l.number]),
    pool: text(state.pool),
    burned: text(state.burned),
    settledEpoch: state.settledEpoch,
    convicted: [...state.convicted].map(nodeIdBytes),
  };
  return digest(sha256(encodeCanonical(value)));
}

/** The members of one step under way. */
class Members {
  readonly #before: SetState;
  readonly #step: Pick<StepBody, 'number' | 'epoch'>;
  readonly #validators: Map<NodeId, ValidatorRecord>;
  readonly #providers: Map<NodeId, ProviderRecord>;
  #leaving: LeavingStake[];
  #settled: Pick<SetState, 'pool' | 'burned' | 'settledEpoch' | 'convicted'>;

  constructor(before: SetState, step: Pick<StepBody, 'number' | 'epoch'>) {
    this.#before = before;
    this.#step = step;
    this.#validators = new Map(before.network.validators.map((v) => [v.id, v]));
    this.#providers = new Map(before.network.providers.map((p) => [p.id, p]));
    this.#leaving = [...before.leaving];
    this.#settled = before;
  }

  /** [SETTLE-1] Gives accounts their new balances: stake first loses, then what is in exit. */
  settle({ epoch, balances, pool, burned, convicted }: SettlementResult): string | undefined {
    const before = this.#before;
    if (epoch <= before.settledEpoch) return 'settled-epoch';
    if (!isAscending(balances.map(({ id }) => id))) return 'settlement-order';
    if (!isAscending(convicted)) return 'settlement-order';
    const held = balancesOf(before);
    if (balances.some(({ id }) => !held.has(id))) return 'settled-account';
    if (convicted.some((id) => before.convicted.has(id))) return 'convicted-twice';
    const moved = balances.reduce((sum, { id, stake }) => sum + stake - (held.get(id) ?? 0n), 0n);
    // [SLASH-2] money is moved, never made
    const isKept = moved + pool + burned === before.pool + before.burned;
    if (!isKept || burned < before.burned) return 'settled-sum';
    for (const { id, stake } of balances) this.#setBalance(id, stake);
    const all = [...before.convicted, ...convicted].slice(-CONVICTED_MAX);
    this.#settled = { pool, burned, settledEpoch: epoch, convicted: new Set(all) };
    return undefined;
  }

  change(change: SetChange): string | undefined {
    switch (change.kind) {
      case 'validator':
        return this.#admitValidator(change);
      case 'provider':
        if (change.stake === 0n) return 'no-stake';
        if (this.#providers.has(change.id)) return 'known-provider';
        this.#providers.set(change.id, { id: change.id, stake: change.stake });
        return undefined;
      default:
        return this.#changeStake(change);
    }
  }

  /** [SET-4] Members with stake, and what is not out of exit. */
  state(): Applied {
    const { epoch } = this.#step;
    const hasStake = ({ stake }: { readonly stake: Stake }): boolean => stake > 0n;
    const validators = [...this.#validators.values()].filter(hasStake);
    const providers = [...this.#providers.values()].filter(hasStake);
    const leaving = this.#leaving.filter((entry) => hasStake(entry) && entry.untilEpoch > epoch);
    if (validators.length === 0) return { refused: 'empty-set' };
    if (leaving.length > LEAVING_MAX) return { refused: 'too-many-exits' };
    // [WIRE-4] what no bitmap and no amount can hold
    if (validators.length > BITS_PER_BYTE * LIMITS.bitmapBytes) return { refused: 'too-many' };
    const { pool, burned } = this.#settled;
    const staked = [...validators, ...providers, ...leaving].map((each) => each.stake);
    const money = staked.reduce((sum, amount) => sum + amount, pool + burned);
    const isHuge = validators.some(({ stake }) => stake > VALIDATOR_STAKE_MAX);
    if (isHuge || money.toString().length > LIMITS.stakeDigits) {
      return { refused: 'too-much-stake' };
    }
    const network = createNetwork({ ...this.#before.network, validators, providers });
    return { ...this.#settled, network, leaving };
  }

  #admitValidator(change: SetChange & { kind: 'validator' }): string | undefined {
    const { id, voteKey, stake, models } = change;
    if (stake === 0n) return 'no-stake';
    if (this.#validators.has(id)) return 'known-validator';
    // [KEY-1] a BLS key enters a set once
    const isTaken = [...this.#validators.values()].some((v) => isSameKey(v.voteKey, voteKey));
    if (isTaken) return 'vote-key-taken';
    const isListed = models.every((model) => this.#before.network.modelById.has(model));
    if (!isListed || new Set(models).size !== models.length) return 'models';
    this.#validators.set(id, { id, voteKey, stake, models });
    return undefined;
  }

  /** An identity that is validator and provider changes its stake as a validator. */
  #changeStake({ id, stake: next }: { id: NodeId; stake: Stake }): string | undefined {
    const { number, epoch } = this.#step;
    const validator = this.#validators.get(id);
    const provider = this.#providers.get(id);
    const member = validator ?? provider;
    if (member === undefined) return 'unknown-member';
    if (member.stake === next) return 'same-stake';
    if (validator !== undefined) this.#validators.set(id, { ...validator, stake: next });
    else this.#providers.set(id, { id, stake: next });
    if (next > member.stake) return undefined;
    const untilEpoch = epoch + exitEpochs(this.#before.network);
    this.#leaving.push({ id, stake: stake(member.stake - next), number, untilEpoch });
    return undefined;
  }

  /** [SET-4] What an account loses is taken from its stake, then from what leaves last. */
  #setBalance(id: NodeId, next: Stake): void {
    const inExit = this.#leaving.reduce((sum, l) => (l.id === id ? sum + l.stake : sum), 0n);
    const provider = this.#providers.get(id);
    const validator = this.#validators.get(id);
    let left: bigint = next;
    let exits = inExit < left ? inExit : left;
    left -= exits;
    const leaving: LeavingStake[] = [];
    for (const entry of this.#leaving) {
      if (entry.id !== id) leaving.push(entry);
      else {
        const kept = entry.stake < exits ? entry.stake : exits;
        exits -= kept;
        leaving.push({ ...entry, stake: stake(kept) });
      }
    }
    this.#leaving = leaving;
    // [SLASH-2] an identity that is both pays as a provider first
    if (validator !== undefined) {
      const asProvider = provider?.stake ?? 0n;
      const own = left > asProvider ? left - asProvider : 0n;
      const kept = provider === undefined ? left : own;
      this.#validators.set(id, { ...validator, stake: stake(kept) });
      left -= kept;
    }
    if (provider !== undefined) this.#providers.set(id, { id, stake: stake(left) });
    else if (validator === undefined && left > 0n) {
      // what who has left earned in its last epochs goes out with the rest
      const last = leaving.findLastIndex((entry) => entry.id === id);
      const entry = leaving[last];
      assert(entry !== undefined, 'an account without membership has stake in exit');
      leaving[last] = { ...entry, stake: stake(entry.stake + left) };
    }
  }
}

function isAscending(ids: readonly NodeId[]): boolean {
  return ids.every((id, i) => i === 0 || compareText(ids[i - 1] as NodeId, id) < 0);
}

function isSameKey(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, i) => byte === b[i]);
}
