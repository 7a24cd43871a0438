/** Errors of a node as a whole. */
import { AssayError } from '../base/index.ts';

/** What is wrong with a node's folder, its place in the network, or what it was asked for. */
export class NodeError extends AssayError {
  override readonly name = 'NodeError';
}

/** Returns the text of an error for logs and states. */
export function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** Tells whether an error is of the world rather than a bug. */
export function isDetailed(error: unknown): boolean {
  return error instanceof AssayError;
}
