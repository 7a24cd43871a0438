/** Does the work of `assay network announce`: says which release a network needs from when on. */
import { AssayError } from '../../../base/index.ts';
import { parseConfigText } from '../../../config/index.ts';
import { createSigner, realCrypto } from '../../../crypto/index.ts';
import {
  announce,
  loadNetworkFile,
  networkFileYaml,
  readNetworkFile,
  writeNetworkFile,
} from '../../../network-file/index.ts';
import { keystorePath, openKeystore } from '../../../node/index.ts';
import type { Answer } from '../../io.ts';
import { networkPathOf } from '../../network-path.ts';
import { type PassphraseValues, readWhole } from '../../node-options.ts';
import { passphraseOf } from '../../node-session.ts';

const VERSION_MAX = 65_535;
const EPOCH_MAX = 1e9;

export type AnnounceValues = PassphraseValues & {
  readonly net: string | undefined;
  readonly dir: string;
  readonly 'protocol-version': string;
  readonly epoch: string;
  readonly release: string;
};

/**
 * Adds a version of the protocol that begins at an epoch, and signs the file anew; one that was
 * announced for the same version is replaced.
 * @throws AssayError not-the-operator, not-a-whole-number; ConfigError; NetworkFileError; KeyError
 */
export async function answerAnnounce(values: AnnounceValues): Promise<Answer> {
  const { dir, release } = values;
  const net = networkPathOf(values);
  const file = readNetworkFile(net);
  const at = { option: '--protocol-version', min: 1, max: VERSION_MAX };
  const protocolVersion = readWhole(values['protocol-version'], at);
  const epoch = readWhole(values.epoch, { option: '--epoch', min: 1, max: EPOCH_MAX });
  const others = (file.activations ?? []).filter(
    (each) => each.protocolVersion !== protocolVersion,
  );
  const activations = [...others, { protocolVersion, epoch, release }].sort(
    (a, b) => a.protocolVersion - b.protocolVersion,
  );
  const passphrase = await passphraseOf(values, {
    question: `Passphrase of ${dir}`,
    isNew: false,
  });
  const operator = createSigner((await openKeystore(keystorePath(dir), passphrase)).seed.reveal());
  if (operator.id !== file.operator) {
    throw new AssayError({
      code: 'not-the-operator',
      message: `the key in this folder is ${operator.id}, the file is of ${file.operator}`,
      where: dir,
      remedy: 'Name the folder in which the network was created.',
    });
  }
  const announced = announce(file, activations, operator);
  // what does not follow on one another is refused before anything is written
  loadNetworkFile(parseConfigText(networkFileYaml(announced), net), realCrypto);
  await writeNetworkFile(net, announced);
  return {
    json: { network: file.id, file: net, activations },
    lines: [
      `${net} announces release ${release}: version ${protocolVersion} of the protocol begins`,
      `with epoch ${epoch}. The network is the same; give the file to everybody again.`,
      'Nodes that read it say so until they are of that release.',
    ],
  };
}
