/** Examines machine, folder, network file, models and network, and says how to mend each. */
import type { Network } from '../../core/index.ts';
import { type NetworkFile, networkOf } from '../../network-file/index.ts';
import type { Finding } from './finding.ts';
import { examineFolder } from './folder.ts';
import { examineMachine } from './machine.ts';
import { examineMembership } from './membership.ts';
import { examineModels, heldModels } from './models.ts';
import { examineOnline } from './online.ts';
import { examinePort } from './reach.ts';
import { examineUpgrade } from './upgrade.ts';

export type { Finding } from './finding.ts';

export type DoctorOptions = {
  readonly directory: string;
  /** Without it only machine and key are examined. */
  readonly file: NetworkFile | undefined;
  readonly isOnline: boolean;
  /** Where the node will listen, as for its start; a running one tells itself. */
  readonly listen?: string;
  readonly softwareVersion: string;
  readonly signal: AbortSignal;
};

/** Examines everything; does not stop at what is wrong. */
export async function examine(options: DoctorOptions): Promise<readonly Finding[]> {
  const { directory, file, isOnline } = options;
  const machine = await examineMachine(directory);
  const network: Network | undefined = file && networkOf(file);
  const { findings: folder, key } = await examineFolder(directory, network);
  const { findings: port, place } = await examinePort({ ...options, listen: options.listen });
  if (file === undefined || network === undefined) return [...machine, ...folder, ...port];
  const held = key === undefined ? [] : heldModels(network, key.id);
  return [
    ...machine,
    ...folder,
    ...port,
    ...examineMembership(file, key),
    examineUpgrade(file, Date.now()),
    ...(key === undefined ? [] : await examineModels(directory, held)),
    ...(isOnline ? await examineOnline(file, { ...options, place, self: key?.id }) : []),
  ];
}
