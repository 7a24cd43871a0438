/** Options of `assay why`. */
import { JSON_OPTION } from '../../io.ts';
import { NET_OPTION } from '../../node-options.ts';

export const WHY_OPTIONS = { ...NET_OPTION, ...JSON_OPTION } as const;

export const WHY_EPILOGUE = [
  'A claim is found while nodes keep it, and only if it was drawn. An answer that',
  'was not is named by its batch and its index from 0, as its receipt has them.',
].join('\n');
