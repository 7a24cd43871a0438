/**
 * Validators that vote for each other. With providers: these cheat and tell the members their
 * outputs, who commit to them and vote `valid`; stopped by challenges of the honest seats
 * [QUORUM-2]. Without: members call right claims `invalid`, to have the provider slashed falsely;
 * stopped because small committees take no money [QUORUM-4]: P[false slash] is P[captured] of the
 * first level with slashSeats, whatever members reach below.
 */
import { subjectKey } from '../../src/base/index.ts';
import type { ProviderEvent } from '../../src/core/index.ts';
import { batchId } from '../../src/wire/index.ts';
import type { AdversaryTools, Behaviour, ExecuteEffect, Invention } from './behaviour.ts';
import { Cheating, type CheatingOptions } from './cheating.ts';
import type { Conspiracy } from './conspiracy.ts';
import { inventedMeasurement } from './invention.ts';

/** A provider in the cartel: cheats, and confesses to the members. */
export function cartelProvider(tools: AdversaryTools, options: CheatingOptions): Behaviour {
  const cheating = new Cheating(tools, options);
  const { conspiracy } = tools;
  conspiracy.join(tools.signer.id);
  return {
    answer: (request) => cheating.answer(request),
    after: (effects) => {
      cheating.remember(effects);
      for (const effect of effects) {
        if (effect.kind !== 'answer') continue;
        const { claim, outputDigest } = effect;
        const answer = { digest: outputDigest, isWrong: cheating.isWrong(claim) };
        conspiracy.confess(claim.commitment, answer);
      }
      return effects;
    },
  };
}

/** A member who judges. */
export function cartelValidator(
  tools: AdversaryTools,
  { withProvider }: { readonly withProvider: boolean },
): Behaviour {
  const { conspiracy } = tools;
  return {
    before: (event) => {
      noteOpenings(conspiracy, event);
      return [event];
    },
    execute: (effect) => (withProvider ? support(tools, effect) : slander(conspiracy, effect)),
  };
}

/** A member who sees openings tells the others whose they are. */
export function noteOpenings(conspiracy: Conspiracy, event: ProviderEvent): void {
  if (event.kind !== 'message-received' || event.decoded.message.type !== 'openings') return;
  const { header, openings } = event.decoded.message;
  const batch = batchId(header);
  for (const { index, claim } of openings) {
    conspiracy.note({ batch, index }, { claim, provider: header.provider });
  }
}

/** Commits to the wrong output of a member's answer; executes everything else honestly. */
function support(
  { conspiracy, oracle }: AdversaryTools,
  { subject, beacon }: ExecuteEffect,
): Invention | undefined {
  const answer = conspiracy.answerOf(subject);
  return answer?.isWrong ? oracle.measure(answer.digest, beacon) : undefined;
}

/** Commits to the same invention as all members. */
function slander(conspiracy: Conspiracy, { subject, level }: ExecuteEffect): Invention | undefined {
  const provider = conspiracy.providerOf(subject);
  if (provider === undefined || conspiracy.isMember(provider)) return undefined;
  return inventedMeasurement(`slander/${subjectKey(subject)}/${level}`);
}
