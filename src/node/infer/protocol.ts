/**
 * A request to a provider and its answer, over one framed stream.
 *
 * There: the signed request, then the input in chunks. Back: the promise with the claim it is
 * about, then the output in chunks; or a refusal with a code. The requester believes nothing: the
 * promise is signed, the claim's commitment hides exactly this output, the request names the input.
 */
import { type Digest, digest, equalBytes, sha256 } from '../../base/index.ts';
import type { Network } from '../../core/index.ts';
import type { Crypto } from '../../crypto/index.ts';
import {
  asciiText,
  bytesBetween,
  type Claim,
  claimCodec,
  claimId,
  decodeMessage,
  digestCodec,
  encodeMessage,
  formatOf,
  LIMITS,
  oneOf,
  outputCommitment,
  type PromiseMessage,
  promiseSigningBytes,
  type RequestMessage,
  recordOf,
  unionOf,
} from '../../wire/index.ts';
import type { FrameStream } from '../libp2p/index.ts';
import { InferError } from './error.ts';

/** Bytes of one chunk of input or output. */
const CHUNK_BYTES = 65_536;
/** Bytes of an output that a requester takes. */
const OUTPUT_BYTES_MAX = 64 * 1024 ** 2;

/** What a provider gives for a request. */
export type Inference = {
  readonly promise: PromiseMessage;
  readonly claim: Claim;
  readonly salt: Digest;
  /** `outputBlock` of the output tensors. */
  readonly output: Uint8Array;
};

/** Why a provider does not answer. Codes are stable, see the README. */
export type Refusal = { readonly code: string; readonly message: string };

type AnswerHead =
  | {
      readonly kind: 'answer';
      readonly promise: Uint8Array;
      readonly claim: Claim;
      readonly salt: Digest;
      readonly outputDigest: Digest;
    }
  | ({ readonly kind: 'refusal' } & Refusal);

const headFormat = formatOf(
  unionOf<'kind', AnswerHead>('kind', {
    answer: recordOf<Extract<AnswerHead, { kind: 'answer' }>>({
      kind: oneOf(['answer']),
      promise: bytesBetween(1, LIMITS.messageBytes),
      claim: claimCodec,
      salt: digestCodec,
      outputDigest: digestCodec,
    }),
    refusal: recordOf<Extract<AnswerHead, { kind: 'refusal' }>>({
      kind: oneOf(['refusal']),
      code: asciiText(64),
      message: asciiText(512),
    }),
  }),
  LIMITS.messageBytes,
);

/**
 * Reads a request and its input.
 * @param inputBytesMax of the model that the request names, or `undefined` if it is unknown
 * @throws InferError request-malformed, input-too-large
 */
export async function readRequest(
  stream: FrameStream,
  inputBytesMax: (request: RequestMessage) => number | undefined,
): Promise<{ readonly request: RequestMessage; readonly input: Uint8Array }> {
  const frame = await stream.read();
  const result = frame === undefined ? undefined : decodeMessage(frame);
  if (result?.kind !== 'ok' || result.decoded.message.type !== 'request') {
    throw new InferError({ code: 'request-malformed', message: 'expected a request' });
  }
  const request = result.decoded.message;
  const max = inputBytesMax(request);
  if (max === undefined) {
    throw new InferError({ code: 'unknown-model', message: 'this provider does not serve it' });
  }
  return { request, input: await readChunks(stream, max, 'input-too-large') };
}

/** Sends what the provider has to give. */
export async function writeInference(stream: FrameStream, inference: Inference): Promise<void> {
  const { promise, claim, salt, output } = inference;
  const outputDigest = digest(sha256(output));
  const head = {
    kind: 'answer',
    promise: encodeMessage(promise),
    claim,
    salt,
    outputDigest,
  } as const;
  await stream.write(headFormat.encode(head));
  for (let at = 0; at < output.length; at += CHUNK_BYTES) {
    await stream.write(output.subarray(at, at + CHUNK_BYTES));
  }
  await stream.closeWrite();
}

/** Says why there is no answer. */
export async function writeRefusal(stream: FrameStream, { code, message }: Refusal): Promise<void> {
  const text = message.replace(/[^\x20-\x7e]/g, '?').slice(0, 512) || '-';
  await stream.write(headFormat.encode({ kind: 'refusal', code, message: text }));
  await stream.closeWrite();
}

/** Sends a request and its input. */
export async function writeRequest(
  stream: FrameStream,
  request: RequestMessage,
  input: Uint8Array,
): Promise<void> {
  await stream.write(encodeMessage(request));
  for (let at = 0; at < input.length; at += CHUNK_BYTES) {
    await stream.write(input.subarray(at, at + CHUNK_BYTES));
  }
  await stream.closeWrite();
}

/**
 * Reads the answer and checks that it is what was asked for.
 * @throws InferError with the provider's code, or answer-malformed, answer-mismatch
 */
export async function readInference(
  stream: FrameStream,
  request: RequestMessage,
  { network, crypto, provider }: { network: Network; crypto: Crypto; provider: string },
): Promise<Inference> {
  const frame = await stream.read();
  const head = frame === undefined ? undefined : headFormat.decode(frame);
  if (head?.kind !== 'ok') {
    throw new InferError({ code: 'answer-malformed', message: 'the provider broke off' });
  }
  if (head.value.kind === 'refusal') {
    const { code, message } = head.value;
    throw new InferError({ code, message: `the provider refuses: ${message}`, where: provider });
  }
  const { promise: promiseBytes, claim, salt, outputDigest } = head.value;
  const decoded = decodeMessage(promiseBytes);
  if (decoded.kind !== 'ok' || decoded.decoded.message.type !== 'promise') {
    throw new InferError({ code: 'answer-malformed', message: 'the answer holds no promise' });
  }
  const output = await readChunks(stream, OUTPUT_BYTES_MAX, 'output-too-large');
  const inference = { promise: decoded.decoded.message, claim, salt, output };
  const fault = faultOf(inference, request, { network, crypto, provider });
  if (fault !== undefined || !equalBytes(sha256(output), outputDigest)) {
    throw new InferError({
      code: 'answer-mismatch',
      message: `the answer is not what was asked for: ${fault ?? 'other output'}`,
      where: provider,
      remedy: 'Ask another provider. Nothing was promised that could be held against it.',
    });
  }
  return inference;
}

/** Returns what is wrong with an answer to `request`, if anything is. */
function faultOf(
  { promise, claim, salt, output }: Inference,
  request: RequestMessage,
  { network, crypto, provider }: { network: Network; crypto: Crypto; provider: string },
): string | undefined {
  if (promise.provider !== provider) return 'promise of another provider';
  if (promise.assuranceClass !== request.assuranceClass) return 'another assurance class';
  if (promise.claim !== claimId(claim)) return 'the promise is about another claim';
  if (claim.requester !== request.requester) return 'another requester';
  if (!equalBytes(claim.nonce, request.nonce)) return 'another nonce';
  if (claim.model !== request.model) return 'another model';
  if (claim.input !== request.input) return 'another input';
  const committed = outputCommitment(salt, digest(sha256(output)));
  if (!equalBytes(committed, claim.commitment)) return 'committed to another output';
  const signed = promiseSigningBytes(network.id, promise);
  if (!crypto.verify(promise.provider, signed, promise.signature)) return 'promise not signed';
  return undefined;
}

async function readChunks(
  stream: FrameStream,
  bytesMax: number,
  code: string,
): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for (let chunk = await stream.read(); chunk !== undefined; chunk = await stream.read()) {
    length += chunk.length;
    if (length > bytesMax) {
      throw new InferError({ code, message: `more than ${bytesMax} bytes` });
    }
    chunks.push(chunk);
  }
  return new Uint8Array(Buffer.concat(chunks));
}
