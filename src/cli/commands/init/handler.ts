/** Does the work of `assay init`. */
import { toHex } from '../../../base/index.ts';
import { createFolder, peerIdText } from '../../../node/index.ts';
import type { Answer } from '../../io.ts';
import type { PassphraseValues } from '../../node-options.ts';
import { passphraseOf } from '../../node-session.ts';

export type InitValues = PassphraseValues & {
  readonly dir: string;
  readonly description: string | undefined;
};

/** Makes a folder with a new key. @throws KeyError, among them keystore-exists */
export async function answerInit(values: InitValues): Promise<Answer> {
  const { dir, description } = values;
  const passphrase = await passphraseOf(values, {
    question: `Passphrase for the new key in ${dir}`,
    isNew: true,
  });
  const key = await createFolder(dir, {
    passphrase,
    ...(description === undefined ? {} : { description }),
  });
  const json = { dir, id: key.id, voteKey: toHex(key.voteKey), peerId: peerIdText(key.id) };
  return {
    json,
    lines: [
      `A new key lies in ${dir}.`,
      '',
      `id        ${json.id}`,
      `vote key  ${json.voteKey.slice(0, 48)}`,
      `          ${json.voteKey.slice(48)}`,
      `peer id   ${json.peerId}`,
      '',
      'Give id and vote key to the operator of the network. Without the passphrase',
      'nobody, you included, can use the key: keep it where you will find it again.',
    ],
  };
}
