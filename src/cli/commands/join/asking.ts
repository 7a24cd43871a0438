/**
 * Asks to become a member of a network that exists, and says where that stands. The same command
 * again asks nobody anew: it looks.
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { AssayError, fromHex, type NodeId, toHex } from '../../../base/index.ts';
import { Draws, type Network, SetChain } from '../../../core/index.ts';
import { createSigner, realCrypto } from '../../../crypto/index.ts';
import { type NetworkFile, networkOf, proveKeys } from '../../../network-file/index.ts';
import {
  applicants,
  createFolder,
  inspectKeystore,
  JOIN_LIMITS,
  type JoinAsking,
  type JoinRequest,
  keystorePath,
  LightClient,
  NodeError,
  openKeystore,
  readSets,
  type Secret,
  signJoin,
  tellNodes,
} from '../../../node/index.ts';
import { LIMITS } from '../../../wire/index.ts';
import type { Answer, Io } from '../../io.ts';
import type { PassphraseValues } from '../../node-options.ts';
import { passphraseOf } from '../../node-session.ts';
import { readStake } from '../../values.ts';
import { readVersion } from '../../version.ts';
import { modelIds, readRequest, type SignedJoin, writeRequest } from './request-file.ts';
import { type Someone, type Standing, standingOf, standingText } from './standing.ts';

/** What is asked for. */
export type AskValues = {
  readonly stake: string | undefined;
  readonly models: string | undefined;
  readonly provider: boolean;
  readonly listen: string | undefined;
};

type Values = PassphraseValues &
  AskValues & { readonly network: string; readonly dir: string; readonly io: Io };

const REQUEST_FILE = 'request.yaml';
const LISTEN_DEFAULT = '/ip4/0.0.0.0/tcp/4101';
const ASK_MS = 30_000;

/**
 * Asks, if nothing was asked, and looks.
 * @throws AssayError vote-key-differs, not-an-amount, not-an-address, unknown-model, request-wrong,
 *   file-unwritable; KeyError; NodeError other-network
 */
export async function answerAsking(values: Values, file: NetworkFile): Promise<Answer> {
  const { dir, io, provider } = values;
  const network = networkOf(file);
  const isNew = !existsSync(keystorePath(dir));
  const passphrase = isNew ? await newKey(values) : undefined;
  const key = await inspectKeystore(keystorePath(dir));
  refuseOtherVoteKey(values, file, key);
  const known = knownRequest(values, network);
  const role = known?.request.role ?? (provider ? 'provider' : 'validator');
  const signal = AbortSignal.any([io.signal, AbortSignal.timeout(ASK_MS)]);
  const client = await reach(file);
  try {
    const asking = client && { host: client.host, network, crypto: realCrypto, signal };
    const who = { id: key.id, role };
    const reading = client && (await readSets(client, signal));
    const look = async (): Promise<Standing> => {
      if (asking === undefined || reading === undefined) return standingInFile(network, who);
      const [applicant] = await applicants(asking, key.id);
      return standingOf(reading, who, applicant);
    };
    const before = await look();
    const at = { values, network, known, passphrase, id: key.id };
    const request = isToAsk(before, values) ? await requestOf(at) : known;
    const isTold = request !== undefined && isToAsk(before, values);
    if (isTold && asking !== undefined) await tell(asking, request);
    const standing = isTold ? await look() : before;
    return answerOf({ values, standing, isNew, id: key.id, request });
  } finally {
    await client?.close();
  }
}

/** All that can be told while no node is reached. */
function standingInFile(network: Network, who: Someone): Standing {
  const chain = new SetChain(new Draws(network));
  const standing = standingOf({ chain, pending: [], settlement: undefined }, who, undefined);
  return standing.kind === 'not-asked' ? { kind: 'unknown' } : standing;
}

/** Whether something is to be said: nothing was, or something else is wanted now. */
function isToAsk({ kind }: Standing, values: AskValues): boolean {
  if (kind === 'not-asked' || kind === 'unknown') return true;
  return isChanged(values) && (kind === 'asked' || kind === 'refused' || kind === 'removed');
}

function isChanged({ stake, models, listen, provider }: AskValues): boolean {
  return stake !== undefined || models !== undefined || listen !== undefined || provider;
}

async function newKey(values: Values): Promise<Secret<string>> {
  const question = `Passphrase for the new key in ${values.dir}`;
  const passphrase = await passphraseOf(values, { question, isNew: true });
  await createFolder(values.dir, { passphrase });
  return passphrase;
}

/** The request that lies in the folder, if it is for this network and nothing else is wanted. */
function knownRequest(values: Values, network: Network): SignedJoin | undefined {
  const path = join(values.dir, REQUEST_FILE);
  if (!existsSync(path) || isChanged(values)) return undefined;
  try {
    return readRequest(path, network);
  } catch (error) {
    const isOther =
      error instanceof AssayError && error.detail.code === 'request-of-another-network';
    if (isOther) return undefined;
    throw error;
  }
}

/** Makes and writes a request, unless there is one. */
async function requestOf(at: {
  readonly values: Values;
  readonly network: Network;
  readonly known: SignedJoin | undefined;
  readonly passphrase: Secret<string> | undefined;
  readonly id: NodeId;
}): Promise<SignedJoin> {
  const { values, network, known, id } = at;
  if (known !== undefined) return known;
  const { dir, provider } = values;
  const question = `Passphrase of ${dir}`;
  const passphrase = at.passphrase ?? (await passphraseOf(values, { question, isNew: false }));
  const signer = createSigner((await openKeystore(keystorePath(dir), passphrase)).seed.reveal());
  const asked = {
    ...{ id, atMs: Date.now(), addresses: [listenOf(values)] },
    stake: values.stake === undefined ? leastStake(network) : readStake(values.stake, '--stake'),
  };
  const request: JoinRequest = provider
    ? { role: 'provider', ...asked }
    : {
        ...{ role: 'validator', ...asked, models: modelsOf(values, network) },
        ...{ voteKey: signer.voteKey, ...proofsOf(proveKeys(network.id, signer)) },
      };
  const made = { request, signed: signJoin(network.id, request, signer) };
  await writeRequest(join(dir, REQUEST_FILE), network, made);
  return made;
}

function proofsOf(proofs: { readonly possession: string; readonly ownership: string }) {
  const bytes = (hex: string): Uint8Array => fromHex(hex) ?? new Uint8Array(0);
  return { possession: bytes(proofs.possession), ownership: bytes(proofs.ownership) };
}

/** As much as the member with least: nobody is surprised. */
function leastStake({ validators }: Network) {
  const [least] = [...validators].sort((a, b) => (a.stake < b.stake ? -1 : 1));
  return readStake(String(least?.stake ?? 1n), '--stake');
}

function modelsOf({ models }: AskValues, network: Network) {
  const names = models?.split(',') ?? network.models.map(({ name }) => name);
  return modelIds(network, names, '--models').slice(0, LIMITS.modelsPerValidator);
}

/** @throws AssayError not-an-address */
function listenOf({ listen = LISTEN_DEFAULT }: AskValues): string {
  const isAddress = /^\/[\x21-\x7e]+\/tcp\/[1-9]\d{0,4}(\/[\x21-\x7e]+)?$/.test(listen);
  if (isAddress && listen.length <= JOIN_LIMITS.addressChars) return listen;
  throw new AssayError({
    code: 'not-an-address',
    message: `${JSON.stringify(listen)} is no address with a TCP port`,
    where: '--listen',
    remedy: `Write it like ${LISTEN_DEFAULT}.`,
  });
}

/** Connects; `undefined` if nobody can be reached. @throws NodeError other-network */
async function reach(file: NetworkFile): Promise<LightClient | undefined> {
  if (file.bootstrap.length === 0) return undefined;
  try {
    return await LightClient.open({ file, softwareVersion: `assay/${readVersion()}` });
  } catch (error) {
    if (error instanceof NodeError && error.detail.code === 'unreachable') return undefined;
    throw error;
  }
}

/** @throws AssayError request-not-taken if no node takes it, and some say why */
async function tell(asking: JoinAsking, { signed }: SignedJoin): Promise<void> {
  const answers = await tellNodes(asking, { method: 'join', signed });
  if (answers.length === 0 || answers.some(({ outcome }) => outcome === 'kept')) return;
  const [{ outcome, detail } = { outcome: 'invalid', detail: '-' }] = answers;
  const reason = detail === '-' ? outcome : `${outcome}, ${detail}`;
  throw new AssayError({
    code: 'request-not-taken',
    message: `no node took the request: ${reason}`,
    remedy:
      outcome === 'too-often'
        ? 'Wait a minute, and run the command again; or hand request.yaml to the operator.'
        : 'Hand request.yaml to the operator.',
  });
}

/** [KEY-1] @throws AssayError vote-key-differs */
function refuseOtherVoteKey(
  { network, dir }: Values,
  file: NetworkFile,
  key: { readonly id: NodeId; readonly voteKey: Uint8Array },
): void {
  const member = file.validators.find(({ id }) => id === key.id);
  if (member === undefined || member.voteKey === toHex(key.voteKey)) return;
  throw new AssayError({
    code: 'vote-key-differs',
    message: `it lists another vote key for the id of ${dir}`,
    where: network,
    remedy: 'Use the keystore with which the proofs of this network file were made.',
  });
}

function answerOf(at: {
  readonly values: Values;
  readonly standing: Standing;
  readonly isNew: boolean;
  readonly id: NodeId;
  readonly request: SignedJoin | undefined;
}): Answer {
  const { values, standing, isNew, id, request } = at;
  const { dir } = values;
  const { kind } = standing;
  const file = join(dir, REQUEST_FILE);
  const isMember = kind === 'active' || kind === 'admitted';
  const made = isNew
    ? [`A new key lies in ${dir}: keep its passphrase, nobody can help without.`]
    : [];
  const asked =
    request !== undefined && !isMember ? [`Request in ${file}, to hand over if need be.`] : [];
  return {
    json: { id, isNew, isMember, standing: standingJson(standing), request: request && file },
    lines: [
      ...made,
      `You are    ${id}`,
      `Standing   ${standingText(standing)}`,
      ...asked,
      '',
      ...nextLines(values, { kind, request }),
    ],
  };
}

function standingJson(standing: Standing): object {
  if (standing.kind === 'removed') return { ...standing, inExit: standing.inExit.toString() };
  if (standing.kind !== 'admitted' && standing.kind !== 'active') return standing;
  const { kind, share, link } = standing;
  return { kind, share, number: link.number, epoch: link.epoch };
}

function nextLines(
  values: Values,
  { kind, request }: { readonly kind: Standing['kind']; readonly request: SignedJoin | undefined },
): readonly string[] {
  const { dir, network, provider } = values;
  const listen = request?.request.addresses[0] ?? listenOf(values);
  const port = /\/tcp\/(\d+)/.exec(listen)?.[1] ?? '';
  if (kind === 'removed' || kind === 'refused') {
    return ['To ask again:', `  assay join ${network} --dir ${dir} --stake N`];
  }
  const isProvider = provider || request?.request.role === 'provider';
  const command = isProvider ? 'assay serve --model FILE' : 'assay start';
  return [
    kind === 'active'
      ? 'Start it, if it does not run:'
      : 'Start it; before it is admitted it follows the network, and votes on nothing:',
    `  ${command} --dir ${dir} --listen ${listen}`,
    `Let TCP port ${port} through firewall and router.`,
    ...(kind === 'active' ? [] : ['This command, run again, says where it stands.']),
  ];
}
