/** Options of `assay db …`. */
import { JSON_OPTION, TEXT } from '../../io.ts';
import { DIR_OPTION, FOLDER_NET_OPTION } from '../../node-options.ts';

const DB_OPTIONS = { ...DIR_OPTION, ...JSON_OPTION } as const;

export const CHECK_OPTIONS = {
  ...DB_OPTIONS,
  mend: {
    type: 'boolean',
    default: false,
    describe: 'Delete what is damaged or points nowhere: peers give it again',
  },
} as const;

export const PRUNE_OPTIONS = {
  ...DB_OPTIONS,
  ...FOLDER_NET_OPTION,
  'keep-epochs': {
    ...TEXT,
    describe: 'Epochs to keep',
    defaultDescription: '168, or as long as stake stays slashable',
  },
  'dry-run': { type: 'boolean', default: false, describe: 'Only count what would be forgotten' },
} as const;

export const REBUILD_OPTIONS = DB_OPTIONS;

export const MIGRATE_OPTIONS = {
  ...DB_OPTIONS,
  'dry-run': { type: 'boolean', default: false, describe: 'Only say what it would do' },
} as const;

export const CHECK_EPILOGUE = [
  'Ends with exit code 1 if something is wrong, and says what mends it.',
  'Nothing of the database is only there; keystore and guard are not touched.',
].join('\n');

export const PRUNE_EPILOGUE = [
  'A running node does this by itself, see --keep-epochs of assay start.',
  'The chain of validator sets, evidence and bills of epochs stay.',
].join('\n');

export const REBUILD_EPILOGUE = [
  'Deletes the folder db alone, never keystore, guard or models. At its next start',
  'the node fetches from peers what it needs to take part; older receipts it can',
  'then no longer give.',
].join('\n');

export const MIGRATE_EPILOGUE = [
  'A node that finds the database of an older release says so and does not start:',
  'the older release cannot read it after a migration. If it is interrupted, run it',
  'again: until its last write the database is what it was.',
].join('\n');
