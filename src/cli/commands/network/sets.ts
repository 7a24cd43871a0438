/** Does the work of `assay network sets`: the chain of sets, as a light client verifies it. */
import { toHex } from '../../../base/index.ts';
import { type ChainLink, quorumStake, type SetChain } from '../../../core/index.ts';
import { readNetworkFile } from '../../../network-file/index.ts';
import { LightClient, type PendingStep, readSets, type SetsReading } from '../../../node/index.ts';
import { encodeChain, encodeChainJson } from '../../../receipt/index.ts';
import type { AgreedSettlement, SetChange } from '../../../wire/index.ts';
import { writeWhole } from '../../files.ts';
import type { Answer, Io } from '../../io.ts';
import { networkPathOf } from '../../network-path.ts';
import { plural } from '../../text.ts';
import { readVersion } from '../../version.ts';
import { confirmedShare } from './change.ts';
import { amountText, epochNow, inForceText, shareOf, shortId } from './wording.ts';

export type SetsValues = {
  readonly dir: string;
  readonly net: string | undefined;
  /** File for the chain: JSON, or dag-cbor if its name ends in `.cbor`. */
  readonly export: string | undefined;
  readonly io: Io;
};

/** Asked nodes answer well within it. */
const READ_MS = 60_000;

/**
 * Reads and verifies the chain of sets; writes it to a file, if one is named.
 * @throws ConfigError, NetworkFileError; NodeError unreachable; AssayError file-unwritable
 */
export async function answerSets({ export: out, io, ...place }: SetsValues): Promise<Answer> {
  const file = readNetworkFile(networkPathOf(place));
  const client = await LightClient.open({ file, softwareVersion: `assay/${readVersion()}` });
  try {
    const signal = AbortSignal.any([io.signal, AbortSignal.timeout(READ_MS)]);
    const reading = await readSets(client, signal);
    const answer = setsAnswer(reading);
    if (out === undefined) return answer;
    const encode = out.endsWith('.cbor') ? encodeChain : encodeChainJson;
    await writeWhole(out, encode(reading.chain));
    return { ...answer, lines: [...answer.lines, '', `The chain is in ${out}.`] };
  } finally {
    await client.close();
  }
}

/** The chain for programs and for people, oldest set first. */
export function setsAnswer(reading: SetsReading): Answer {
  const { chain, pending, settlement } = reading;
  const links = [...chain.links()];
  const { network, leaving } = chain.head.state;
  const epoch = epochNow(network);
  const settled =
    settlement === undefined
      ? []
      : ['', `Agreed and not in a set yet: what the epochs to ${settlement.epoch} come to.`];
  return {
    json: {
      epoch,
      sets: links.map((link, i) => setJson(links[i - 1], link)),
      members: membersJson(chain.head),
      leaving: leaving.map(({ id, stake, untilEpoch }) => {
        return { id, stake: stake.toString(), freeInEpoch: untilEpoch };
      }),
      pending: pending.map(({ link, weight, confirmedBy, changes }) => ({
        ...{ number: link.number, epoch: link.epoch, changes: changeJson(changes) },
        ...{ confirmedBy, confirmed: shareOf(weight, network.totalStake) },
      })),
      settlement:
        settlement === undefined ? null : { ...settlement, weight: `${settlement.weight}` },
    },
    lines: [
      ...links.flatMap((link, i) => setLines(links[i - 1], link)),
      '',
      `Epoch ${epoch} now. Members of set ${chain.head.number}:`,
      ...memberLines(chain.head),
      ...leaving.map(({ id, stake, untilEpoch }) => {
        return `  ${shortId(id)}  in exit  ${amountText(stake)}, free in epoch ${untilEpoch}`;
      }),
      ...pending.flatMap((step) => ['', ...pendingLines(chain, step)]),
      ...settled,
    ],
  };
}

function setJson(before: ChainLink | undefined, link: ChainLink): object {
  const { number, epoch, digest, state, step } = link;
  const settlement = step?.body.settlement;
  return {
    ...{ number, epoch, digest: toHex(digest), setHash: toHex(state.network.setHash) },
    validators: state.network.validators.length,
    providers: state.network.providers.length,
    totalStake: state.network.totalStake.toString(),
    changes: changeJson(step?.body.changes),
    confirmed: before === undefined ? null : confirmedShare(before, { link }),
    settlement:
      settlement === undefined
        ? null
        : {
            ...{ epoch: settlement.epoch, accounts: settlement.balances.length },
            ...{ burned: settlement.burned.toString(), pool: settlement.pool.toString() },
            convicted: settlement.convicted,
          },
  };
}

function changeJson(changes: readonly SetChange[] = []): readonly object[] {
  return changes.map(({ kind, id, stake }) => ({ kind, id, stake: stake.toString() }));
}

function membersJson({ state: { network } }: ChainLink): readonly object[] {
  const json = (role: string) => (member: { readonly id: string; readonly stake: bigint }) => {
    return { role, id: member.id, stake: member.stake.toString() };
  };
  return [...network.validators.map(json('validator')), ...network.providers.map(json('provider'))];
}

function setLines(before: ChainLink | undefined, link: ChainLink): readonly string[] {
  const { number, state, step } = link;
  const { validators, providers, totalStake } = state.network;
  const when = number === 0 ? 'from the first round on' : inForceText(link);
  const members = `${plural(validators, 'validator')} with ${amountText(totalStake)}`;
  const head = `Set ${number}, ${when}: ${members}, ${plural(providers, 'provider')}`;
  if (step === undefined || before === undefined) return [head];
  return [
    head,
    ...changeLines(before, step.body.changes),
    ...settlementLines(before, step.body.settlement),
    `  confirmed by members of ${confirmedShare(before, { link })} of the stake`,
  ];
}

/** What a step changed, one line each. @param before the set that it changed */
export function changeLines(
  { state: { network } }: ChainLink,
  changes: readonly SetChange[],
): readonly string[] {
  return changes.map(({ kind, id, stake }) => {
    const name = shortId(id);
    if (kind !== 'stake') return `  + ${name}  ${kind}, ${amountText(stake)}`;
    const validator = network.validators[network.validatorIndex.get(id) ?? -1];
    const had = (validator ?? network.providerById.get(id))?.stake ?? 0n;
    if (stake === 0n) return `  - ${name}  left, with ${amountText(had)}`;
    return `  * ${name}  stake ${amountText(had)} to ${amountText(stake)}`;
  });
}

function settlementLines(
  { state }: ChainLink,
  settlement: AgreedSettlement | undefined,
): readonly string[] {
  if (settlement === undefined) return [];
  const { epoch, balances, burned, pool, convicted } = settlement;
  const first = state.settledEpoch + 1;
  const span = first === epoch ? `epoch ${epoch}` : `epochs ${first} to ${epoch}`;
  const lost = `${amountText(burned - state.burned)} burned`;
  const changed = `${balances.length} accounts changed`;
  return [
    `  ${span} settled: ${changed}, ${lost}, pool ${amountText(pool)}`,
    ...convicted.map((id) => `  ! ${shortId(id)}  convicted and slashed`),
  ];
}

function memberLines({ state: { network } }: ChainLink): readonly string[] {
  const { validators, providers, totalStake } = network;
  return [
    ...validators.map(({ id, stake }) => {
      const share = shareOf(stake, totalStake);
      return `  ${shortId(id)}  validator  ${share.padStart(7)}  ${amountText(stake)}`;
    }),
    ...providers.map(({ id, stake }) => `  ${shortId(id)}  provider  ${amountText(stake)}`),
  ];
}

function pendingLines({ head }: SetChain, pending: PendingStep): readonly string[] {
  const { totalStake } = head.state.network;
  const { link, weight, changes } = pending;
  const has = shareOf(weight, totalStake);
  const needs = shareOf(quorumStake(head.state.network), totalStake);
  return [
    `Proposed: set ${link.number}, for epoch ${link.epoch}`,
    `  ${has} of the stake confirmed it, ${needs} is needed`,
    ...changeLines(head, changes),
  ];
}
