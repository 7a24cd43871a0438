/**
 * Closed forms beside what was counted. Each takes the claims that the rate is over, computes the
 * probability of each from `src/theory`, and returns their mean.
 *
 * Limits: seats must be drawn (a level that is the whole pool is none), no rule ablated, and what
 * errs per validator (misses, false alarms, occasional challenges) is taken to err per seat.
 * Silence is that of nodes that are down or choose it, not of lost messages and late executions.
 */
import {
  captured,
  caught,
  challenged,
  escapedByBias,
  escapedUnseen,
  isWholeSetStuck,
} from '../../src/theory/index.ts';
import type { ClaimRow } from '../metrics/claims.ts';
import { type Expected, notExpected } from '../metrics/rate.ts';
import type { Simulation } from '../setup.ts';
import { type Opposition, oppositionOf } from './opposition.ts';

/** Whose wrong answers a coalition of last revealers keeps from being drawn. */
const BIASER = 'beacon-biaser';

type Kind = Exclude<Expected, { value: null }>['kind'];

/** What the seats of one level do with a claim, as shares of the stake they are drawn from. */
type Bench = {
  readonly seats: number;
  /** Vote `valid` for the claim although it is wrong. */
  readonly votesFor: number;
  /** Say `invalid` to the claim although it is right. */
  readonly votesAgainst: number;
  /** Silent among those that do not vote for it. */
  readonly silent: number;
  /** Whether it is exact that seats err independently. */
  readonly isExact: boolean;
};

export class ClosedForms {
  readonly #simulation: Simulation;
  readonly #oppositions = new Map<string, Opposition>();

  constructor(simulation: Simulation) {
    this.#simulation = simulation;
  }

  /** [SAMPLE-1] Share of sealed claims that is drawn: 1/m of each class. */
  drawn(sealed: readonly ClaimRow[]): Expected {
    // who knows or chooses the beacon moves draws from one leaf to another, and past the last one
    const kind = this.#isSound ? 'exact' : 'approximation';
    return this.#mean(sealed, kind, (row) => ({ value: this.#rate(row), form: '1/m' }));
  }

  /** Share of wrong sealed claims that is not drawn: 1-p, or what a coalition makes of it. */
  undrawn(wrong: readonly ClaimRow[]): Expected {
    const { ablate, beacon } = this.#simulation.scenario;
    if (ablate.length > 0) return notExpected(`rules are ablated: ${ablate.join(', ')}`);
    if (beacon.kind === 'predictable') return notExpected('the draw is foreseen');
    const revealers = beacon.kind === 'last-revealer' ? beacon.revealers : 0;
    const biased = wrong.filter((row) => row.behaviour === BIASER);
    return this.#mean(wrong, 'exact', (row) => {
      const isBiased = revealers > 0 && row.behaviour === BIASER;
      if (!isBiased) return { value: 1 - this.#rate(row), form: '1-p' };
      const runs = this.#runs(biased.filter(({ round }) => round === row.round));
      const form = `1-sum P[X>=x]^(2^j)/n; j=${revealers}`;
      return { value: escapedByBias({ revealers, runs }), form };
    });
  }

  /** [SAMPLE-1] The runs of which one leaf each is drawn, with the wrong ones among `rows`. */
  #runs(rows: readonly ClaimRow[]): readonly { readonly wrong: number; readonly leaves: number }[] {
    const runs = new Map<string, { wrong: number; readonly leaves: number }>();
    for (const row of rows) {
      const leaves = Math.round(1 / this.#rate(row));
      const { provider, model, assuranceClass, index } = row;
      const key = `${provider}/${model}/${assuranceClass}/${Math.floor(index / leaves)}`;
      const run = runs.get(key) ?? { wrong: 0, leaves };
      run.wrong += 1;
      runs.set(key, run);
    }
    return [...runs.values()];
  }

  /** Share of wrong drawn claims that end `valid`: level 0 certifies them and nobody dissents. */
  wrongAccepted(wrong: readonly ClaimRow[]): Expected {
    if (wrong.some((row) => row.variant === 'edge')) {
      return notExpected('answers near the tolerance: their distance decides');
    }
    return this.#overSeats(wrong, (bench) => ({
      value: escapedUnseen({
        seats: bench.seats,
        adversary: bench.votesFor,
        silent: bench.silent,
      }),
      form:
        `sum of P[X=x] s^(k-x), x >= q; ${numbers(bench, bench.votesFor)}, ` +
        `s=${three(bench.silent)}`,
    }));
  }

  /** Share of wrong drawn claims that level 0 certifies as `valid`. */
  captured(wrong: readonly ClaimRow[]): Expected {
    if (wrong.some((row) => row.variant === 'edge')) {
      return notExpected('answers near the tolerance: their distance decides');
    }
    return this.#overSeats(wrong, (bench) => ({
      value: captured({ seats: bench.seats, adversary: bench.votesFor }),
      form: `P[X >= q]; ${numbers(bench, bench.votesFor)}`,
    }));
  }

  /** Share of right drawn claims that are challenged at level 0. */
  challenged(right: readonly ClaimRow[]): Expected {
    return this.#overSeats(right, (bench, { irregular }) => {
      if (irregular !== undefined) return irregular;
      return {
        value: challenged({ seats: bench.seats, share: bench.votesAgainst }),
        form: `1-(1-f)^k; k=${bench.seats}, f=${three(bench.votesAgainst)}`,
      };
    });
  }

  /** Share of right drawn claims that end `invalid`: a level that takes money is captured. */
  rightRejected(right: readonly ClaimRow[]): Expected {
    const reason = this.#obstacle();
    if (reason !== undefined) return notExpected(reason);
    const { levels, slashSeats } = this.#simulation.scenario.parameters;
    const drawnLevel = levels.findIndex((seats) => seats >= slashSeats);
    return this.#mean(right, 'upper-bound', (row) => {
      const { poolSize } = this.#opposition(row);
      const seats = levels[drawnLevel];
      const bench = this.#bench(row, seats ?? 0);
      if (seats !== undefined && seats < poolSize) {
        const form = `P[X >= q] at level ${drawnLevel}; ${numbers(bench, bench.votesAgainst)}`;
        return { value: captured({ seats, adversary: bench.votesAgainst }), form };
      }
      if (3 * bench.votesAgainst >= 2) return 'two thirds of the pool are dishonest';
      if (!bench.isExact) return 'the whole pool decides, and its members err at random';
      return { value: 0, form: 'the whole pool decides, most of it honest' };
    });
  }

  /** Share of providers with sealed wrong claims that are convicted of at least one. */
  caught(cheaters: readonly (readonly ClaimRow[])[]): Expected {
    if (this.#simulation.scenario.beacon.kind !== 'threshold') {
      return notExpected('who knows or chooses the beacon is drawn as rarely as it likes');
    }
    const probabilities: number[] = [];
    for (const wrong of cheaters) {
      let missed = 1;
      for (const assuranceClass of new Set(wrong.map((row) => row.assuranceClass))) {
        const rows = wrong.filter((row) => row.assuranceClass === assuranceClass);
        const escaped = this.wrongAccepted(rows);
        if (escaped.value === null) return escaped;
        if (rows.some((row) => this.#isStuck(row))) {
          return notExpected('so much stake is dishonest or silent that no level can convict');
        }
        const law = { cheatShare: 1, catchShare: 1 - escaped.value, claims: rows.length };
        missed *= 1 - caught({ ...law, rate: this.#rate(rows[0]) });
      }
      probabilities.push(1 - missed);
    }
    if (probabilities.length === 0) return notExpected('nobody cheated');
    return { value: mean(probabilities), form: '1-(1-pd)^N', kind: 'lower-bound' };
  }

  /** A form over the seats of level 0; none where nothing is drawn by seats. */
  #overSeats(
    rows: readonly ClaimRow[],
    form: (bench: Bench, opposition: Opposition) => { value: number; form: string } | string,
  ): Expected {
    const reason = this.#obstacle();
    if (reason !== undefined) return notExpected(reason);
    const seats = this.#simulation.scenario.parameters.levels[0] ?? 0;
    const isExact = rows.every((row) => this.#bench(row, seats).isExact);
    return this.#mean(rows, isExact ? 'exact' : 'approximation', (row) => {
      const opposition = this.#opposition(row);
      const bench = this.#bench(row, seats);
      if (opposition.irregular !== undefined && bench.votesFor > 0) return opposition.irregular;
      if (seats >= opposition.poolSize) return 'level 0 is the whole pool: no seats are drawn';
      if (3 * bench.votesFor >= 2) return 'two thirds of the pool are dishonest';
      return form(bench, opposition);
    });
  }

  /** The mean over rows, each form computed once per model and behaviour. */
  #mean(
    rows: readonly ClaimRow[],
    kind: Kind,
    formOf: (row: ClaimRow) => { value: number; form: string } | string,
  ): Expected {
    const known = new Map<string, ReturnType<typeof formOf>>();
    const forms = new Set<string>();
    let sum = 0;
    for (const row of rows) {
      // only a coalition makes rounds differ
      const round = row.behaviour === BIASER ? row.round : '';
      const key = `${row.model}/${row.behaviour}/${row.assuranceClass}/${round}`;
      const form = known.get(key) ?? formOf(row);
      known.set(key, form);
      if (typeof form === 'string') return notExpected(form);
      sum += form.value;
      forms.add(form.form);
    }
    if (rows.length === 0) return notExpected('there was none');
    const [first = '', ...others] = forms;
    const form = others.length === 0 ? first : `${first}, and others`;
    return { value: sum / rows.length, form, kind };
  }

  #bench(row: ClaimRow, seats: number): Bench {
    const { oracle } = this.#simulation.scenario;
    const isModelled = oracle.kind === 'modelled';
    const miss = isModelled ? oracle.missShare : 0;
    const alarm = isModelled ? oracle.falseAlarmShare : 0;
    const opposition = this.#opposition(row);
    const { slandering, challenging, challengeShare, silent } = opposition;
    const supporting = row.behaviour === 'cartel' ? opposition.supporting : 0;
    const objecting = slandering + challenging * challengeShare;
    const executing = Math.max(0, 1 - supporting - silent - objecting);
    const votesFor = Math.min(1, supporting + executing * miss);
    const isOccasional = challenging > 0 && challengeShare < 1;
    return {
      seats,
      votesFor,
      votesAgainst: Math.min(1, objecting + executing * alarm),
      silent: votesFor < 1 ? Math.min(1, silent / (1 - votesFor)) : 0,
      isExact: miss === 0 && alarm === 0 && !isOccasional,
    };
  }

  /** Whether those who vote against conviction, or not at all, hold a third of the pool. */
  #isStuck(row: ClaimRow): boolean {
    const bench = this.#bench(row, 0);
    return isWholeSetStuck({ adversary: bench.votesFor, silent: bench.silent });
  }

  #opposition({ model }: ClaimRow): Opposition {
    const known = this.#oppositions.get(model);
    if (known !== undefined) return known;
    const created = oppositionOf(this.#simulation, model);
    this.#oppositions.set(model, created);
    return created;
  }

  #rate(row: ClaimRow | undefined): number {
    const { classes } = this.#simulation.scenario.parameters;
    return 1 / (classes.get(row?.assuranceClass ?? '') ?? 1);
  }

  get #isSound(): boolean {
    return this.#simulation.scenario.beacon.kind === 'threshold';
  }

  /** Why no form holds, if none does. */
  #obstacle(): string | undefined {
    const { ablate, faults, oracle } = this.#simulation.scenario;
    if (ablate.length > 0) return `rules are ablated: ${ablate.join(', ')}`;
    const drifts = oracle.kind === 'modelled' && oracle.drift !== undefined;
    if (drifts) return 'honest machines drift: their distance decides';
    return faults.length > 0 ? 'faults change who votes in time' : undefined;
  }
}

function numbers({ seats }: Bench, share: number): string {
  return `k=${seats}, f=${three(share)}`;
}

function three(value: number): string {
  return String(Number(value.toPrecision(3)));
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
