/** Does the work of `assay testnet make` and `assay testnet run`: for those who supervise it. */
import { join } from 'node:path';
import { AssayError } from '../../../base/index.ts';
import type { Answer, Io } from '../../io.ts';
import { madePlan, type ShapeValues } from './handler.ts';
import { readPlan, TESTNET_FILES } from './plan.ts';
import { Processes } from './processes.ts';

/** Makes the folder of a testnet and says what there is to run. */
export async function answerMake(values: ShapeValues): Promise<Answer> {
  const { dir } = values;
  const plan = await madePlan(values);
  const names = ['beacon', ...plan.nodes.map(({ name }) => name)];
  return {
    json: { dir, processes: names },
    lines: [
      `A testnet in ${dir}. Run each of these:`,
      ...names.map((name) => `  assay testnet run ${dir} ${name}`),
    ],
  };
}

/**
 * Runs one process of a testnet until it ends or is told to.
 * @throws AssayError testnet-process-unknown, testnet-process-failed; testnet-unreadable
 */
export async function runSingle(values: {
  readonly dir: string;
  readonly name: string;
  readonly 'log-level': string;
  readonly io: Io;
}): Promise<void> {
  const { dir, name, io } = values;
  const plan = await readPlan(join(dir, TESTNET_FILES.plan));
  const names = ['beacon', ...plan.nodes.map((node) => node.name)];
  if (!names.includes(name)) {
    throw new AssayError({
      code: 'testnet-process-unknown',
      message: `there is no ${name} in it`,
      where: dir,
      remedy: `There are ${names.join(', ')}.`,
    });
  }
  const processes = new Processes({ dir, plan, logLevel: values['log-level'] });
  const code = await processes.runAlone(name, io.signal);
  if (code === 0) return;
  throw new AssayError({
    code: 'testnet-process-failed',
    message: `${name} ended with exit code ${code}`,
    where: dir,
    remedy: 'Its last lines say why.',
  });
}
