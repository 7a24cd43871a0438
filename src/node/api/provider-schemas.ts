/** JSON Schemas of what goes in and out of a provider's routes. */
import { CLAIM_STATES } from '../answered-claims.ts';
import { cid, hex, record, text, whole } from './schema-words.ts';

const requester = hex('Ed25519 public key of the requester', 32);
const nonce = text('1 to 32 bytes that pay one request once', {
  pattern: '^([0-9a-f]{2}){1,32}$',
});
const assurance = text('Assurance class, `/v1/provider` lists them', {
  default: 'standard',
  maxLength: 32,
});
const model = text('Name or content id, `/v1/models` lists them', { maxLength: 128 });
const inputs = {
  description: 'Values by input name, or the values alone where the model has one input',
};
const verdict = text('`valid`, `invalid`, `unavailable` or `inconclusive`');

const tensor = record({
  name: text('Name of the output'),
  type: text('Element type'),
  shape: { type: 'array', items: whole('Size'), description: 'Outermost first' },
  data: {
    type: 'array',
    items: {},
    description: 'Row-major; 64-bit integers, NaN and infinities as text',
  },
});

const promise = record({
  provider: hex('Who promises', 32),
  claim: cid('the claim'),
  assuranceClass: text('Assurance class'),
  round: whole('Round of the batch'),
  index: whole('Leaf of the batch'),
  signature: hex('Ed25519 of the provider', 64),
});

const claim = record({
  requester,
  nonce,
  input: cid('the input'),
  model: cid('the model'),
  executionClass: text('Runtime and machine class'),
  commitment: hex('Hides the output digest', 32),
});

export const INFERENCE_REQUEST = record(
  {
    model,
    inputs,
    assurance,
    requester,
    nonce,
    signature: hex(
      'Ed25519 of the requester over the signing bytes; without it the gateway asks',
      64,
    ),
  },
  ['assurance', 'requester', 'nonce', 'signature'],
);

export const INFERENCE = record({
  claim: cid('the claim: its id'),
  round: whole('Round of the batch that will hold it'),
  index: whole('Its leaf'),
  promise,
  leaf: { ...claim, description: 'What the promise is about' },
  salt: hex('Opens the commitment', 32),
  outputDigest: hex('SHA-256 of the canonical bytes of the outputs', 32),
  outputs: { type: 'array', items: tensor },
});

export const INPUT_REQUEST = record({ model, inputs, assurance, requester, nonce }, [
  'assurance',
  'requester',
  'nonce',
]);

export const INPUT = record(
  {
    input: cid('the input'),
    bytes: text('Canonical bytes of the input, base64'),
    signingBytes: text('What `requester` signs to ask with `nonce`, base64'),
  },
  ['signingBytes'],
);

export const STANDING = record(
  {
    claim: cid('the claim'),
    state: text('How it stands, as this provider knows it', { enum: CLAIM_STATES }),
    requester,
    model: cid('the model'),
    assuranceClass: text('Assurance class'),
    round: whole('Round of its batch'),
    index: whole('Its leaf'),
    batch: cid('its batch'),
    drawRound: whole('Round whose beacon draws from the batch'),
    verdict,
    level: whole('Level that decided'),
  },
  ['batch', 'verdict', 'level'],
);

const value = record({
  name: text('Name'),
  type: text('Element type'),
  shape: {
    description: 'Sizes, names of dynamic axes as text; null if the rank is open',
    anyOf: [
      { type: 'array', items: { anyOf: [{ type: 'integer' }, { type: 'string' }] } },
      { type: 'null' },
    ],
  },
});

export const MODELS = record({
  models: {
    type: 'array',
    items: record({
      name: text('Name in this network'),
      model: cid('the model'),
      sizeBytes: whole('Bytes of its file'),
      inputBytesMax: whole('Bytes that an input may have in canonical form'),
      executionMs: whole('Time that an execution may take'),
      executionClasses: { type: 'array', items: text('Execution class') },
      comparator: { type: 'object', additionalProperties: true },
      inputs: { type: 'array', items: value },
      outputs: { type: 'array', items: value },
    }),
  },
});

export const PROVIDER = record({
  provider: hex('Identity of this provider', 32),
  gateway: hex('In whose name requests without signature are made', 32),
  network: hex('Id of the network', 32),
  protocolVersion: whole('Version of the protocol'),
  softwareVersion: text('Version of the node'),
  round: whole('Latest beacon known'),
  roundMs: whole('Length of a round'),
  assuranceClasses: {
    type: 'object',
    additionalProperties: whole('m: one answer in m is re-executed'),
    description: 'By name',
  },
});
