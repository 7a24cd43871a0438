/**
 * A validator that executes nothing: it waits for somebody's reveal, commits to that measurement
 * and votes alike. Stopped because nothing is revealed before the commits are in [COMMIT-2], and
 * because a late commit earns nothing [VOTE-4].
 */
import { subjectKey } from '../../src/base/index.ts';
import type { ProviderEvent } from '../../src/core/index.ts';
import type { Behaviour } from './behaviour.ts';

/** Finds what the first revealer found. */
export function voteCopier(): Behaviour {
  /** Work that waits for a reveal to copy, by subject and level. */
  const waiting = new Map<string, string>();
  return {
    execute: ({ id, subject, level }) => {
      waiting.set(`${subjectKey(subject)}/${level}`, id);
      return 'never';
    },
    before: (event) => [event, ...copiedFrom(event, waiting)],
  };
}

function copiedFrom(event: ProviderEvent, waiting: Map<string, string>): ProviderEvent[] {
  if (event.kind !== 'message-received' || event.decoded.message.type !== 'bundle') return [];
  const copies: ProviderEvent[] = [];
  for (const { entry } of event.decoded.message.entries) {
    if (entry.kind !== 'reveal' || entry.measurement.kind === 'empty') continue;
    const key = `${subjectKey(entry)}/${entry.level}`;
    const id = waiting.get(key);
    if (id === undefined) continue;
    waiting.delete(key);
    const { measurement, executionClass } = entry;
    copies.push({ kind: 'execution-finished', now: event.now, id, measurement, executionClass });
  }
  return copies;
}
