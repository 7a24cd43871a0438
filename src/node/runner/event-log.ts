/**
 * The record of a run: every event that a core got, and a hash of the effects that came of it.
 * Replayed through a fresh core it must yield the same effects: what happened in a node can be
 * looked at outside of it, step by step.
 *
 * JSON Lines: a head (`format`, network id, guard records at the start, execution class), then one
 * line for each step. Messages are kept as their bytes. Contains no secret: salts and signatures
 * are derived again from the keystore.
 */
import { AssayError, sha256, toHex, utf8 } from '../../base/index.ts';
import type { GuardRecord, ProviderEffect, ProviderEvent } from '../../core/index.ts';
import { decodeMessage } from '../../wire/index.ts';
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
};

type StepLine = { readonly event: unknown; readonly effects: string };

/** Returns the first line of a log. */
export function eventLogHead(head: Omit<EventLogHead, 'format'>): string {
  return toTaggedJson({ format: EVENT_LOG_FORMAT, ...head });
}

/** Returns an observer of a runner that writes one line for each step. */
export function eventRecorder(write: (line: string) => void): StepObserver {
  return (event, effects) => {
    write(toTaggedJson({ event: storable(event), effects: effectsHash(effects) }));
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
    const ran = core.step(restored(event, steps + 1));
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

function restored(stored: unknown, line: number): ProviderEvent {
  const event = stored as ProviderEvent & { readonly decoded?: unknown };
  if (event.kind !== 'message-received') return event;
  const result = decodeMessage(event.decoded as unknown as Uint8Array);
  if (result.kind !== 'ok') throw unreadable(line, 'its message does not decode');
  return { ...event, decoded: result.decoded };
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
