/**
 * What somebody says who wants to be a member of a network, and what its operator answers if it
 * does not want that. Both are signed, so that any node may keep and pass them on.
 */
import type { BlobId, NodeId, Stake } from '../../base/index.ts';
import type { Network } from '../../core/index.ts';
import type { Crypto, Signer } from '../../crypto/index.ts';
import {
  asciiText,
  blobIdCodec,
  bytesBetween,
  bytesOf,
  formatOf,
  keyOwnershipSigningBytes,
  LIMITS,
  listOf,
  nodeIdCodec,
  oneOf,
  recordOf,
  SIGNING_DOMAINS,
  type SigningDomain,
  signingBytes,
  stakeCodec,
  uintBetween,
  unionOf,
} from '../../wire/index.ts';

/** What a request may hold. [WIRE-4] */
export const JOIN_LIMITS = Object.freeze({
  bodyBytes: 2_048,
  requestBytes: 2_304,
  addresses: 4,
  addressChars: 128,
  reasonChars: 200,
  refusalBytes: 512,
});

type Asked = {
  readonly id: NodeId;
  /** Stake that is wished for; the operator may give another. */
  readonly stake: Stake;
  /** Unix ms: of two requests of one identity the later one counts. */
  readonly atMs: number;
  /** Multiaddrs where it will listen. */
  readonly addresses: readonly string[];
};

/** Who wants to be a member, and as what. */
export type JoinRequest =
  | (Asked & {
      readonly role: 'validator';
      readonly models: readonly BlobId[];
      /** BLS12-381 public key, 48 bytes. */
      readonly voteKey: Uint8Array;
      /** [KEY-1] Both proofs, for this network. */
      readonly possession: Uint8Array;
      readonly ownership: Uint8Array;
    })
  | (Asked & { readonly role: 'provider' });

/** What the operator tells somebody whom it does not admit. */
export type Refusal = { readonly id: NodeId; readonly reason: string; readonly atMs: number };

/** The value, or the name of the first check that failed. */
export type Checked<T> =
  | { readonly kind: 'valid'; readonly value: T }
  | { readonly kind: 'invalid'; readonly check: string };

const timeCodec = uintBetween(0, Number.MAX_SAFE_INTEGER);

const askedFields = {
  id: nodeIdCodec,
  stake: stakeCodec,
  atMs: timeCodec,
  addresses: listOf(asciiText(JOIN_LIMITS.addressChars), { min: 0, max: JOIN_LIMITS.addresses }),
};

const bodyFormat = formatOf(
  unionOf<'role', JoinRequest>('role', {
    validator: recordOf<Extract<JoinRequest, { role: 'validator' }>>({
      role: oneOf(['validator']),
      ...askedFields,
      models: listOf(blobIdCodec, { min: 0, max: LIMITS.modelsPerValidator }),
      voteKey: bytesOf(48),
      possession: bytesOf(96),
      ownership: bytesOf(64),
    }),
    provider: recordOf<Extract<JoinRequest, { role: 'provider' }>>({
      role: oneOf(['provider']),
      ...askedFields,
    }),
  }),
  JOIN_LIMITS.bodyBytes,
);

const refusalBodyFormat = formatOf(
  recordOf<Refusal>({
    id: nodeIdCodec,
    reason: asciiText(JOIN_LIMITS.reasonChars),
    atMs: timeCodec,
  }),
  JOIN_LIMITS.refusalBytes,
);

type Signed = { readonly body: Uint8Array; readonly signature: Uint8Array };

/** The bytes of what is signed stay as they were signed. */
const signedFormat = formatOf(
  recordOf<Signed>({ body: bytesBetween(1, JOIN_LIMITS.bodyBytes), signature: bytesOf(64) }),
  JOIN_LIMITS.requestBytes,
);

/** Returns the bytes of a signed request. @param networkId 32 bytes */
export function signJoin(networkId: Uint8Array, request: JoinRequest, signer: Signer): Uint8Array {
  return signed(SIGNING_DOMAINS.join, networkId, { body: bodyFormat.encode(request), signer });
}

/** Returns the bytes of a request whose signature is known, as a file has it. */
export function joinBytes(request: JoinRequest, signature: Uint8Array): Uint8Array {
  return signedFormat.encode({ body: bodyFormat.encode(request), signature });
}

/** Returns the signature in the bytes of a signed request. */
export function joinSignature(bytes: Uint8Array): Uint8Array | undefined {
  const read = signedFormat.decode(bytes);
  return read.kind === 'ok' ? read.value.signature : undefined;
}

/** Returns the bytes of a refusal that the operator signs. @param networkId 32 bytes */
export function signRefusal(networkId: Uint8Array, refusal: Refusal, operator: Signer): Uint8Array {
  const body = refusalBodyFormat.encode(refusal);
  return signed(SIGNING_DOMAINS.refusal, networkId, { body, signer: operator });
}

/** [KEY-1] Checks a request: form, signature, proofs of keys, models. Total. */
export function checkJoin(
  crypto: Crypto,
  network: Network,
  bytes: Uint8Array,
): Checked<JoinRequest> {
  const outer = signedFormat.decode(bytes);
  const read = outer.kind === 'ok' ? bodyFormat.decode(outer.value.body) : outer;
  if (outer.kind !== 'ok' || read.kind !== 'ok') return { kind: 'invalid', check: 'form' };
  const { value } = read;
  const at = { domain: SIGNING_DOMAINS.join, network };
  if (!isSigned(crypto, at, value.id, outer.value)) {
    return { kind: 'invalid', check: 'signature' };
  }
  if (value.stake === 0n) return { kind: 'invalid', check: 'stake' };
  if (value.role === 'provider') return { kind: 'valid', value };
  const { id: signer, voteKey, possession, ownership, models } = value;
  const keys = { signer, voteKey };
  const owned = keyOwnershipSigningBytes(network.id, keys);
  const isOwned = crypto.verify(signer, owned, ownership);
  const isHeld = crypto.verifyPossession({ ...keys, networkId: network.id, proof: possession });
  if (!isOwned || !isHeld) return { kind: 'invalid', check: 'key-proofs' };
  const isListed = models.every((model) => network.modelById.has(model));
  if (!isListed || new Set(models).size !== models.length) {
    return { kind: 'invalid', check: 'models' };
  }
  return { kind: 'valid', value };
}

/** Checks a refusal: form, and that the operator of the network signed it. Total. */
export function checkRefusal(
  crypto: Crypto,
  network: Network,
  bytes: Uint8Array,
): Checked<Refusal> {
  const outer = signedFormat.decode(bytes);
  const read = outer.kind === 'ok' ? refusalBodyFormat.decode(outer.value.body) : outer;
  if (outer.kind !== 'ok' || read.kind !== 'ok') return { kind: 'invalid', check: 'form' };
  const { operator } = network;
  const isGood =
    operator !== undefined &&
    isSigned(crypto, { domain: SIGNING_DOMAINS.refusal, network }, operator, outer.value);
  return isGood ? { kind: 'valid', value: read.value } : { kind: 'invalid', check: 'signature' };
}

function signed(
  domain: SigningDomain,
  networkId: Uint8Array,
  { body, signer }: { readonly body: Uint8Array; readonly signer: Signer },
): Uint8Array {
  const signature = signer.sign(signingBytes(domain, networkId, body));
  return signedFormat.encode({ body, signature });
}

function isSigned(
  crypto: Crypto,
  { domain, network }: { readonly domain: SigningDomain; readonly network: Network },
  id: NodeId,
  { body, signature }: Signed,
): boolean {
  return crypto.verify(id, signingBytes(domain, network.id, body), signature);
}
