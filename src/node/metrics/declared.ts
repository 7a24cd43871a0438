/**
 * Every metric that a node serves: the one list from which the registry is made, dashboards and
 * alerts are checked, and the README is written. Names are stable; `_total` only ever grows.
 *
 * Values of labels come from fixed lists or from the network file: a peer can make none of them.
 */

/** What is known of a metric before it has a value. */
export type Declared = {
  readonly kind: 'counter' | 'gauge' | 'histogram';
  readonly help: string;
  readonly labels: readonly string[];
  /** Upper bounds of a histogram. */
  readonly buckets?: readonly number[];
};

const counter = <const L extends readonly string[]>(help: string, ...labels: L) =>
  ({ kind: 'counter', help, labels }) as const;
const gauge = <const L extends readonly string[]>(help: string, ...labels: L) =>
  ({ kind: 'gauge', help, labels }) as const;

/** Executions take from milliseconds to minutes. */
const EXECUTION_SECONDS = [0.01, 0.03, 0.1, 0.3, 1, 3, 10, 30, 100, 300];
/** A beacon is late by a part of its period, seldom by more. */
const BEACON_SECONDS = [0.05, 0.1, 0.2, 0.4, 0.8, 1.6, 3.2, 6.4, 12.8];

/** Metrics of the node, by name. */
export const METRICS = {
  assay_node_info: gauge('1, with what the node is', 'role', 'version', 'execution_class'),
  assay_state: gauge('1 for the state that the node is in, else 0', 'state'),
  assay_uptime_seconds: gauge('Since the node was opened'),
  assay_round: gauge('Latest beacon known'),
  assay_rounds_behind: gauge('Beacons that are due and not known'),
  assay_beacon_age_seconds: gauge('Since the latest known beacon was due'),
  assay_beacon_delay_seconds: {
    kind: 'histogram',
    help: 'From when a beacon was due to when the core took it',
    labels: [],
    buckets: BEACON_SECONDS,
  },
  assay_clock_skew_seconds: gauge('How far the clock is off if it is too far, else 0'),
  assay_loop_delay_p99_seconds: gauge('99th percentile of the delay of timers, last minute'),
  assay_waiting_events: gauge('Events that wait for the core'),

  assay_peers_connected: gauge('Admitted peers', 'direction', 'role'),
  assay_peers_known: gauge('Peers that the host remembers, connected or not'),
  assay_peers_banned: gauge('Peers that are refused now'),
  assay_peer_bans_total: counter('Bans'),
  assay_peer_mismatches_total: counter('Peers of another network, version or parameters'),
  assay_mesh_peers: gauge('Neighbours in the mesh of a topic', 'topic'),
  assay_gossip_received_total: counter('Messages that neighbours sent, copies too', 'topic'),
  assay_gossip_sent_total: counter('Messages sent to neighbours, copies too', 'topic'),
  assay_gossip_messages_total: counter(
    'Messages seen for the first time, by what became of them',
    'topic',
    'outcome',
  ),
  assay_gossip_bytes_total: counter('Bytes of gossip', 'direction'),
  assay_gossip_queue_messages: gauge('Messages that wait to be judged'),
  assay_publish_total: counter('Own messages, by whether anybody took them', 'topic', 'result'),
  assay_publish_retries_total: counter('Attempts to publish that found nobody'),
  assay_direct_messages_total: counter('One-way messages', 'result'),
  assay_messages_judged_total: counter('Messages as the core judged them', 'type', 'verdict'),
  assay_refusals_total: counter('Messages ignored or rejected, by reason', 'verdict', 'code'),
  assay_faults_total: counter('What the core refused or missed, by reason', 'code'),

  assay_batches_total: counter('Batches acknowledged, sealed, void', 'event'),
  assay_batches_open: gauge('Batches that are not closed'),
  assay_promises_total: counter('Answers promised, by a provider'),
  assay_claims_drawn_total: counter('Claims drawn for verification'),
  assay_open_subjects: gauge('Drawn claims that are not closed'),
  assay_levels_total: counter('Levels that began', 'level'),
  assay_commits_total: counter('Commits of this node'),
  assay_reveals_total: counter('Reveals of this node, by its verdict', 'verdict'),
  assay_votes_total: counter(
    'Seats of this node at levels that closed: in-time, late, abstained, missed',
    'timing',
  ),
  assay_abstentions_total: counter('Abstentions of this node', 'reason'),
  assay_executions_total: counter('Executions for votes, by how they ended', 'model', 'result'),
  assay_execution_duration_seconds: {
    kind: 'histogram',
    help: 'From the wish of the core to the end of an execution, fetching included',
    labels: ['model'],
    buckets: EXECUTION_SECONDS,
  },
  assay_executions_running: gauge('Executions under way or queued'),
  assay_certificates_total: counter('Levels certified, by verdict', 'verdict'),
  assay_finals_total: counter('Claims decided, by verdict', 'verdict'),
  assay_overruled_total: counter('Decisions that a higher level changed'),
  assay_unresolved_total: counter('Claims that closed without a verdict'),
  assay_challenges_total: counter('Challenges that count'),
  assay_evidence_total: counter('Identities proven guilty'),

  assay_epoch: gauge('Epoch of the latest beacon known'),
  assay_epochs_settled: gauge('Epochs settled by the chain: those below'),
  assay_set_number: gauge('Steps of the set chain that this node knows'),
  assay_set_events_total: counter('Validator sets: proposed, confirmed, changed, …', 'event'),
  assay_settlements_total: counter('Settlements of an epoch that a quorum agreed on'),

  assay_slashed_identities: gauge('Identities that the advisory settlement slashes', 'reason'),
  assay_self_slashed: gauge('1 if this identity is convicted or slashed, else 0'),
  assay_balance_stake: gauge('Advisory balance of this identity, smallest unit'),

  assay_guard_records_total: counter('Records made durable before signing', 'kind'),
  assay_guard_size_bytes: gauge('Size of both copies of the guard'),
  assay_guard_watermark_round: gauge('Below this round nothing is signed'),
  assay_database_size_bytes: gauge('Size of the database on disk'),
  assay_archive_entries: gauge('Entries of the archive, counted at most once a minute', 'kind'),
  assay_disk_free_bytes: gauge('Bytes that may still be written where the folder is'),

  assay_log_events_total: counter('Events logged, whether written or not', 'level'),
  assay_api_requests_total: counter('Requests of the HTTP API', 'route', 'status'),
  assay_api_streams: gauge('Open streams of events of the HTTP API'),
  assay_scrape_duration_seconds: gauge('How long gathering the last metrics took'),
} as const satisfies Readonly<Record<`assay_${string}`, Declared>>;

/** Name of a metric of the node. */
export type MetricName = keyof typeof METRICS;

/** Metrics of the process, as prom-client names them on Linux: name to labels. */
export const PROCESS_METRICS: Readonly<Record<string, readonly string[]>> = {
  process_cpu_user_seconds_total: [],
  process_cpu_system_seconds_total: [],
  process_cpu_seconds_total: [],
  process_start_time_seconds: [],
  process_resident_memory_bytes: [],
  process_virtual_memory_bytes: [],
  process_heap_bytes: [],
  process_open_fds: [],
  process_max_fds: [],
  nodejs_eventloop_lag_seconds: [],
  nodejs_eventloop_lag_min_seconds: [],
  nodejs_eventloop_lag_max_seconds: [],
  nodejs_eventloop_lag_mean_seconds: [],
  nodejs_eventloop_lag_stddev_seconds: [],
  nodejs_eventloop_lag_p50_seconds: [],
  nodejs_eventloop_lag_p90_seconds: [],
  nodejs_eventloop_lag_p99_seconds: [],
  nodejs_active_resources: ['type'],
  nodejs_active_resources_total: [],
  nodejs_active_handles: ['type'],
  nodejs_active_handles_total: [],
  nodejs_active_requests: ['type'],
  nodejs_active_requests_total: [],
  nodejs_heap_size_total_bytes: [],
  nodejs_heap_size_used_bytes: [],
  nodejs_external_memory_bytes: [],
  nodejs_heap_space_size_total_bytes: ['space'],
  nodejs_heap_space_size_used_bytes: ['space'],
  nodejs_heap_space_size_available_bytes: ['space'],
  nodejs_version_info: ['version', 'major', 'minor', 'patch'],
};
/** The histogram among them. */
export const PROCESS_HISTOGRAMS: Readonly<Record<string, readonly string[]>> = {
  nodejs_gc_duration_seconds: ['kind'],
};

/** Returns the list as the table that stands in the README. */
export function metricTable(): string {
  const rows = Object.entries<Declared>(METRICS).map(
    ([name, { kind, labels, help }]) =>
      `| \`${name}\` | ${kind} | ${labels.join(', ')} | ${help} |`,
  );
  return ['| metric | kind | labels | meaning |', '| --- | --- | --- | --- |', ...rows].join('\n');
}

/**
 * Returns the names under which a scrape shows series, with the labels that they may have: those
 * of histograms with their suffixes.
 */
export function seriesLabels(): ReadonlyMap<string, readonly string[]> {
  const series = new Map<string, readonly string[]>(Object.entries(PROCESS_METRICS));
  const histogram = (name: string, labels: readonly string[]): void => {
    series.set(`${name}_bucket`, [...labels, 'le']).set(`${name}_sum`, labels);
    series.set(`${name}_count`, labels);
  };
  for (const [name, labels] of Object.entries(PROCESS_HISTOGRAMS)) histogram(name, labels);
  for (const [name, { kind, labels }] of Object.entries<Declared>(METRICS)) {
    if (kind === 'histogram') histogram(name, labels);
    else series.set(name, labels);
  }
  return series;
}
