/**
 * Requests to a provider and their answers, one after the other over a framed stream.
 *
 * There: the signed request with the size of its input, then the input in chunks. Back: the promise
 * with the claim it is about and the size of the output, then the output in chunks; or a refusal
 * with a code. The requester believes nothing: the promise is signed, the claim's commitment hides
 * exactly this output, the request names the input.
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
  uintBetween,
  unionOf,
} from '../../wire/index.ts';
import type { FrameStream } from '../libp2p/index.ts';
import { InferError } from './error.ts';

/** Bytes of one chunk of input or output. */
const CHUNK_BYTES = 65_536;
/** Bytes of an input or output that travels so. */
const INPUT_BYTES_MAX = 1024 ** 3;
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

type RequestHead = { readonly request: Uint8Array; readonly inputBytes: number };

const requestFormat = formatOf(
  recordOf<RequestHead>({
    request: bytesBetween(1, LIMITS.messageBytes),
    inputBytes: uintBetween(0, INPUT_BYTES_MAX),
  }),
  LIMITS.messageBytes,
);

type AnswerHead =
  | {
      readonly kind: 'answer';
      readonly promise: Uint8Array;
      readonly claim: Claim;
      readonly salt: Digest;
      readonly outputBytes: number;
    }
  | ({ readonly kind: 'refusal' } & Refusal);

const headFormat = formatOf(
  unionOf<'kind', AnswerHead>('kind', {
    answer: recordOf<Extract<AnswerHead, { kind: 'answer' }>>({
      kind: oneOf(['answer']),
      promise: bytesBetween(1, LIMITS.messageBytes),
      claim: claimCodec,
      salt: digestCodec,
      outputBytes: uintBetween(0, OUTPUT_BYTES_MAX),
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
 * Reads the next request and its input; `undefined` at the end of the stream.
 * @param inputBytesMax of the model that the request names, or `undefined` if it is unknown
 * @throws InferError request-malformed, unknown-model, input-too-large; the stream is of no more
 *   use then
 */
export async function readRequest(
  stream: FrameStream,
  inputBytesMax: (request: RequestMessage) => number | undefined,
): Promise<{ readonly request: RequestMessage; readonly input: Uint8Array } | undefined> {
  const frame = await stream.read();
  if (frame === undefined) return undefined;
  const head = requestFormat.decode(frame);
  const decoded = head.kind === 'ok' ? decodeMessage(head.value.request) : undefined;
  if (head.kind !== 'ok' || decoded?.kind !== 'ok' || decoded.decoded.message.type !== 'request') {
    throw new InferError({ code: 'request-malformed', message: 'expected a request' });
  }
  const request = decoded.decoded.message;
  const max = inputBytesMax(request);
  if (max === undefined) {
    throw new InferError({ code: 'unknown-model', message: 'this provider does not serve it' });
  }
  const { inputBytes } = head.value;
  if (inputBytes > max) {
    throw new InferError({ code: 'input-too-large', message: `more than ${max} bytes` });
  }
  return { request, input: await readChunks(stream, inputBytes, 'request-malformed') };
}

/** Sends what the provider has to give. */
export async function writeInference(stream: FrameStream, inference: Inference): Promise<void> {
  const { promise, claim, salt, output } = inference;
  const outputBytes = output.length;
  const head = {
    kind: 'answer',
    promise: encodeMessage(promise),
    claim,
    salt,
    outputBytes,
  } as const;
  await stream.write(headFormat.encode(head));
  for (let at = 0; at < output.length; at += CHUNK_BYTES) {
    await stream.write(output.subarray(at, at + CHUNK_BYTES));
  }
}

/** Says why there is no answer. */
export async function writeRefusal(stream: FrameStream, { code, message }: Refusal): Promise<void> {
  const text = message.replace(/[^\x20-\x7e]/g, '?').slice(0, 512) || '-';
  await stream.write(headFormat.encode({ kind: 'refusal', code, message: text }));
}

/** Sends a request and its input. */
export async function writeRequest(
  stream: FrameStream,
  request: RequestMessage,
  input: Uint8Array,
): Promise<void> {
  const head = { request: encodeMessage(request), inputBytes: input.length };
  await stream.write(requestFormat.encode(head));
  for (let at = 0; at < input.length; at += CHUNK_BYTES) {
    await stream.write(input.subarray(at, at + CHUNK_BYTES));
  }
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
  const { promise: promiseBytes, claim, salt, outputBytes } = head.value;
  const decoded = decodeMessage(promiseBytes);
  if (decoded.kind !== 'ok' || decoded.decoded.message.type !== 'promise') {
    throw new InferError({ code: 'answer-malformed', message: 'the answer holds no promise' });
  }
  const output = await readChunks(stream, outputBytes, 'answer-malformed');
  const inference = { promise: decoded.decoded.message, claim, salt, output };
  const fault = faultOf(inference, request, { network, crypto, provider });
  if (fault !== undefined) {
    throw new InferError({
      code: 'answer-mismatch',
      message: `the answer is not what was asked for: ${fault}`,
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

/** Reads exactly `length` bytes. @throws InferError with `code` if other chunks come */
async function readChunks(stream: FrameStream, length: number, code: string): Promise<Uint8Array> {
  const bytes = new Uint8Array(length);
  for (let at = 0; at < length; ) {
    const chunk = await stream.read();
    if (chunk === undefined || chunk.length === 0 || at + chunk.length > length) {
      throw new InferError({ code, message: `expected ${length} bytes in chunks` });
    }
    bytes.set(chunk, at);
    at += chunk.length;
  }
  return bytes;
}
