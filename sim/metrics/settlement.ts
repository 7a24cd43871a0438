/** Settlement of a run: what honest nodes know together, settled by the core's own rules. */
import { defined } from '../../src/base/index.ts';
import { type JudgedSubject, type Settlement, settle } from '../../src/core/index.ts';
import type { Simulation } from '../setup.ts';

const settled = new WeakMap<Simulation, Settlement>();
const united = new WeakSet<Simulation>();

/** Subjects as all honest validators that are up know them together, in order of drawing. */
export function judgedSubjects(simulation: Simulation): readonly JudgedSubject[] {
  const { nodes, recorder } = simulation;
  if (!united.has(simulation)) {
    united.add(simulation);
    for (const { role, isHonest, isUp } of nodes) {
      if (role.kind !== 'validator' || !isHonest || !isUp) continue;
      for (const judged of role.core.judged()) recorder.judge(judged);
    }
  }
  return [...recorder.subjects.keys()].flatMap((key) => recorder.judgedSubjects.get(key) ?? []);
}

/** Settles the whole run as one epoch; computed once. */
export function settleRun(simulation: Simulation): Settlement {
  const known = settled.get(simulation);
  if (known !== undefined) return known;
  const { network, recorder, committees } = simulation;
  const settlement = settle({
    network,
    sealed: [...recorder.sealed].map((batch) =>
      defined(committees.header(batch), 'a sealed batch was published'),
    ),
    subjects: judgedSubjects(simulation),
    guilty: recorder.guilty,
  });
  settled.set(simulation, settlement);
  return settlement;
}
