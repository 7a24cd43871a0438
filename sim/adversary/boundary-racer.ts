/**
 * A validator that commits and reveals at the deadline, give or take a little, so that some nodes
 * take it for punctual and others do not. Stopped because verdicts do not ask who was in time: a
 * certificate counts by its content [CERT-1]; and money asks whether enough others saw the commit
 * in time [VOTE-4].
 */
import { type BatchId, type TimeMs, timeMs } from '../../src/base/index.ts';
import {
  drawingRound,
  executionRounds,
  later,
  nominalTime,
  PHASES,
  type ProviderEffect,
  type ProviderEvent,
  phaseRounds,
  samplingRound,
} from '../../src/core/index.ts';
import { type BundleEntry, batchId, type HeaderMessage } from '../../src/wire/index.ts';
import type { AdversaryTools, Behaviour } from './behaviour.ts';
import { bundleOf, splitBundle } from './own-bundles.ts';

type Held = {
  readonly at: TimeMs;
  readonly entry: BundleEntry;
  readonly shard: number | undefined;
};

/** Until when an entry counts. */
const LAST_PHASE = { commit: 'commit', abstain: 'commit', reveal: 'challenge' } as const;

/** Speaks at deadlines, off by `offsetMs` ± `spreadMs`. */
export function boundaryRacer(
  tools: AdversaryTools,
  { offsetMs, spreadMs }: { readonly offsetMs: number; readonly spreadMs: number },
): Behaviour {
  const { random, now } = tools;
  const headers = new Map<BatchId, HeaderMessage>();
  let held: readonly Held[] = [];
  const hold = (effect: ProviderEffect): readonly ProviderEffect[] => {
    if (effect.kind !== 'publish') return [effect];
    // a certificate would show its vote before it does
    if (effect.message.type === 'certificate') return [];
    const { meant, others } = splitBundle(effect, ({ kind }) => kind !== 'ack');
    if (meant.length === 0) return [effect];
    for (const entry of meant) {
      const deadline = deadlineOf(tools, headers, entry) ?? now();
      const at = timeMs(deadline + offsetMs + (2 * random.uniform() - 1) * spreadMs);
      held = [...held, { at, entry, shard: effect.shard }];
    }
    return others.length === 0 ? [] : [bundleOf(tools, others, effect.shard)];
  };
  return {
    before: (event) => {
      const header = headerIn(event);
      if (header !== undefined) headers.set(batchId(header), header);
      return [event];
    },
    after: (effects) => {
      const rest = effects.flatMap(hold);
      const due = held.filter(({ at }) => at <= now());
      held = held.filter(({ at }) => at > now());
      return [...rest, ...due.map(({ entry, shard }) => bundleOf(tools, [entry], shard))];
    },
    nextDeadline: () =>
      held.length === 0 ? undefined : timeMs(Math.min(...held.map(({ at }) => at))),
  };
}

/** When a deadline is due if beacons are; `undefined` for a batch that it does not know. */
function deadlineOf(
  { draws }: AdversaryTools,
  headers: ReadonlyMap<BatchId, HeaderMessage>,
  entry: BundleEntry,
): TimeMs | undefined {
  const header = headers.get(entry.batch);
  if (header === undefined || entry.kind === 'ack') return undefined;
  const { network } = draws;
  const manifest = network.modelById.get(header.model);
  if (manifest === undefined) return undefined;
  const lengths = phaseRounds(network.parameters, executionRounds(network, manifest));
  const phases = lengths.slice(0, PHASES.indexOf(LAST_PHASE[entry.kind]) + 1);
  const drawn = drawingRound(samplingRound(header), lengths, entry.level);
  return nominalTime(
    network,
    later(
      drawn,
      phases.reduce((sum, length) => sum + length, 0),
    ),
  );
}

function headerIn(event: ProviderEvent): HeaderMessage | undefined {
  if (event.kind !== 'message-received') return undefined;
  const { message } = event.decoded;
  if (message.type === 'header') return message;
  return message.type === 'openings' ? message.header : undefined;
}
