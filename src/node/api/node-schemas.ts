/** JSON Schemas of the routes that every node has. */
import { VERDICTS } from '../../base/index.ts';
import { COUNTERS, NODE_STATES, type NodeStatus } from '../rpc/index.ts';
import { cid, hex, list, record, text, whole } from './schema-words.ts';

const role = text('Role', { enum: ['validator', 'provider', 'requester', 'observer'] });
const peer = hex('Ed25519 public key of the peer', 32);
const verdict = text('Verdict', { enum: VERDICTS });
const unixMs = (of: string) => whole(`${of}, Unix time, ms`);

export const LIVE = record({ status: text('`live`') });
export const READY = record({
  status: text('`ready`, or the state of the node'),
  reason: text('Why'),
});

/** Each field of a status, so that none is sent that the document does not describe. */
const status: Readonly<Record<keyof NodeStatus, object>> = {
  id: hex('Identity of this node', 32),
  role,
  state: text('How it is', { enum: NODE_STATES }),
  reason: text('Why it is in this state; empty if there is nothing to say'),
  softwareVersion: text('Version of the node'),
  executionClass: text('Runtime and machine class'),
  round: whole('Latest beacon known, 0 before the first'),
  roundsBehind: whole('Beacons that are due and not known'),
  peers: whole('Connected peers'),
  beaconMesh: whole('Neighbours in the mesh of the beacon'),
  claimsMesh: whole('Neighbours in the mesh of everything else'),
  openSubjects: whole('Drawn claims that are not closed'),
  uptimeMs: whole('Since the node was opened'),
  rssBytes: whole('Memory of the process'),
  loopDelayP99Ms: whole('99th percentile of the delay of timers'),
  setNumber: whole('Steps of the set chain that this node knows'),
  epoch: whole('Epoch of `round`'),
  epochsSettled: whole('Epochs settled by the chain: those below'),
  settlement: text('`epoch/root` of the latest settlement that a quorum signed; empty if none'),
  counters: record(Object.fromEntries(COUNTERS.map((name) => [name, whole('Since the start')]))),
  convicted: list(hex('Identity', 32), 'Proven guilty'),
  slashed: list(
    record({
      id: hex('Identity', 32),
      reason: text('Why'),
      amount: text('Smallest unit, decimal'),
    }),
    'By the advisory settlement',
  ),
};
export const STATUS = record(status);

export const PEERS = record({
  peers: list(
    record({
      id: peer,
      role,
      addresses: list(text('Multiaddr')),
      direction: text('Who dialled', { enum: ['inbound', 'outbound'] }),
      connectedSinceMs: unixMs('Connected since'),
      score: { type: 'number', description: 'Gossip score; the lower, the worse' },
      mesh: list(text('Topic'), 'Topics in whose mesh it is'),
      softwareVersion: text('As it says itself'),
    }),
  ),
  banned: list(record({ id: peer, untilMs: unixMs('Refused until') })),
});

export const NETWORK = record({
  id: hex('Id of the network', 32),
  name: text('Name'),
  protocolVersion: whole('Version of the protocol'),
  operator: hex('Who signed the network file', 32),
  epoch: whole('Epoch of the latest beacon known'),
  setNumber: whole('Steps of the set chain that this node knows'),
  validators: whole('Seats in the validator set'),
  providers: whole('Providers'),
  models: list(
    record({
      name: text('Name in this network'),
      model: cid('the model'),
      sizeBytes: whole('Bytes of its file'),
      executionClasses: list(text('Execution class')),
    }),
  ),
  beacon: record({
    publicKey: text('Key of the chain, hexadecimal'),
    genesisMs: unixMs('First round'),
    periodMs: whole('Between rounds'),
    roundDue: whole('Round that is due now'),
  }),
  parameters: {
    type: 'object',
    additionalProperties: true,
    description: 'As the network file spells them',
  },
});

const level = record({
  level: whole('From 0'),
  own: text('What this node does here'),
  seats: whole('Seats of the committee'),
  committed: whole('Holders who committed'),
  revealed: whole('Holders who revealed'),
  certified: list(verdict),
  challengers: whole('Challenges that count'),
});

export const SUBJECT = record(
  {
    batch: cid('the batch'),
    index: whole('Leaf of the batch'),
    provider: hex('Who answered', 32),
    model: cid('the model'),
    round: whole('Round of the batch'),
    currentLevel: whole('Level that is under way'),
    isOpened: { type: 'boolean', description: 'Whether the claim itself was shown' },
    isUnresolved: { type: 'boolean', description: 'Whether it closed without a verdict' },
    verdict,
    decidedAtLevel: whole('Level that decided'),
    levels: list(level),
  },
  ['verdict', 'decidedAtLevel'],
);
export const SUBJECTS = record({
  total: whole('Drawn claims that are not closed'),
  subjects: list(SUBJECT, 'The latest first, as many as `limit` asks for'),
});
/** A query is text. */
export const SUBJECTS_QUERY = record(
  {
    limit: text('How many, 1 to 500; 100 if absent', {
      pattern: '^([1-9]\\d?|[1-4]\\d\\d|500)$',
    }),
  },
  ['limit'],
);

export const CLAIM_PARAMS = record({ claim: cid('the claim') });
export const CLAIM_PLACE = record(
  {
    claim: cid('the claim'),
    batch: cid('its batch'),
    index: whole('Its leaf'),
    state: text('`open`, `decided`, `unresolved`, or `archived`: its receipt tells the verdict', {
      enum: ['open', 'decided', 'unresolved', 'archived'],
    }),
    verdict,
    level: whole('Level that decided'),
  },
  ['verdict', 'level'],
);
/** As `assay receipt verify` reads it. */
export const RECEIPT = { type: 'object', additionalProperties: true, description: 'A receipt' };

export const PEER_PARAMS = record({ id: peer });
export const BAN_REQUEST = record(
  {
    seconds: whole('For how long', { minimum: 60, maximum: 31_536_000, default: 600 }),
    reason: text('For the log', { minLength: 1, maxLength: 200 }),
  },
  ['seconds', 'reason'],
);
export const BAN = record({ id: peer, untilMs: unixMs('Refused until') });
export const UNBAN = record({
  id: peer,
  wasBanned: { type: 'boolean', description: 'Whether there was a ban' },
});
export const LOG_LEVEL = record({
  levels: text('Such as `info` or `warn,protocol=debug`', { minLength: 1, maxLength: 256 }),
});
