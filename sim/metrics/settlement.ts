/** Settlement of a run: what an honest node could tell, settled by the core's own rules. */
import { defined, subjectKey } from '../../src/base/index.ts';
import { type JudgedSubject, type Settlement, settle } from '../../src/core/index.ts';
import type { Simulation } from '../setup.ts';

const settled = new WeakMap<Simulation, Settlement>();

/** Subjects as the first honest validator that is up knew them, in order of drawing. */
export function judgedSubjects({ nodes, recorder }: Simulation): readonly JudgedSubject[] {
  const archivist = nodes.find(
    (node) => node.role.kind === 'validator' && node.isHonest && !node.isDown,
  );
  const known = new Map(recorder.judgedSubjects);
  if (archivist?.role.kind === 'validator') {
    for (const judged of archivist.role.core.judged())
      known.set(subjectKey(judged.subject), judged);
  }
  return [...recorder.subjects.keys()].flatMap((key) => known.get(key) ?? []);
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
