/** Does the work of `assay network create`. */
import { existsSync } from 'node:fs';
import { basename, join } from 'node:path';
import { AssayError, type ModelManifest, type NodeId, toHex } from '../../../base/index.ts';
import {
  configYaml,
  type Members,
  readDocument,
  resolveMembers,
  resolveNetworkDraft,
  resolveProof,
} from '../../../config/index.ts';
import { createSigner, realCrypto, type Signer } from '../../../crypto/index.ts';
import {
  type KeyProofs,
  type NetworkDraft,
  type NetworkFile,
  networkId,
  signNetworkFile,
  verifyNetworkFile,
  writeNetworkFile,
} from '../../../network-file/index.ts';
import { createFolder, keystorePath, openKeystore } from '../../../node/index.ts';
import { PROTOCOL_VERSION } from '../../../wire/index.ts';
import { writeWhole } from '../../files.ts';
import type { Answer } from '../../io.ts';
import { NETWORK_FILE } from '../../network-path.ts';
import type { PassphraseValues } from '../../node-options.ts';
import { passphraseOf } from '../../node-session.ts';
import { modelNamed } from '../model/manifest.ts';
import { type BeaconChoice, beaconCommandLines, chainOf } from './chain.ts';

export type CreateValues = PassphraseValues &
  BeaconChoice & {
    readonly validators: string;
    readonly model: readonly string[];
    readonly dir: string;
    readonly proof: readonly string[];
  };

/** Files of an operator's folder, besides those of the beacon. */
const DRAFT_FILE = 'network.draft.yaml';
const COLUMNS = 80;

/**
 * Writes the draft of a network, or the signed file if all validators have proven their keys.
 * @throws ConfigError if a file is wrong; AssayError proof-of-stranger, proof-of-another-network,
 *   proof-wrong, not-a-url, beacon-seed, file-unwritable; KeyError; InferenceError
 */
export async function answerCreate(values: CreateValues): Promise<Answer> {
  const { dir, validators, proof } = values;
  const members = resolveMembers(readDocument(validators));
  const models = await Promise.all(values.model.map(modelNamed));
  const operator = await operatorOf(values);
  const manifests = models.map(({ manifest }) => manifest);
  const draftPath = join(dir, DRAFT_FILE);
  const beacon = await chainOf(values, { dir, periodMs: members.parameters.roundMs });
  await writeDraft(draftPath, draftOf(members, { operator: operator.id, manifests, beacon }));
  // what is wrong between members, models and beacon is shown in the draft, line by line
  const draft = resolveNetworkDraft(readDocument(draftPath));
  const id = toHex(networkId(draft));
  const proofs = readProofs(proof, { draft, id });
  const missing = draft.validators.filter((validator) => !proofs.has(validator.id));
  if (missing.length > 0) {
    return draftAnswer({ draftPath, id, missing: missing.map((each) => each.id) });
  }
  const file = signNetworkFile(draft, proofs, operator);
  refuseWrongProofs(file);
  const path = join(dir, NETWORK_FILE);
  await writeNetworkFile(path, file);
  const beaconLines = beaconCommandLines(values, { dir, beacon, columns: COLUMNS });
  return signedAnswer({ path, id, beaconLines });
}

/** The operator's key; made the first time. */
async function operatorOf(values: CreateValues): Promise<Signer> {
  const { dir } = values;
  const path = keystorePath(dir);
  const isNew = !existsSync(path);
  const question = isNew
    ? `Passphrase for the operator's new key in ${dir}`
    : `Passphrase of ${dir}`;
  const passphrase = await passphraseOf(values, { question, isNew });
  if (isNew) await createFolder(dir, { passphrase, description: 'operator' });
  return createSigner((await openKeystore(path, passphrase)).seed.reveal());
}

function draftOf(
  { name, bootstrap, parameters, validators, providers }: Members,
  at: {
    readonly operator: NodeId;
    readonly manifests: readonly ModelManifest[];
    readonly beacon: NetworkDraft['beacon'];
  },
): NetworkDraft {
  const names = at.manifests.map((model) => model.name);
  return {
    format: 1,
    name,
    protocolVersion: PROTOCOL_VERSION,
    operator: at.operator,
    beacon: at.beacon,
    bootstrap,
    parameters,
    models: at.manifests.map((m) => ({ ...m, executionClasses: [...m.executionClasses] })),
    validators: validators.map((each) => ({ ...each, models: each.models ?? names })),
    providers,
  };
}

const DRAFT_HEADING = [
  '# A network that is being made: every validator runs `assay join` on this file.',
  '# Made by `assay network create`: changes go into the file of its members.',
].join('\n');

async function writeDraft(path: string, draft: NetworkDraft): Promise<void> {
  await writeWhole(path, new TextEncoder().encode(`${DRAFT_HEADING}\n${configYaml(draft)}`));
}

/** Proofs by validator. @throws AssayError proof-of-another-network, proof-of-stranger */
function readProofs(
  paths: readonly string[],
  { draft, id }: { readonly draft: NetworkDraft; readonly id: string },
): ReadonlyMap<NodeId, KeyProofs> {
  return new Map(
    paths.map((path) => {
      const proof = resolveProof(readDocument(path));
      if (!draft.validators.some((validator) => validator.id === proof.id)) {
        throw new AssayError({
          code: 'proof-of-stranger',
          message: `it is of ${proof.id}, who is not among the validators`,
          where: path,
          remedy: 'Leave it out, or list that validator.',
        });
      }
      if (proof.network !== id) {
        throw new AssayError({
          code: 'proof-of-another-network',
          message: `it is for network ${proof.network}, and this one is ${id}`,
          where: path,
          remedy:
            'Members, models, parameters or beacon changed since: let the validator run ' +
            '`assay join` on the new draft.',
        });
      }
      return [proof.id, proof.proofs];
    }),
  );
}

/** [KEY-1] @throws AssayError proof-wrong */
function refuseWrongProofs(file: NetworkFile): void {
  const [problem] = verifyNetworkFile(file, realCrypto);
  if (problem === undefined) return;
  throw new AssayError({
    code: 'proof-wrong',
    message: `${problem.path.join('.')} ${problem.message}`,
    remedy: problem.remedy,
  });
}

function draftAnswer(at: {
  readonly draftPath: string;
  readonly id: string;
  readonly missing: readonly NodeId[];
}): Answer {
  const { draftPath, id, missing } = at;
  return {
    json: { network: id, draft: draftPath, isSigned: false, missing },
    lines: [
      `Draft of network ${id.slice(0, 16)} in ${draftPath}.`,
      '',
      'Give it to its validators. Each runs',
      `  assay join ${basename(draftPath)} --dir ./val`,
      'and hands back proof.yaml. Then run this command again, with --proof for each.',
      '',
      'Proofs are missing of:',
      ...missing.map((each) => `  ${each}`),
    ],
  };
}

function signedAnswer(at: {
  readonly path: string;
  readonly id: string;
  readonly beaconLines: readonly string[];
}): Answer {
  const { path, id, beaconLines } = at;
  const beacon = beaconLines.length === 0 ? [] : ['', 'Serve its beacon:', ...beaconLines];
  return {
    json: { network: id, file: path, isSigned: true },
    lines: [
      `Network ${id.slice(0, 16)} in ${path}, signed.`,
      '',
      'Give it to everybody: nodes, requesters, and whoever checks receipts.',
      ...beacon,
    ],
  };
}
