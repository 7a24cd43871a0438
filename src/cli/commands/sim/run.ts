/** `assay sim run`: what a file describes decides what runs. */
import { AssayError } from '../../../base/index.ts';
import { isPropagationDocument, isSweepDocument, readDocument } from '../../../config/index.ts';
import { type RunValues, runSimulation } from './handler.ts';
import { runPropagationFile } from './propagation.ts';

/**
 * Runs a scenario or a propagation experiment, prints its report and writes its folder.
 * @throws ConfigError and what both kinds of runs throw; AssayError is-a-sweep, not-traceable
 */
export async function runFile(values: RunValues): Promise<void> {
  const document = readDocument(values.scenario);
  if (isSweepDocument(document)) {
    throw new AssayError({
      code: 'is-a-sweep',
      where: values.scenario,
      message: 'is a sweep: many runs',
      remedy: `Use: assay sim sweep ${values.scenario}`,
    });
  }
  const isPropagation = isPropagationDocument(document);
  if (isPropagation && values.trace !== undefined) {
    throw new AssayError({
      code: 'not-traceable',
      where: `--trace ${values.trace}`,
      message: 'a propagation experiment runs without the protocol and leaves no trace',
      remedy: 'Leave out --trace, or run a scenario.',
    });
  }
  return isPropagation ? runPropagationFile(values) : runSimulation(values);
}
