/**
 * The network file: everything that the nodes of one network agree on, and how they find it.
 *
 * Keys and signatures are hexadecimal text here, content ids base32 text; what they are worth is
 * checked in `src/network-file`. Relations between keys are in `network-file-relations.ts`. All of
 * it is read by strangers, so every list and text has a limit.
 */
import { z } from 'zod';
import type { NodeId, Stake } from '../base/index.ts';
import { nodeId, stake } from '../base/index.ts';
import type { ConfigDocument } from './document.ts';
import type { FieldDoc } from './fields.ts';
import { countField, numberField } from './fields.ts';
import { resolveConfig } from './loader.ts';
import { activationRelations, networkFileRelations } from './network-file-relations.ts';
import { parametersSchema } from './scenario-parameters.ts';

/** A file of 1 MiB holds as many validators with their proofs. */
const VALIDATORS_MAX = 1000;
const PROVIDERS_MAX = 1000;
const MODELS_MAX = 64;
const EXECUTION_CLASSES_MAX = 64;
const ENDPOINTS_MAX = 16;
const BOOTSTRAP_MAX = 64;
const ADDRESSES_MAX = 16;
const ADDRESS_CHARS_MAX = 256;
const ACTIVATIONS_MAX = 16;
/** Decimal digits of 2^64, below which every amount stays. */
const AMOUNT_DIGITS_MAX = 20;

const blobText = z.string().regex(/^b[a-z2-7]{58}$/);
const name = z.string().regex(/^[a-z0-9][a-z0-9.-]{0,63}$/);
/** An address of libp2p. */
export const multiaddr = z
  .string()
  .regex(/^\/[\x21-\x7e]+$/)
  .max(ADDRESS_CHARS_MAX);

const beacon = z
  .strictObject({
    scheme: z
      .literal('bls-unchained-g1-rfc9380')
      .meta({ description: 'Scheme of the drand chain, the one of quicknet' }),
    publicKey: hex(96, 'Public key of the chain, 96 bytes, hexadecimal'),
    genesisMs: countField(
      { description: 'Time of round 1', unit: 'ms since 1970' },
      { min: 0, max: Number.MAX_SAFE_INTEGER },
    ),
    periodMs: countField(
      { description: 'Period of the chain; parameters.roundMs is the same', unit: 'ms' },
      { min: 250, max: 60_000 },
    ),
    endpoints: z
      .array(z.url({ protocol: /^https?$/ }).max(ADDRESS_CHARS_MAX))
      .max(ENDPOINTS_MAX)
      .default([])
      .meta({
        description: 'drand HTTP servers to take rounds from, besides peers; not in the id',
      }),
  })
  .meta({ description: 'The beacon: public randomness, and the clock of the network' });

const comparator = z
  .discriminatedUnion('kind', [
    z
      .strictObject({ kind: z.literal('exact') })
      .meta({ description: 'Outputs are the same if their bytes are' }),
    z
      .strictObject({
        kind: z.literal('relative-rms'),
        tolerance: distance({
          description: 'Distance up to which outputs match',
          unit: 'relative rms',
          tooLow: 'honest machines disagree',
          tooHigh: 'a cheaper model passes',
        }),
        rejection: distance({
          description: 'Distance above which outputs mismatch; usually 3 times the tolerance',
          unit: 'relative rms',
        }),
        scale: numberField(
          { description: 'Norm below which differences count absolutely' },
          { min: 0, max: 1e12 },
        ).default(0),
      })
      .meta({ description: 'Outputs are the same if they are close' }),
  ])
  .meta({ description: 'How two outputs are compared' });

const model = z
  .strictObject({
    name: name.meta({ description: 'Name of the model' }),
    model: blobText.meta({ description: 'Content id of the ONNX file' }),
    sizeBytes: count('Size of the ONNX file', 'bytes', { min: 1, max: 1e12 }),
    executionClasses: z
      .array(z.string().regex(/^[\x21-\x7e]{1,96}$/))
      .min(1)
      .max(EXECUTION_CLASSES_MAX)
      .meta({ description: 'Execution classes that a claim may name' }),
    comparator,
    executionMs: count('Upper bound of one execution on admitted hardware', 'ms', {
      min: 1,
      max: 3_600_000,
    }),
    inputBytesMax: count('Greatest size of an input', 'bytes', { min: 1, max: 1e9 }),
  })
  .meta({ description: 'A model as the network admits it' });

/** Names of models. */
export const heldModels = z
  .array(z.string().min(1).max(64))
  .max(MODELS_MAX)
  .meta({ description: 'Models that it holds, by name or content id' });

const member = {
  id: identity('Ed25519 public key of the validator, hexadecimal'),
  voteKey: hex(48, 'BLS12-381 public key of the validator, 48 bytes, hexadecimal'),
  stake: amount('Stake of the validator'),
};

/** Proofs of the keys of a validator. */
export const proofs = z
  .strictObject({
    possession: hex(96, 'Proof that it holds the secret of voteKey, for this network'),
    ownership: hex(64, 'Its signature that voteKey is its own, for this network'),
  })
  .meta({ description: 'Proofs of its keys; not in the id, which they cover' });

const validator = z
  .strictObject({ ...member, models: heldModels, proofs })
  .meta({ description: 'A staked validator' });

const provider = z
  .strictObject({
    id: identity('Ed25519 public key of the provider, hexadecimal'),
    stake: amount('Stake of the provider'),
    addresses: z
      .array(multiaddr)
      .max(ADDRESSES_MAX)
      .default([])
      .meta({ description: 'Where requesters reach it; not in the id' }),
  })
  .meta({ description: 'A staked provider' });

const activation = z
  .strictObject({
    protocolVersion: count('Version of the protocol that begins', 'version', {
      min: 1,
      max: 65_535,
    }),
    epoch: count('First epoch of it', 'epoch', { min: 1, max: 1e9 }),
    release: z
      .string()
      .regex(/^[0-9A-Za-z.+-]{1,64}$/)
      .meta({ description: 'First release of assay that knows it' }),
  })
  .meta({ description: 'A later version of the protocol, and when it begins' });

const bootstrap = z
  .array(multiaddr)
  .max(BOOTSTRAP_MAX)
  .default([])
  .meta({ description: 'Addresses of nodes to begin with; not in the id' });
const parameters = parametersSchema
  .prefault({})
  .meta({ description: 'The parameters of the protocol' });
const providers = z
  .array(provider)
  .max(PROVIDERS_MAX)
  .default([])
  .meta({ description: 'The providers' });
const networkName = name.meta({ description: 'Name of the network, for people' });

const format = z.literal(1).meta({ description: 'Version of the format of this file' });

/** What a network file says besides its members. */
const content = {
  name: networkName,
  protocolVersion: count('Version of the protocol', 'version', { min: 1, max: 65_535 }),
  operator: identity('Ed25519 public key of who signed this file, hexadecimal'),
  beacon,
  bootstrap,
  parameters,
  models: z
    .array(model)
    .min(1)
    .max(MODELS_MAX)
    .meta({ description: 'Models that claims may name' }),
};

/** The schema of a network file. */
export const networkFileSchema = z
  .strictObject({
    format,
    id: hex(32, 'Hash of what the nodes agree on: the name of the network in all that is signed'),
    ...content,
    validators: z
      .array(validator)
      .min(1)
      .max(VALIDATORS_MAX)
      .meta({ description: 'The validator set; its order matters' }),
    providers,
    activations: z
      .array(activation)
      .max(ACTIVATIONS_MAX)
      .optional()
      .meta({ description: 'Versions of the protocol to come; not in the id' }),
    signature: hex(64, 'Signature of the operator over all of this file'),
  })
  .meta({ title: 'Assay network', description: 'What the nodes of one network agree on' });

/** The schema of a network file that its validators have still to prove their keys for. */
export const networkDraftSchema = z
  .strictObject({
    format,
    ...content,
    validators: z
      .array(z.strictObject({ ...member, models: heldModels }))
      .min(1)
      .max(VALIDATORS_MAX),
    providers,
  })
  .meta({ title: 'Draft of an Assay network' });

/** The schema of what an operator says about the members of a network that is to be made. */
export const membersSchema = z
  .strictObject({
    name: networkName,
    bootstrap,
    parameters,
    validators: z
      .array(
        z.strictObject({
          ...member,
          models: heldModels
            .optional()
            .meta({ description: 'Models that it holds, by name; all if left out' }),
        }),
      )
      .min(1)
      .max(VALIDATORS_MAX)
      .meta({ description: 'The validator set; its order matters' }),
    providers,
  })
  .meta({ title: 'Members of an Assay network', description: 'For assay network create' });

/** The schema of what a validator hands to the operator. */
export const proofSchema = z
  .strictObject({
    network: hex(32, 'Id of the network for which the keys are proven'),
    id: member.id,
    proofs,
  })
  .meta({ title: 'Proofs of a validator', description: 'From assay join' });

/** A network file as read: types and relations hold, signatures are not checked yet. */
export type NetworkFile = z.output<typeof networkFileSchema>;

/**
 * Checks types, ranges and relations of a network file.
 * @throws ConfigError with every fault that was found
 */
export function resolveNetworkFile(document: ConfigDocument): NetworkFile {
  const relations = (file: NetworkFile) => [
    ...networkFileRelations(file),
    ...activationRelations(file),
  ];
  const kind = { schema: networkFileSchema, relations };
  return resolveConfig(kind, document, []);
}

/** Members of a network that is to be made. */
export type Members = z.output<typeof membersSchema>;

/** Checks what an operator says about members. @throws ConfigError with every fault */
export function resolveMembers(document: ConfigDocument): Members {
  return resolveConfig({ schema: membersSchema, relations: () => [] }, document, []);
}

/** A network file as it stands before anybody proved or signed anything. */
export type NetworkDraft = z.output<typeof networkDraftSchema>;

/** Checks a draft like a network file. @throws ConfigError with every fault that was found */
export function resolveNetworkDraft(document: ConfigDocument): NetworkDraft {
  const kind = { schema: networkDraftSchema, relations: networkFileRelations };
  return resolveConfig(kind, document, []);
}

/** Proofs of one validator, for one network. */
export type ValidatorProof = z.output<typeof proofSchema>;

/** Checks the form of proofs; what they are worth shows when they are used. @throws ConfigError */
export function resolveProof(document: ConfigDocument): ValidatorProof {
  return resolveConfig({ schema: proofSchema, relations: () => [] }, document, []);
}

/** So many bytes, hexadecimal. */
export function hex(bytes: number, description: string) {
  return z
    .string()
    .regex(new RegExp(`^[0-9a-f]{${2 * bytes}}$`))
    .meta({ description });
}

/** An Ed25519 public key, hexadecimal. */
export function identity(description: string) {
  return z
    .string()
    .regex(/^[0-9a-f]{64}$/)
    .meta({ description })
    .transform((text): NodeId => nodeId(text));
}

function count(description: string, unit: string, range: { min: number; max: number }) {
  return countField({ description, unit }, range);
}

function distance(doc: FieldDoc) {
  return numberField(doc, { min: 1e-12, max: 1 });
}

/** A whole number, or text of digits when it is beyond 2^53. */
export function amount(description: string) {
  const digits = z.string().regex(new RegExp(`^\\d{1,${AMOUNT_DIGITS_MAX}}$`));
  return z
    .union([z.int().min(0).max(Number.MAX_SAFE_INTEGER), digits])
    .meta({ description, unit: 'stake' })
    .transform((value): Stake => stake(BigInt(value)));
}
