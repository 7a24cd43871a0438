/** What is judged when a run is over: one verdict per subject, liveness, nobody honest slashed. */
import type { NodeId, SubjectKey } from '../../src/base/index.ts';
import { outcomeOf } from '../../src/core/index.ts';
import {
  CALM_ROUNDS,
  checkDecided,
  checkOneVerdict,
  isLivenessPromised,
} from '../../src/invariants/index.ts';
import { judgedSubjects, settleRun } from '../metrics/settlement.ts';
import type { Simulation } from '../setup.ts';

/** @throws InvariantViolation if the run broke a promise that only shows at its end */
export function judgeEnd(simulation: Simulation): void {
  const { checker, committees, recorder } = simulation;
  checkOneVerdict(checker, committees, (key) => recorder.subjects.get(key as SubjectKey)?.subject);
  checkLiveness(simulation);
  checkNoHonestSlashed(simulation);
}

/**
 * Every leaf that was drawn after the last fault is decided at every honest node that is up, if
 * more than 2/3 of all stake is honest and up: then the whole pool, which is the last level,
 * always finds a quorum.
 */
function checkLiveness(simulation: Simulation): void {
  const { network, nodes, truth, recorder, checker, scenario, faults } = simulation;
  const up = new Set(nodes.flatMap(({ id, isUp }) => (isUp ? [id] : [])));
  const isUp = (id: NodeId): boolean => truth.isHonest(id) && up.has(id);
  // validators are the first nodes, in the order of the set
  const observers = network.validators.flatMap(({ id }, index) => (isUp(id) ? [index] : []));
  const isPromised = isLivenessPromised(network, isUp) && scenario.validators.modelShare === 1;
  if (!isPromised) return;
  const calmAt = faults.isAny ? faults.endsAt + CALM_ROUNDS * network.parameters.roundMs * 1000 : 0;
  for (const [key, record] of recorder.subjects) {
    // honest machines that disagree about numbers are the scenario's doing
    if (recorder.erring.has(key)) continue;
    // what was sealed while things went wrong may stay open
    if (record.drawnAt * 1000 < calmAt) continue;
    checkDecided(checker, key, () =>
      observers.every((index) => record.decisions.verdictOf(index) !== undefined),
    );
  }
}

/**
 * [SLASH-1] No honest stake is slashed unless a level that takes money was captured, or honest
 * machines measured against the truth: too narrow a tolerance, or mistakes that the oracle models.
 */
function checkNoHonestSlashed(simulation: Simulation): void {
  const { truth, committees, checker, recorder } = simulation;
  const isErring = recorder.erring.size > 0;
  const isCaptured = judgedSubjects(simulation).some((judged) => {
    const level = outcomeOf(judged)?.level ?? 0;
    const committee = committees.of(judged.subject, level);
    return committee !== undefined && committees.dishonestWeight(committee) >= committee.quorum;
  });
  for (const { account, reason } of settleRun(simulation).movements) {
    const isSlash = reason.startsWith('slash-');
    if (!isSlash || !truth.isHonest(account)) continue;
    if (isErring && reason !== 'slash-equivocation') continue;
    const detail = () => `${account}: ${reason}`;
    // nothing that others do or measure makes an honest node sign two things
    const isForgetful = simulation.faults.isForgetful(account);
    // who cannot be reached cannot open, and nobody can tell why
    const isCutOff = simulation.faults.isAny && reason === 'slash-provider';
    const isExcused = reason === 'slash-equivocation' ? isForgetful : isCaptured || isCutOff;
    checker.holdUnless(isExcused, 'no-honest-slashed', { isKept: false, detail });
  }
}
