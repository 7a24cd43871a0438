/**
 * [SET-2] The chain of validator sets of a network as a file: all steps, from the network file on.
 * For who verifies without a node, where receipts name their step and do not carry it.
 */
import type { Digest } from '../base/index.ts';
import { type Codec, digestCodec, listOf, oneOf, recordOf, uintBetween } from './codec.ts';
import { documentOf } from './document.ts';
import { LIMITS } from './limits.ts';
import { stepMessageCodecs } from './step-codecs.ts';
import type { StepMessage } from './steps.ts';

/** Version of the format of chain files. */
export const CHAIN_FILE_FORMAT = 1;

export type ChainFile = {
  readonly type: 'set-chain';
  readonly format: typeof CHAIN_FILE_FORMAT;
  /** Id of the network. */
  readonly network: Digest;
  /** Steps 1, 2, 3, …; whether they are right is not said by the format. */
  readonly steps: readonly StepMessage[];
};

const formatCodec = uintBetween(CHAIN_FILE_FORMAT, CHAIN_FILE_FORMAT) as Codec<
  typeof CHAIN_FILE_FORMAT
>;

/** Chain files as dag-cbor and as JSON text. */
export const chainDocument = documentOf(
  recordOf<ChainFile>({
    type: oneOf(['set-chain']),
    format: formatCodec,
    network: digestCodec,
    steps: listOf(stepMessageCodecs.step, { min: 0, max: LIMITS.setSteps }),
  }),
  {
    name: 'a set chain',
    bytesMax: LIMITS.chainFileBytes,
    jsonBytesMax: LIMITS.chainFileJsonBytes,
  },
);
