/**
 * Everything that a node can log: the name of each event, its level, the module that it belongs to
 * and what it means. Names are stable: dashboards, alerts and scripts of operators rely on them. A
 * name that is not in this list does not compile, nor does one at another level.
 */

/** Levels of events, the least important first. */
export const EVENT_LEVELS = ['debug', 'info', 'warn', 'error'] as const;
export type EventLevel = (typeof EVENT_LEVELS)[number];

/** Parts of a node whose levels can be set apart. */
export const LOG_MODULES = [
  'node',
  'network',
  'beacon',
  'protocol',
  'models',
  'api',
  'client',
] as const;
export type LogModule = (typeof LOG_MODULES)[number];

type Entry = {
  readonly level: EventLevel;
  readonly module: LogModule;
  /** One sentence, for the table in the README. */
  readonly meaning: string;
};

const debug = (module: LogModule, meaning: string) =>
  ({ level: 'debug', module, meaning }) as const;
const info = (module: LogModule, meaning: string) => ({ level: 'info', module, meaning }) as const;
const warn = (module: LogModule, meaning: string) => ({ level: 'warn', module, meaning }) as const;
const error = (module: LogModule, meaning: string) =>
  ({ level: 'error', module, meaning }) as const;

/** All events by name. */
export const LOG_EVENTS = {
  listening: info('node', 'the host listens: its id and addresses'),
  'in-sync': info('node', 'what was missed is read, the node takes part'),
  'not-a-member': warn('node', 'the key is in no validator set yet: the node waits for admission'),
  stopped: info('node', 'the node stopped in good order'),
  halted: error('node', 'the guard failed: nothing is signed any more'),
  failed: warn('node', 'work in the background failed; `isBug` if it is no known error'),
  'log-level-set': info('node', 'the API set other levels of the log'),

  'upgrade-due': warn('node', 'the network announces a version that needs a newer release'),
  'upgrade-missed': warn('node', 'that version has begun: nothing new is voted on'),
  'disk-full': warn('node', 'the disk has little room left: nothing new is voted on'),
  'disk-roomy': warn('node', 'the disk has room again: voting goes on'),
  'doppelganger-wait': info('node', 'listens whether its key runs elsewhere; signs nothing yet'),

  'peer-connected': info('network', 'a peer was admitted'),
  'peer-disconnected': info('network', 'the last connection to a peer is gone'),
  'peer-of-another-network': warn('network', 'a peer differs in network, version or parameters'),
  'peer-banned-by-operator': warn('network', 'the API banned a peer'),
  'peer-unbanned-by-operator': info('network', 'the API lifted a ban'),
  network: warn('network', 'the host reports something; `code` says what'),
  'message-malformed': debug('network', 'a message of a peer could not be decoded'),

  'beacon-stalled': warn('beacon', 'no round came for several periods'),
  'beacon-resumed': warn('beacon', 'rounds come again'),
  'beacon-endpoint-failed': warn('beacon', 'an endpoint of the beacon does not answer'),

  'batch-acked': debug('protocol', 'this validator acknowledged a batch'),
  'batch-sealed': debug('protocol', 'a batch has its quorum of acknowledgements'),
  'batch-void': debug('protocol', 'a batch was not sealed in time'),
  'subject-drawn': debug('protocol', 'a claim was drawn for verification'),
  'level-started': debug('protocol', 'a committee was drawn for a claim'),
  committed: debug('protocol', 'this validator committed to its measurement'),
  revealed: debug('protocol', 'this validator revealed its vote'),
  challenged: debug('protocol', 'a validator challenged a verdict'),
  certified: debug('protocol', 'a level has a certificate'),
  decided: info('protocol', 'a claim has its final verdict'),
  overruled: debug('protocol', 'a higher level decided otherwise'),
  unresolved: debug('protocol', 'a claim closed without a verdict'),
  closed: debug('protocol', 'a claim closed: no message can change it'),
  promised: debug('protocol', 'this provider promised an answer a place in a batch'),
  fault: debug('protocol', 'the core refused or missed something; `code` says what'),
  'evidence-found': warn('protocol', 'somebody is proven guilty'),
  'set-proposed': info('protocol', 'the operator proposes a next validator set'),
  'set-confirmed': info('protocol', 'this validator confirmed a next validator set'),
  'set-changed': info('protocol', 'a quorum confirmed a validator set; `epoch` is its first'),
  'set-behind': debug('protocol', 'others know later validator sets: they are asked for'),
  'set-forked': error('protocol', 'two validator sets of one number were confirmed'),
  'settlement-agreed': info('protocol', 'a quorum found an epoch to come to the same'),
  'clock-skewed': warn('protocol', 'the clock of this machine is off: no batch is acknowledged'),

  'model-fetched': info('models', 'a model came from a peer and is checked'),
  'model-missing': debug('models', 'a model could not be fetched; tried again'),

  'api-listening': info('api', 'the HTTP API listens'),
  'api-failed': error('api', 'a request of the HTTP API met a fault of ours'),
  'metrics-listening': info('api', 'metrics are served'),
  'metrics-failed': error('api', 'metrics could not be gathered'),
  'explorer-listening': info('api', 'the explorer listens'),
  'explorer-failed': error('api', 'a request of the explorer met a fault of ours'),

  'client-network': debug('client', 'the host of a client reports something'),
  'provider-failed': debug('client', 'a provider did not answer a requester'),
  'provider-unreachable': debug('client', 'a provider cannot be reached'),
  'request-refused': debug('client', 'this provider refused a request'),
} as const satisfies Readonly<Record<string, Entry>>;

/** Name of an event. */
export type LogEvent = keyof typeof LOG_EVENTS;

/** Names of the events of a level. */
export type EventAt<L extends EventLevel> = {
  [E in LogEvent]: (typeof LOG_EVENTS)[E]['level'] extends L ? E : never;
}[LogEvent];

/** Returns the list as the table that stands in the README. */
export function eventTable(): string {
  const rows = Object.entries(LOG_EVENTS).map(
    ([name, { level, module, meaning }]) => `| \`${name}\` | ${level} | ${module} | ${meaning} |`,
  );
  return ['| event | level | module | meaning |', '| --- | --- | --- | --- |', ...rows].join('\n');
}
