/** Is this release new enough for what the network has announced? */
import { roundDueAt } from '../../core/index.ts';
import { type NetworkFile, networkOf } from '../../network-file/index.ts';
import { upgradeOf, upgradeText } from '../safety/index.ts';
import { type Finding, failed, ok, warning } from './finding.ts';

/** Examines the activations of a network file, as of now by the clock. */
export function examineUpgrade(file: NetworkFile, nowMs: number): Finding {
  const { activations = [] } = file;
  const network = networkOf(file);
  const upgrade = upgradeOf(network, activations, roundDueAt(network, nowMs));
  if (upgrade === undefined) return ok('upgrade', 'the network announces no version beyond ours');
  const remedy = `Install release ${upgrade.release}; see its change log first.`;
  const judge = upgrade.isOver ? failed : warning;
  return judge('upgrade', upgradeText(upgrade), remedy);
}
