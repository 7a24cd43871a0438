/** `assay why`: the headline says where a claim stands, the words have the arithmetic. */
import { deepEqual, equal, match, ok } from 'node:assert/strict';
import { digest, type NodeId, nodeId, round, utf8 } from '../../../src/base/index.ts';
import { explanationAnswer } from '../../../src/cli/commands/why/wording.ts';
import type {
  Explanation,
  HolderExplanation,
  LevelExplanation,
} from '../../../src/receipt/index.ts';
import { batchId, blobId } from '../../../src/wire/index.ts';
import { createClusterKeys, MODEL } from '../../support/cluster-network.ts';
import { assay } from './run-assay.ts';

const { network } = createClusterKeys({ stakes: [10, 10, 10, 10], seed: 'why' });
const ROUND = round(100);
const id = (i: number): NodeId => nodeId(i.toString(16).padStart(2, '0').repeat(32));
const CLASS = 'ort-1.30.0/cpu/disabled/avx512';

type Kind = HolderExplanation['state']['kind'];

function holder(i: number, kind: Kind): HolderExplanation {
  const outputDigest = 'cf85f188'.repeat(8);
  const revealed = { kind, verdict: 'valid', executionClass: CLASS, outputDigest } as const;
  const state = {
    revealed: { ...revealed, kind: 'revealed' },
    abstained: { kind: 'abstained', reason: 'timeout' },
    committed: { kind: 'committed' },
    missing: { kind: 'missing' },
    contradictory: { kind: 'contradictory' },
  } as const;
  return { id: id(i), weight: 1n, state: state[kind] };
}

/** Sixteen seats: nine said valid, the others did each something else. */
function levelOf(changes: Partial<LevelExplanation> = {}): LevelExplanation {
  const others = (i: number): Kind => (i < 12 ? 'missing' : i < 14 ? 'committed' : 'abstained');
  return {
    level: 0,
    drawnBy: round(102),
    seats: 16,
    unit: 'seats',
    weight: 16n,
    quorum: 11n,
    isHeavy: false,
    isLast: false,
    holders: Array.from({ length: 16 }, (_, i) => holder(i, i < 9 ? 'revealed' : others(i))),
    votes: [{ verdict: 'valid', weight: 9n, lacks: 2n }],
    missingWeight: 3n,
    challengers: [],
    certificates: [],
    ...changes,
  };
}

function explanationOf(changes: Partial<Explanation> = {}): Explanation {
  const model = MODEL;
  const assuranceClass = 'full';
  const batch = batchId({
    ...{ provider: id(200), round: ROUND, assuranceClass, model, count: 3 },
    root: digest(new Uint8Array(32)),
  });
  return {
    subject: { batch, index: 0 },
    ...{ provider: id(200), model, modelName: 'mlp', round: ROUND, drawnBy: round(102) },
    ...{ assuranceClass, oneIn: 1, count: 3, isDrawn: true },
    set: { number: 0, epoch: 0 },
    seal: { isSealed: true, signed: 64n, quorum: 43n, weight: 64n, missing: [] },
    claim: undefined,
    executionClass: CLASS,
    outputDigest: undefined,
    levels: [levelOf()],
    decision: undefined,
    ...changes,
  };
}

function told(changes: Partial<Explanation>, { due = 104, columns = 80 } = {}) {
  return explanationAnswer(explanationOf(changes), { network, columns, due: round(due) });
}

/** The text without its line breaks. */
const flat = ({ lines }: { lines: readonly string[] }) => lines.join(' ').replace(/\s+/g, ' ');

describe('assay why', () => {
  it('counts what a quorum still needs, and names who is missing', () => {
    const text = flat(told({}));
    match(text, /^WAITING at level 0, until round 105, for validators to run the model/);
    match(text, /valid needs 11 of 16 seats, has 9: 2 more\./);
    match(text, /Missing: 3 seats of 09090909, 0a0a0a0a, 0b0b0b0b\./);
    match(text, /Committed, and not known to have voted: 0c0c0c0c, 0d0d0d0d\./);
    match(text, /0e0e0e0e 1 abstained timeout/);
  });

  it('[TIME-5] tells what a level waits for by its phase', () => {
    const wanted: readonly (readonly [number, RegExp])[] = [
      [102, /for the provider to open the claim/],
      [103, /for validators to run the model/],
      [105, /for the provider to show its output/],
      [106, /for validators to reveal/],
      [107, /for objections/],
      [108, /no quorum at level 0; level 1, drawn by round 109, decides/],
    ];
    for (const [due, words] of wanted) match(flat(told({}, { due })), words, `round ${due}`);
    const last = [levelOf({ isLast: true })];
    match(flat(told({ levels: last }, { due: 120 })), /^UNRESOLVED: no quorum at level 0/);
    const votes = [{ verdict: 'unavailable', weight: 3n, lacks: 8n }] as const;
    const late = [levelOf({ isLast: true, votes })];
    match(flat(told({ levels: late }, { due: 120 })), /did not get the output in its round/);
  });

  it('[CERT-2] calls a certificate final only when nobody can object any more', () => {
    const certificates = [{ verdict: 'valid', weight: 12n }] as const;
    const state = (changes: Partial<LevelExplanation>, due: number) => {
      const answer = told({ levels: [levelOf({ certificates, ...changes })] }, { due });
      return [Object(answer.json).state, answer.lines.join(' ')] as const;
    };
    deepEqual(state({}, 105)[0], 'provisional');
    deepEqual(state({}, 120)[0], 'final');
    const [challenged, words] = state({ challengers: [id(3)] }, 120);
    equal(challenged, 'provisional');
    match(words, /challenged by 1: level 1, drawn by round 109,\s+decides/);
    const invalid = [{ verdict: 'invalid', weight: 12n }] as const;
    const [light, why] = state({ certificates: invalid }, 120);
    equal(light, 'provisional');
    match(why, /too small for a verdict that takes\s+money/);
    const decision = { verdict: 'invalid', level: 2 } as const;
    match(flat(told({ decision })), /^INVALID, final: decided by level 2/);
  });

  it('tells a batch that waits for its seal from one that is void', () => {
    const seal = { isSealed: false, signed: 40n, quorum: 43n, weight: 64n, missing: [id(1)] };
    const waiting = flat(told({ seal, isDrawn: undefined, levels: [] }));
    match(waiting, /^WAITING for its batch to be sealed .*has 40: 3 more\. Missing: 01010101\./);
    const late = flat(told({ seal, isDrawn: undefined, levels: [] }, { due: 106 }));
    match(late, /^VOID: .*Nobody is charged/);
    match(flat(told({ seal: undefined, levels: [] })), /^WAITING for the beacon of round 100/);
    const sealed = { isDrawn: undefined, levels: [] };
    match(flat(told(sealed)), /^WAITING for the beacon of round 102/);
    match(flat(told({ isDrawn: false, levels: [] })), /^NOT DRAWN: .*chance was 1 in 1/);
  });

  it('shows of several certificates of one verdict the strongest', () => {
    const certificates = [11n, 12n, 12n].map((weight) => ({ verdict: 'valid', weight }) as const);
    const { lines } = told({ levels: [levelOf({ certificates })] });
    deepEqual(
      lines.filter((line) => line.startsWith('Certificate')),
      ['Certificate: valid by 12 seats.'],
    );
  });

  it('keeps its lines within 60 and 80 columns, and its JSON without big integers', () => {
    for (const columns of [60, 80]) {
      const { lines, json } = told({}, { columns });
      for (const line of lines) ok(line.length <= columns, `${columns}: ${line}`);
      equal(JSON.parse(JSON.stringify(json)).levels[0].votes[0].lacks, '2');
    }
  });

  it('tells a misspelt claim without asking anybody', async () => {
    for (const word of ['foo', 'foo/1', blobId(utf8('x'))]) {
      const { code, err } = await assay(['why', word, '--net', 'none.yaml']);
      equal(code, 2);
      match(err, /is\s+neither\s+a\s+claim\s+id\s+nor\s+BATCH\/INDEX/);
    }
    match((await assay(['why', '--json'])).err, /<claim> is missing/);
  });
});
