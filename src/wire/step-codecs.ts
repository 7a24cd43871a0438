/** [WIRE-1] The exact fields, sizes and bounds of the messages of the validator-set chain. */
import type { Stake } from '../base/index.ts';
import { stake } from '../base/index.ts';
import {
  asciiText,
  blobIdCodec,
  bytesBetween,
  bytesOf,
  type Codec,
  digestCodec,
  listOf,
  Malformed,
  nodeIdCodec,
  oneOf,
  recordOf,
  uintBetween,
  unionOf,
} from './codec.ts';
import { LIMITS } from './limits.ts';
import type {
  AgreedSettlement,
  ConfirmationMessage,
  ProposalMessage,
  SetChange,
  SettledBalance,
  SettlementMessage,
  SettlementResult,
  StepBody,
  StepContent,
  StepMessage,
} from './steps.ts';

const decimalText = asciiText(LIMITS.stakeDigits);

/** Money as decimal digits without leading zeros: it may exceed what integers of the wire hold. */
export const stakeCodec: Codec<Stake> = {
  write: (value) => decimalText.write(value.toString()),
  read: (data) => {
    const text = decimalText.read(data);
    if (!/^(?:0|[1-9][0-9]*)$/.test(text)) throw new Malformed('expected decimal digits');
    return stake(BigInt(text));
  },
};

const signatureCodec = bytesOf(64);
const voteSignatureCodec = bytesOf(96);
const voteKeyCodec = bytesOf(48);
const bitmapCodec = bytesBetween(0, LIMITS.bitmapBytes);
const epochCodec = uintBetween(0, LIMITS.epochs);
/** Number of a step. */
export const setNumberCodec = uintBetween(1, LIMITS.setSteps);

const changeCodec: Codec<SetChange> = unionOf<'kind', SetChange>('kind', {
  validator: recordOf<Extract<SetChange, { kind: 'validator' }>>({
    kind: oneOf(['validator']),
    id: nodeIdCodec,
    voteKey: voteKeyCodec,
    stake: stakeCodec,
    models: listOf(blobIdCodec, { min: 0, max: LIMITS.modelsPerValidator }),
    possession: voteSignatureCodec,
    ownership: signatureCodec,
  }),
  provider: recordOf<Extract<SetChange, { kind: 'provider' }>>({
    kind: oneOf(['provider']),
    id: nodeIdCodec,
    stake: stakeCodec,
  }),
  stake: recordOf<Extract<SetChange, { kind: 'stake' }>>({
    kind: oneOf(['stake']),
    id: nodeIdCodec,
    stake: stakeCodec,
  }),
});

const settlementFields = {
  epoch: epochCodec,
  balances: listOf(recordOf<SettledBalance>({ id: nodeIdCodec, stake: stakeCodec }), {
    min: 0,
    max: LIMITS.settledAccounts,
  }),
  pool: stakeCodec,
  burned: stakeCodec,
  convicted: listOf(nodeIdCodec, { min: 0, max: LIMITS.settledConvicted }),
};

/** What a settlement root is the hash of. */
export const settlementResultCodec = recordOf<SettlementResult>(settlementFields);

const contentFields = {
  settlement: recordOf<AgreedSettlement>({
    ...settlementFields,
    holders: bitmapCodec,
    signature: voteSignatureCodec,
  }),
  changes: listOf(changeCodec, { min: 0, max: LIMITS.changesPerStep }),
};

/** What a step changes, whose size is bounded. */
export const stepContentCodec = recordOf<StepContent>(contentFields, ['settlement']);

/** What the digest of a step is the hash of. */
export const stepBodyCodec = recordOf<StepBody>(
  {
    number: setNumberCodec,
    predecessor: digestCodec,
    epoch: epochCodec,
    ...contentFields,
    state: digestCodec,
  },
  ['settlement'],
);

/** Codecs of the messages of the chain, by type. */
export const stepMessageCodecs = {
  proposal: recordOf<ProposalMessage>({
    type: oneOf(['proposal']),
    body: stepBodyCodec,
    signature: signatureCodec,
  }),
  confirmation: recordOf<ConfirmationMessage>({
    type: oneOf(['confirmation']),
    validator: nodeIdCodec,
    number: setNumberCodec,
    epoch: epochCodec,
    step: digestCodec,
    signature: voteSignatureCodec,
  }),
  step: recordOf<StepMessage>({
    type: oneOf(['step']),
    body: stepBodyCodec,
    signature: signatureCodec,
    epoch: epochCodec,
    holders: bitmapCodec,
    confirmation: voteSignatureCodec,
  }),
  settlement: recordOf<SettlementMessage>({
    type: oneOf(['settlement']),
    validator: nodeIdCodec,
    epoch: epochCodec,
    head: digestCodec,
    root: digestCodec,
    signature: voteSignatureCodec,
  }),
};
