/** What a provider may serve: models that it holds and whose network admits this machine. */
import type { BlobId } from '../base/index.ts';
import { NodeError } from './error.ts';
import { manifestOfModel, type NodeParts } from './node-parts.ts';

/**
 * Refuses to serve what would be judged invalid.
 * @throws NodeError `model-unknown`, `model-missing`, `class-not-admitted`
 */
export async function assertServable(parts: NodeParts, serves: readonly BlobId[]): Promise<void> {
  const { network, models, execution } = parts;
  for (const id of serves) {
    const manifest = manifestOfModel(network, id);
    const found = await models.find(id);
    if ('problem' in found) {
      throw modelMissing(manifest.name, found.problem);
    }
    if (manifest.executionClasses.includes(execution.executionClass)) continue;
    throw new NodeError({
      code: 'class-not-admitted',
      message: `${manifest.name} does not admit this machine's ${execution.executionClass}`,
      where: manifest.executionClasses.join(', '),
      remedy: 'Serving from it would be judged invalid. Use an admitted runtime and machine.',
    });
  }
}

/** The error of a model whose file is missing or damaged. */
export function modelMissing(name: string, problem: string): NodeError {
  return new NodeError({
    code: 'model-missing',
    message: `the model ${name} cannot be served: ${problem}`,
    remedy: 'Add its file with `assay model add`.',
  });
}
