/** What lies where in the folder of a node. */
import { join } from 'node:path';

const KEYSTORE = 'keystore.json';
const GUARD = 'guard';
const DATABASE = 'db';
/** Says that the key was made here and has signed nothing. */
export const UNUSED_KEY_FILE = 'unused-key';
/** Rounds that another machine's clock may be ahead. */
export const AHEAD_ROUNDS = 2;

/** Path of the keystore in a node's folder. */
export function keystorePath(directory: string): string {
  return join(directory, KEYSTORE);
}

/** Path of the sign guard in a node's folder. */
export function guardPath(directory: string): string {
  return join(directory, GUARD);
}

/** Path of the database in a node's folder: what peers can give again. */
export function databasePath(directory: string): string {
  return join(directory, DATABASE);
}
