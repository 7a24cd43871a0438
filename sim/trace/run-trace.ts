/**
 * The trace of a run: gives the tracer what only the simulator knows - who takes part and how they
 * behave, links, faults, the end - and what its world does.
 *
 * It plans no events and draws no random numbers of the run, so the digest is the same without it.
 */

import type { Round } from '../../src/base/index.ts';
import { configHash, plainConfig } from '../../src/config/index.ts';
import type { ProviderEffect, SetChain } from '../../src/core/index.ts';
import type { Crypto } from '../../src/crypto/index.ts';
import {
  TRACE_FORMAT,
  type TraceFilter,
  TraceGate,
  Tracer,
  type TraceSink,
} from '../../src/trace/index.ts';
import type { Faults } from '../faults/faults.ts';
import type { Micros } from '../kernel/queue.ts';
import type { Letter } from '../letters.ts';
import { layoutOf } from '../network/create.ts';
import type { SimNode, Timeless } from '../node.ts';
import type { Simulation } from '../setup.ts';
import { movementsOf } from './movements.ts';

/** What of a run is traced, and where that goes. */
export type TraceOptions = {
  readonly sink: TraceSink;
  readonly filter?: TraceFilter;
  readonly recordsMax?: number;
  /** Version of Assay. */
  readonly software: string;
};

export type RunTraceParts = {
  readonly sets: () => SetChain;
  readonly crypto: Crypto;
  readonly randomnessOf: (round: Round) => Uint8Array | undefined;
};

export class RunTrace {
  readonly #gate: TraceGate;
  readonly #tracer: Tracer;
  readonly #options: TraceOptions;
  /** What faults are still to do, in order of time. */
  #faults: ReturnType<Faults['schedule']> = [];

  constructor(options: TraceOptions, parts: RunTraceParts) {
    const { sink, filter, recordsMax } = options;
    this.#options = options;
    this.#gate = new TraceGate({
      sink,
      ...(filter === undefined ? {} : { filter }),
      ...(recordsMax === undefined ? {} : { recordsMax }),
    });
    this.#tracer = new Tracer({ ...parts, emit: (record) => this.#gate.write(record) });
  }

  /** Tells what is run, on which nodes and links. */
  start(run: Pick<Simulation, 'scenario' | 'seed' | 'nodes' | 'faults' | 'network'>): void {
    const { scenario, seed, nodes, faults, network } = run;
    const { filter, software } = this.#options;
    const resolved = plainConfig(scenario);
    this.#tracer.start({
      ...{ format: TRACE_FORMAT, at: 0, source: 'simulation', title: scenario.name, software },
      network: Buffer.from(network.id).toString('hex'),
      parameters: plainConfig(scenario.parameters),
      models: network.models.map(({ model, name, comparator }) => {
        const { tolerance, rejection } =
          comparator.kind === 'exact' ? { tolerance: 0, rejection: 0 } : comparator;
        return { id: model, name, tolerance, rejection };
      }),
      run: { seed, configHash: configHash(scenario), scenario: resolved },
      ...(filter === undefined ? {} : { filter }),
    });
    const nodeCount = nodes.length + scenario.network.relays;
    const { links, regions } = layoutOf(scenario.network, { nodeCount, seed });
    this.#addNodes(run, regions);
    for (const { from, to } of links) {
      this.#tracer.link(0, { a: from, b: to, isUp: true });
    }
    for (const node of nodes) if (!node.isUp) this.state(0, node, false);
    this.#faults = faults.schedule();
  }

  /** A message is said. @param to of a direct message */
  said(
    at: Micros,
    node: SimNode,
    letter: Letter,
    { to, shard }: { to?: SimNode; shard?: number | undefined } = {},
  ): void {
    this.#strike(at);
    this.#tracer.said(at, node.index, letter.decoded, {
      ...(to === undefined ? {} : { to: to.index }),
      ...(shard === undefined ? {} : { shard }),
    });
  }

  /** A message reached somebody who only relays, or whose core does not take it now. */
  reached(at: Micros, index: number, { decoded }: Letter, from: string): void {
    this.#strike(at);
    this.#tracer.reached(at, index, { decoded, from, verdict: 'accept' });
  }

  /** A core takes an event. */
  took(at: Micros, node: SimNode, event: Timeless, effects: readonly ProviderEffect[]): void {
    this.#strike(at);
    this.#tracer.took(at, node.index, event, effects);
  }

  /** An effect is run. */
  did(at: Micros, node: SimNode, effect: ProviderEffect): void {
    this.#tracer.did(at, node.index, effect);
  }

  /** A provider begins to compute an answer. */
  answers(at: Micros, node: SimNode, request: object): void {
    this.#strike(at);
    this.#tracer.begins(at, node.index, { what: 'answer', of: request });
  }

  /** A node goes down or comes back. */
  state(at: Micros, node: SimNode, isUp: boolean): void {
    this.#tracer.state(at, node.index, isUp);
  }

  /** Tells what settlement moves, and ends the trace. */
  end(simulation: Simulation): void {
    const at = Math.round(simulation.world.now * 1000);
    this.#strike(at);
    for (const { account, amount, reason, ...about } of movementsOf(simulation)) {
      const node = this.#tracer.names.of(account);
      this.#tracer.movement(at, { node, amount: String(amount), reason, ...about });
    }
    const { world } = simulation;
    this.#gate.end({ at, digest: world.traceDigest(), eventCount: world.eventCount });
  }

  /** Records that were kept, and those that were left out. */
  get counts(): { readonly records: number; readonly leftOut: number } {
    return { records: this.#gate.records, leftOut: this.#gate.leftOut };
  }

  #addNodes(
    { scenario, nodes, network }: Pick<Simulation, 'scenario' | 'nodes' | 'network'>,
    regions: readonly string[],
  ): void {
    const placed = (index: number) => (regions[index] ? { region: regions[index] } : {});
    for (const { index, id, role, kind } of nodes) {
      const validator = network.validators[network.validatorIndex.get(id) ?? -1];
      const stake = validator?.stake ?? network.providerById.get(id)?.stake ?? 0n;
      this.#tracer.node(0, {
        ...{ id, role: role.kind, stake: String(stake), behaviour: kind },
        ...placed(index),
        ...(validator === undefined ? {} : { models: validator.models }),
      });
    }
    for (let index = nodes.length; index < nodes.length + scenario.network.relays; index++) {
      this.#tracer.node(0, { id: `relay/${index}`, role: 'relay', ...placed(index) });
    }
  }

  /** Tells the faults that began or ended since. */
  #strike(now: Micros): void {
    while (this.#faults[0] !== undefined && this.#faults[0].at <= now) {
      const [{ at, what, isOver, nodes }, ...rest] = this.#faults;
      this.#faults = rest;
      this.#tracer.fault(at, { what, isOver, ...(nodes ? { nodes } : {}) });
    }
  }
}
