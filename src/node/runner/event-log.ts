/**
 * The record of a run: every event that a core got, and a hash of the effects that came of it.
 * Replayed through a fresh core it must yield the same effects: what happened in a node can be
 * looked at outside of it, step by step.
 *
 * JSON Lines: a head (`format`, network id, guard records at the start, execution class), then one
 * line for each step; each start of a node adds a head. Messages are kept as their bytes. What the
 * node signed, said and reported stands beside the hash, so that a judge needs no key. Contains no
 * secret: salts and signatures are derived again from the keystore.
 */
import { AssayError, sha256, toHex, utf8 } from '../../base/index.ts';
import type { GuardRecord, ProviderEffect, ProviderEvent } from '../../core/index.ts';
import { type Decoded, decodeMessage } from '../../wire/index.ts';
import type { Core, StepObserver } from './runner.ts';
import { fromTaggedJson, toTaggedJson } from './tagged-json.ts';

export const EVENT_LOG_FORMAT = 'assay-events/1';

/** With what a core was started. */
export type EventLogHead = {
  readonly format: typeof EVENT_LOG_FORMAT;
  readonly role: 'validator' | 'provider';
  readonly networkId: string;
  readonly executionClass: string;
  readonly guard: readonly GuardRecord[];
  /** [GUARD-2] Nothing is signed for rounds below. */
  readonly watermark: number;
};

const TOLD = ['persist', 'publish', 'judge', 'report'] as const;

/** Effects that a log tells in full: what a judge of the node wants to know. */
export type ToldEffect = Extract<ProviderEffect, { kind: (typeof TOLD)[number] }>;

type StepLine = {
  readonly event: unknown;
  readonly effects: string;
  readonly told?: readonly unknown[];
};

/** A line of a log: a start of the node, or a step of its core. */
export type EventLogLine =
  | { readonly kind: 'head'; readonly head: EventLogHead }
  | {
      readonly kind: 'step';
      readonly event: ProviderEvent;
      readonly told: readonly ToldEffect[];
    };

/** From the bytes of a message to the message. */
export type Decode = typeof decodeMessage;

type Reading = { readonly line: number; readonly decode: Decode };

/** Returns the first line of a log. */
export function eventLogHead(head: Omit<EventLogHead, 'format'>): string {
  return toTaggedJson({ format: EVENT_LOG_FORMAT, ...head });
}

/** Returns an observer of a runner that writes one line for each step. */
export function eventRecorder(write: (line: string) => void): StepObserver {
  return (event, effects) => {
    const told = effects.filter(isTold).map(storableEffect);
    write(toTaggedJson({ event: storable(event), effects: effectsHash(effects), told }));
  };
}

/**
 * Reads the head of a log.
 * @throws AssayError `event-log-unreadable`
 */
export function readEventLogHead(line: string): EventLogHead {
  const head = parsed(line, 1) as EventLogHead;
  if (head.format === EVENT_LOG_FORMAT) return head;
  throw unreadable(1, `its format is not ${EVENT_LOG_FORMAT}`);
}

/**
 * Reads a line of a log, wherever it stands.
 * @param at number of the line, and how messages are decoded: who reads many logs remembers some
 * @throws AssayError `event-log-unreadable`
 */
export function readEventLogLine(
  line: string,
  { number, decode = decodeMessage }: { readonly number: number; readonly decode?: Decode },
): EventLogLine {
  const plain = parsed(line, number) as StepLine | EventLogHead;
  if ('format' in plain) return { kind: 'head', head: plain };
  const at = { line: number, decode };
  const told = (plain.told ?? []).map((effect) => restoredEffect(effect, at));
  return { kind: 'step', event: restored(plain.event, at), told };
}

/**
 * Replays the steps of a log through `core`.
 * @param lines those after the head
 * @returns number of steps, and the first one whose effects differ, counted from 1
 * @throws AssayError `event-log-unreadable`
 */
export function replayEventLog(
  core: Core,
  lines: Iterable<string>,
): { readonly steps: number; readonly firstDifference: number | undefined } {
  let steps = 0;
  for (const line of lines) {
    steps += 1;
    const { event, effects } = parsed(line, steps + 1) as StepLine;
    const ran = core.step(restored(event, { line: steps + 1, decode: decodeMessage }));
    if (effectsHash(ran) !== effects) return { steps, firstDifference: steps };
  }
  return { steps, firstDifference: undefined };
}

/** Returns a hash of effects, in order, with all that is in them. */
export function effectsHash(effects: readonly ProviderEffect[]): string {
  return toHex(sha256(utf8(toTaggedJson(effects))));
}

/** A decoded message is its bytes: the rest is decoded again. */
function storable(event: ProviderEvent): unknown {
  return event.kind === 'message-received' ? { ...event, decoded: event.decoded.bytes } : event;
}

function restored(stored: unknown, at: Reading): ProviderEvent {
  const event = stored as ProviderEvent & { readonly decoded?: unknown };
  if (event.kind !== 'message-received') return event;
  return { ...event, decoded: decoded(event.decoded as unknown as Uint8Array, at) };
}

function isTold(effect: ProviderEffect): effect is ToldEffect {
  if (!TOLD.some((kind) => kind === effect.kind)) return false;
  // it repeats, at length, what was reported before
  return effect.kind !== 'report' || effect.report.kind !== 'closed';
}

function storableEffect(effect: ToldEffect): unknown {
  if (effect.kind !== 'publish') return effect;
  const { message: _, ...rest } = effect;
  return rest;
}

function restoredEffect(stored: unknown, at: Reading): ToldEffect {
  const effect = stored as ToldEffect;
  if (effect.kind !== 'publish') return effect;
  return { ...effect, message: decoded(effect.bytes, at).message };
}

function decoded(bytes: Uint8Array, { line, decode }: Reading): Decoded {
  const result = decode(bytes);
  if (result.kind !== 'ok') throw unreadable(line, 'its message does not decode');
  return result.decoded;
}

function parsed(line: string, number: number): unknown {
  try {
    return fromTaggedJson(line);
  } catch (error) {
    throw unreadable(number, error instanceof Error ? error.message : String(error));
  }
}

function unreadable(line: number, why: string): AssayError {
  return new AssayError({
    code: 'event-log-unreadable',
    message: `the event log cannot be read: ${why}`,
    where: `line ${line}`,
    remedy: 'Give a file that `assay start --record` wrote; a torn last line may be removed.',
  });
}
