/** What keeps a node from signing when it must not, and what it runs out of. */
export {
  Doppelganger,
  type DoppelgangerOptions,
  type DoppelgangerState,
  listening,
  waitRoundsOf,
} from './doppelganger.ts';
export { isMember, needsPeers } from './neighbours.ts';
export { OwnVoice } from './own-voice.ts';
export { Safety, type SafetyOptions, type SafetySigns } from './safety.ts';
export { type Activation, type Upgrade, upgradeOf, upgradeText } from './upgrade.ts';
export {
  DISK_CRITICAL_BYTES,
  DISK_ENOUGH_BYTES,
  DISK_LOW_BYTES,
  freeBytesOf,
  HEAP_SHARE_MAX,
  Vitals,
} from './vitals.ts';
export { isEnd, SILENT_ROUNDS_MAX, VoteWatch } from './vote-watch.ts';
