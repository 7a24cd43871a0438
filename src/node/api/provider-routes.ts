/** The routes of a provider: each reads a checked request, asks the provider, and writes JSON. */
import type { FastifyInstance } from 'fastify';
import { type BlobId, fromHex, type NodeId, sha256, toHex } from '../../base/index.ts';
import { tensorsOfBlock } from '../../compare/index.ts';
import { samplingRound } from '../../core/index.ts';
import type { ModelValue } from '../../inference/index.ts';
import {
  blobId,
  PROTOCOL_VERSION,
  type RequestMessage,
  requestSigningBytes,
} from '../../wire/index.ts';
import type { ClaimStanding } from '../answered-claims.ts';
import type { Inference } from '../infer/index.ts';
import type { ProviderNode } from '../provider-node.ts';
import { ApiError } from './error.ts';
import { claimIdOf } from './node-routes.ts';
import { CLAIM_PARAMS, RECEIPT } from './node-schemas.ts';
import * as schemas from './provider-schemas.ts';
import { described } from './schema-words.ts';
import { inputBytes, tensorJson } from './tensors.ts';

/** What asks for an inference, as the schema has checked it. */
type Asked = {
  readonly model: string;
  readonly inputs: unknown;
  readonly assurance: string;
  readonly requester?: string;
  readonly nonce?: string;
  readonly signature?: string;
};
type ClaimParams = { readonly claim: string };

const NONCE_BYTES = 32;

/** Adds what only a provider has. */
export function addProviderRoutes(app: FastifyInstance, provider: ProviderNode): void {
  app.post<{ Body: Asked }>(
    '/v1/inferences',
    described('Runs a model and promises a place in the next batch', schemas.INFERENCE, {
      body: schemas.INFERENCE_REQUEST,
    }),
    async ({ body }) => inferenceJson(await infer(provider, body)),
  );
  app.post<{ Body: Asked }>(
    '/v1/inputs',
    described('Content id and canonical bytes of an input', schemas.INPUT, {
      body: schemas.INPUT_REQUEST,
    }),
    ({ body }) => inputJson(provider, body),
  );
  app.get<{ Params: ClaimParams }>(
    '/v1/claims/:claim',
    described('How a claim stands', schemas.STANDING, { params: CLAIM_PARAMS }),
    async ({ params }) => standingJson(await standingOf(provider, params.claim)),
  );
  app.get<{ Params: ClaimParams }>(
    '/v1/claims/:claim/receipt',
    described('The receipt of a claim', RECEIPT, { params: CLAIM_PARAMS }),
    async ({ params }, reply) => {
      const answer = await provider.claims.receipt(claimIdOf(params.claim));
      if (answer.kind === 'none') throw noReceipt(answer.code, answer.detail);
      return await reply.type('application/json').send(Buffer.from(answer.json));
    },
  );
  app.get('/v1/models', described('Models that this provider serves', schemas.MODELS), () =>
    modelsJson(provider),
  );
  app.get('/v1/provider', described('The provider and its network', schemas.PROVIDER), () =>
    providerJson(provider),
  );
}

async function infer(provider: ProviderNode, asked: Asked): Promise<Inference> {
  const model = modelNamed(provider, asked.model);
  const input = inputBytes(asked.inputs, await provider.reportOf(model));
  const { assurance: assuranceClass, requester, signature } = asked;
  const nonce = nonceOf(asked);
  if (requester === undefined && signature === undefined) {
    return await provider.inferAsGateway({ model, assuranceClass, nonce }, input);
  }
  if (requester === undefined || signature === undefined || asked.nonce === undefined) {
    throw new ApiError({
      code: 'request-invalid',
      message: 'a signed request has `requester`, `nonce` and `signature`',
      remedy: 'Give all three, or none of `requester` and `signature`.',
    });
  }
  const request: RequestMessage = {
    type: 'request',
    requester: requester as NodeId,
    nonce,
    model,
    input: blobId(input),
    assuranceClass,
    signature: fromHex(signature) ?? new Uint8Array(0),
  };
  return await provider.infer(request, input);
}

function inferenceJson({ promise, claim, salt, output }: Inference) {
  const { type: _, signature, ...promised } = promise;
  return {
    claim: promise.claim,
    round: promise.round,
    index: promise.index,
    promise: { ...promised, signature: toHex(signature) },
    leaf: { ...claim, nonce: toHex(claim.nonce), commitment: toHex(claim.commitment) },
    salt: toHex(salt),
    outputDigest: digestText(output),
    outputs: (tensorsOfBlock(output) ?? []).map(tensorJson),
  };
}

async function inputJson(provider: ProviderNode, asked: Asked) {
  const model = modelNamed(provider, asked.model);
  const bytes = inputBytes(asked.inputs, await provider.reportOf(model));
  const input = blobId(bytes);
  const { requester, assurance: assuranceClass } = asked;
  const encoded = { input, bytes: Buffer.from(bytes).toString('base64') };
  if (requester === undefined || asked.nonce === undefined) return encoded;
  const body = { requester: requester as NodeId, nonce: nonceOf(asked), model, input };
  const signed = requestSigningBytes(provider.network.id, { ...body, assuranceClass });
  return { ...encoded, signingBytes: Buffer.from(signed).toString('base64') };
}

async function standingOf(provider: ProviderNode, claim: string): Promise<ClaimStanding> {
  const standing = await provider.claims.standing(claimIdOf(claim));
  if (standing !== undefined) return standing;
  throw noReceipt('claim-unknown', 'this provider did not answer it');
}

function standingJson({ claim, state, requester, slot, index, batch, decision }: ClaimStanding) {
  const { model, assuranceClass, round } = slot;
  const drawRound = samplingRound(slot);
  return {
    ...{ claim, state, requester, model, assuranceClass, round, index, drawRound },
    ...(batch === undefined ? {} : { batch }),
    ...(decision === undefined ? {} : { verdict: decision.verdict, level: decision.level }),
  };
}

async function modelsJson(provider: ProviderNode) {
  const models = provider.serves.map(async (id) => {
    const manifest = provider.network.modelById.get(id);
    const report = await provider.reportOf(id);
    return {
      ...manifest,
      inputs: report.inputs.map(valueJson),
      outputs: report.outputs.map(valueJson),
    };
  });
  return { models: await Promise.all(models) };
}

function valueJson({ name, type, shape }: ModelValue) {
  return { name, type, shape: shape ?? null };
}

function providerJson({ node, network, gatewayId }: ProviderNode) {
  const { softwareVersion, round } = node.status();
  return {
    provider: node.id,
    gateway: gatewayId,
    network: toHex(network.id),
    protocolVersion: PROTOCOL_VERSION,
    softwareVersion,
    round,
    roundMs: network.parameters.roundMs,
    assuranceClasses: Object.fromEntries(network.parameters.classes),
  };
}

function modelNamed({ network, serves }: ProviderNode, word: string): BlobId {
  const manifest = network.models.find(({ name, model }) => name === word || model === word);
  if (manifest !== undefined && serves.includes(manifest.model)) return manifest.model;
  throw new ApiError({ code: 'unknown-model', message: 'this provider serves no such model' });
}

function nonceOf({ nonce }: Asked): Uint8Array {
  if (nonce === undefined) return crypto.getRandomValues(new Uint8Array(NONCE_BYTES));
  return fromHex(nonce) ?? new Uint8Array(0);
}

function digestText(output: Uint8Array): string {
  return toHex(sha256(output));
}

function noReceipt(code: string, message: string): ApiError {
  const remedy =
    code === 'not-yet'
      ? 'Ask again in a round.'
      : 'Ask the provider that answered it, or any node with `assay receipt`.';
  return new ApiError({ code, message, remedy });
}
