/**
 * Is a network file what its operator and its validators signed, and can it be used here?
 *
 * Types, ranges and relations were checked when it was read; this is about hashes, signatures and
 * what this version of Assay can do.
 */
import { equalBytes } from '../base/index.ts';
import type { KeyPath, NetworkFile } from '../config/index.ts';
import type { Crypto } from '../crypto/index.ts';
import { isBlobId, keyOwnershipSigningBytes, LIMITS, PROTOCOL_VERSION } from '../wire/index.ts';
import { bytesOfHex, networkId } from './identity.ts';
import { operatorSigningBytes } from './making.ts';

/** Something that makes a network file unusable. */
export type NetworkFileProblem = {
  readonly code: string;
  readonly path: KeyPath;
  readonly message: string;
  readonly remedy: string;
};

/** Returns everything that is wrong with `file`; empty if it can be used. Does not throw. */
export function verifyNetworkFile(
  file: NetworkFile,
  crypto: Crypto,
): readonly NetworkFileProblem[] {
  return [
    ...versionProblems(file),
    ...limitProblems(file),
    ...idProblems(file),
    ...signatureProblems(file, crypto),
    ...proofProblems(file, crypto),
  ];
}

function versionProblems({ protocolVersion }: NetworkFile): readonly NetworkFileProblem[] {
  if (protocolVersion === PROTOCOL_VERSION) return [];
  const newer = protocolVersion > PROTOCOL_VERSION;
  return [
    {
      code: 'network-version',
      path: ['protocolVersion'],
      message: `the network speaks version ${protocolVersion}, this is version ${PROTOCOL_VERSION}`,
      remedy: newer ? 'Install a newer release.' : 'Ask the operator for a newer network file.',
    },
  ];
}

function limitProblems({ models, parameters }: NetworkFile): readonly NetworkFileProblem[] {
  const problems: NetworkFileProblem[] = models.flatMap(({ model }, index) => {
    if (isBlobId(model)) return [];
    const message = `${model} is not the content id of a file`;
    const remedy = 'It is a CID, version 1, of raw bytes and SHA-256, in base32.';
    return [{ code: 'network-model', path: ['models', index, 'model'], message, remedy }];
  });
  // [WIRE-4] a network may be stricter than the format, never looser
  if (parameters.levels.length > LIMITS.levels) {
    problems.push({
      code: 'network-limit',
      path: ['parameters', 'levels'],
      message: `there are ${parameters.levels.length} levels`,
      remedy: `Messages can name ${LIMITS.levels}.`,
    });
  }
  return problems;
}

function idProblems(file: NetworkFile): readonly NetworkFileProblem[] {
  if (equalBytes(networkId(file), bytesOfHex(file.id))) return [];
  return [
    {
      code: 'network-id',
      path: ['id'],
      message: 'the id is not that of the content: something was changed',
      remedy: 'Get the file from its operator again.',
    },
  ];
}

function signatureProblems(file: NetworkFile, crypto: Crypto): readonly NetworkFileProblem[] {
  const signature = bytesOfHex(file.signature);
  if (crypto.verify(file.operator, operatorSigningBytes(file), signature)) return [];
  return [
    {
      code: 'network-signature',
      path: ['signature'],
      message: 'the operator did not sign this: addresses or proofs were changed',
      remedy: 'Get the file from its operator again.',
    },
  ];
}

function proofProblems(file: NetworkFile, crypto: Crypto): readonly NetworkFileProblem[] {
  const id = bytesOfHex(file.id);
  return file.validators.flatMap((validator, index) => {
    const { id: signer, proofs } = validator;
    const voteKey = bytesOfHex(validator.voteKey);
    const problem = (code: string, key: string, message: string): NetworkFileProblem => {
      const remedy = 'The validator must prove its keys for the id of this very network.';
      return { code, path: ['validators', index, 'proofs', key], message, remedy };
    };
    const problems: NetworkFileProblem[] = [];
    // [KEY-1] the secret of the BLS key is known to the validator; the identity point is refused
    const proof = bytesOfHex(proofs.possession);
    if (!crypto.verifyPossession({ signer, voteKey, networkId: id, proof })) {
      problems.push(
        problem('network-possession', 'possession', 'does not prove that voteKey is held'),
      );
    }
    // [KEY-1] the Ed25519 key owns the BLS key
    const owned = keyOwnershipSigningBytes(id, { signer, voteKey });
    if (!crypto.verify(signer, owned, bytesOfHex(proofs.ownership))) {
      problems.push(
        problem('network-ownership', 'ownership', 'is not the signature of the validator'),
      );
    }
    return problems;
  });
}
