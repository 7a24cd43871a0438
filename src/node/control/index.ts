/** Commands of whoever owns a node's folder to the node that runs with it. */
export { BanList } from './ban-list.ts';
export { askNode } from './client.ts';
export { BAN_MS, type Control, type Controlled, openControl } from './control.ts';
export { ControlError } from './error.ts';
export type {
  BanView,
  ControlAnswers,
  ControlRequest,
  EarningsReport,
  OwnReport,
  PeersReport,
} from './messages.ts';
export { type Running, readRunning } from './running.ts';
