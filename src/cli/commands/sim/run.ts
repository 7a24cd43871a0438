/** `assay sim run`: what a file describes decides what runs. */
import { isPropagationDocument, readDocument } from '../../../config/index.ts';
import { type RunValues, runSimulation } from './handler.ts';
import { runPropagationFile } from './propagation.ts';

/**
 * Runs a scenario or a propagation experiment, prints its report and writes its folder.
 * @throws ConfigError and what both kinds of runs throw
 */
export async function runFile(values: RunValues): Promise<void> {
  const isPropagation = isPropagationDocument(readDocument(values.scenario));
  return isPropagation ? runPropagationFile(values) : runSimulation(values);
}
