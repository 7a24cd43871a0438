/** Does the work of `assay join`. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { AssayError, type NodeId, toHex } from '../../../base/index.ts';
import { configYaml, readDocument, resolveNetworkDraft } from '../../../config/index.ts';
import { createSigner, realCrypto } from '../../../crypto/index.ts';
import {
  loadNetworkFile,
  type NetworkDraft,
  type NetworkFile,
  networkId,
  proveKeys,
  readNetworkFile,
  writeNetworkFile,
} from '../../../network-file/index.ts';
import { inspectKeystore, keystorePath, openKeystore } from '../../../node/index.ts';
import { writeWhole } from '../../files.ts';
import type { Answer, Io } from '../../io.ts';
import { NETWORK_FILE } from '../../network-path.ts';
import type { PassphraseValues } from '../../node-options.ts';
import { passphraseOf } from '../../node-session.ts';
import { plural } from '../../text.ts';
import { answerInit } from '../init/handler.ts';
import { type AskValues, answerAsking } from './asking.ts';

export type JoinValues = PassphraseValues &
  AskValues & {
    readonly network: string;
    readonly dir: string;
    readonly out: string | undefined;
    readonly io: Io;
  };

const MS_PER_S = 1000;
const PROOF_FILE = 'proof.yaml';

/**
 * Of a draft: proves the keys of a folder for it. Of a signed file: asks to become a member, and
 * says where that stands, and keeps the file in the folder. A key is made if that has none.
 * @throws ConfigError, NetworkFileError; KeyError; AssayError folder-of-another-network,
 *   vote-key-differs, file-unwritable;
 *   as `answerAsking`
 */
export async function answerJoin(values: JoinValues): Promise<Answer> {
  const { network, dir } = values;
  const document = readDocument(network);
  if (isSigned(document.value)) {
    const file = loadNetworkFile(document, realCrypto);
    const kept = join(dir, NETWORK_FILE);
    const isNews = existsSync(kept) ? isNewer(file, readNetworkFile(kept), dir) : true;
    const { json, lines } = await answerAsking(values, file);
    // what the commands of the node read from now on
    if (isNews) await writeNetworkFile(kept, file);
    const told = { draft: file, id: file.id };
    return { json: { network: file.id, ...json }, lines: [...networkLines(told), '', ...lines] };
  }
  const draft = resolveNetworkDraft(document);
  const told = { draft, id: toHex(networkId(draft)) };
  if (!existsSync(keystorePath(dir))) {
    const made = await answerInit({ ...values, description: undefined });
    return {
      json: { network: told.id, isMember: false, ...made.json },
      lines: [...networkLines(told), '', ...made.lines],
    };
  }
  const key = await inspectKeystore(keystorePath(dir));
  const member = draft.validators.find((validator) => validator.id === key.id);
  if (member === undefined) return strangerAnswer(told, key);
  if (member.voteKey !== toHex(key.voteKey)) throw voteKeyDiffers(network, dir);
  return await prove(values, told, { id: key.id, stake: member.stake });
}

/**
 * Whether a network file says more than the one that the folder keeps.
 * @throws AssayError folder-of-another-network
 */
function isNewer(file: NetworkFile, kept: NetworkFile, dir: string): boolean {
  if (file.id === kept.id)
    return (file.activations ?? []).length >= (kept.activations ?? []).length;
  throw new AssayError({
    code: 'folder-of-another-network',
    message: `its ${NETWORK_FILE} is of the network ${kept.name}, ${kept.id}`,
    where: dir,
    remedy: 'Use a folder, and a key, for each network: the guard of a key belongs to one.',
  });
}

type Told = { readonly draft: NetworkDraft; readonly id: string };
type Share = { readonly id: NodeId; readonly stake: bigint };

/** Of a file that is neither, the schema of a draft says what is missing. */
function isSigned(value: unknown): boolean {
  return typeof value === 'object' && value !== null && 'signature' in value;
}

/** [KEY-1] */
async function prove(values: JoinValues, told: Told, share: Share): Promise<Answer> {
  const { dir, out = join(dir, PROOF_FILE) } = values;
  const passphrase = await passphraseOf(values, { question: `Passphrase of ${dir}`, isNew: false });
  const keystore = await openKeystore(keystorePath(dir), passphrase);
  const signer = createSigner(keystore.seed.reveal());
  const proof = {
    network: told.id,
    id: signer.id,
    proofs: proveKeys(networkId(told.draft), signer),
  };
  const heading = '# Proves the keys of a validator, for one network only. Not secret.\n';
  await writeWhole(out, new TextEncoder().encode(heading + configYaml(proof)));
  return {
    json: { network: told.id, isMember: true, isDraft: true, proof: out },
    lines: [
      ...networkLines(told),
      '',
      `You are in it, with ${percentOf(told.draft, share)} of the stake.`,
      `Proof in ${out}: hand it to the operator, who then signs the network file.`,
    ],
  };
}

function strangerAnswer(
  told: Told,
  key: { readonly id: NodeId; readonly voteKey: Uint8Array },
): Answer {
  const voteKey = toHex(key.voteKey);
  return {
    json: { network: told.id, isMember: false, id: key.id, voteKey },
    lines: [
      ...networkLines(told),
      '',
      'You are not in it. Give these to its operator:',
      `id        ${key.id}`,
      `vote key  ${voteKey.slice(0, 48)}`,
      `          ${voteKey.slice(48)}`,
    ],
  };
}

/** What one joins, and whom one trusts. */
function networkLines({ draft, id }: Told): readonly string[] {
  const { name, operator, beacon, validators, providers, models } = draft;
  const rows = [
    ['network', name],
    ['id', id],
    ['operator', operator],
    ['rounds', `${beacon.periodMs / MS_PER_S} s`],
    ['founded', `by ${plural(validators, 'validator')}, ${plural(providers, 'provider')}`],
    ['models', models.map((model) => model.name).join(', ')],
  ];
  return rows.map(([label = '', value = '']) => `${label.padEnd(9)} ${value}`);
}

/** Tenths of a percent. */
function percentOf({ validators }: NetworkDraft, { stake }: Share): string {
  const total = validators.reduce((sum, each) => sum + each.stake, 0n);
  const tenths = total === 0n ? 0n : (1000n * stake) / total;
  return `${tenths / 10n}.${tenths % 10n} %`;
}

function voteKeyDiffers(network: string, dir: string): AssayError {
  return new AssayError({
    code: 'vote-key-differs',
    message: `it lists another vote key for the id of ${dir}`,
    where: network,
    remedy: 'Tell the operator the vote key that `assay keys list` shows.',
  });
}
