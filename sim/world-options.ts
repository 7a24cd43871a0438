/** What a world is made of. */
import type { BeaconSource } from '../src/crypto/index.ts';
import type { Checker, Committees } from '../src/invariants/index.ts';
import type { BeaconFaults } from './faults/faults.ts';
import type { EventLoop } from './kernel/event-loop.ts';
import type { Letter } from './letters.ts';
import type { Recorder } from './metrics/recorder.ts';
import type { NetworkClient, NetworkModel } from './network/model.ts';
import type { SimNode } from './node.ts';
import type { Oracle } from './oracle/oracle.ts';
import type { RunTrace } from './trace/run-trace.ts';
import type { Truth } from './truth.ts';
import type { Workload } from './workload/requests.ts';

export type WorldOptions = {
  readonly loop: EventLoop;
  readonly nodes: readonly SimNode[];
  /** Makes the network that calls back the world. */
  readonly connect: (client: NetworkClient<Letter>) => NetworkModel<Letter>;
  readonly oracle: Oracle;
  readonly beacon: BeaconSource;
  readonly beaconFaults: BeaconFaults;
  readonly workload: Workload;
  readonly truth: Truth;
  readonly recorder: Recorder;
  readonly checker: Checker;
  readonly committees: Committees;
  readonly roundMs: number;
  /** Rounds with requests. */
  readonly durationRounds: number;
  /** Round after which the run ends, whatever is open. */
  readonly lastRound: number;
  /** Rounds that a node asks for when it starts again. */
  readonly windowRounds: number;
  /** Told what happens, if anybody wants a trace. */
  readonly runTrace?: RunTrace | undefined;
};
