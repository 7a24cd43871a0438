/** `assay status`: the first line answers, each member has a line, any width is kept. */
import { deepEqual, equal, match, ok } from 'node:assert/strict';
import { type NodeId, nodeId } from '../../../src/base/index.ts';
import type { Member } from '../../../src/cli/commands/status/members.ts';
import { type MemberView, viewOf } from '../../../src/cli/commands/status/view.ts';
import { statusAnswer } from '../../../src/cli/commands/status/wording.ts';
import type { NodeStatus } from '../../../src/node/index.ts';
import { COUNTERS } from '../../../src/node/rpc/status.ts';

const id = (i: number): NodeId => nodeId(i.toString(16).padStart(2, '0').repeat(32));
const PLAIN = { columns: 80, hasColour: false };

function statusOf(i: number, changes: Partial<NodeStatus> = {}): NodeStatus {
  const counters = Object.fromEntries(COUNTERS.map((name) => [name, 0]));
  return {
    ...{ id: id(i), role: 'validator', state: 'in-sync', reason: '' },
    ...{ softwareVersion: 'assay/test', executionClass: 'test/cpu', round: 100, roundsBehind: 0 },
    ...{ peers: 7, beaconMesh: 5, claimsMesh: 6, openSubjects: 2, uptimeMs: 1, loopDelayP99Ms: 1 },
    rssBytes: 123 * 1024 ** 2,
    counters: { ...Object(counters), revealed: 12, finalValid: 9, finalInvalid: 2 },
    ...{ convicted: [], slashed: [] },
    ...changes,
  } as NodeStatus;
}

const member = (i: number): Member => ({ id: id(i), role: 'validator', stake: 10n });
const up = (i: number, changes: Partial<NodeStatus> = {}): MemberView => {
  return { ...member(i), status: statusOf(i, changes) };
};
const down = (i: number): MemberView => ({ ...member(i), status: undefined });
const told = (members: readonly MemberView[], { due = 100, layout = PLAIN } = {}) =>
  statusAnswer(viewOf(members, { due, roundMs: 1000 }), layout);

describe('assay status', () => {
  it('says in the first line whether the network is alive', () => {
    const first = (members: readonly MemberView[], due = 100) =>
      told(members, { due }).lines.join(' ').split('  ')[0];
    const all = [1, 2, 3, 4].map((i) => up(i));
    match(
      first(all) ?? '',
      /^ALIVE: round 100, on time; set 0, epoch 0; 4 of 4 validators, 100\.0 % of stake up \(67\./,
    );
    match(first([up(1), up(2), up(3), down(4)]) ?? '', /^ALIVE: .*75\.0 %/);
    match(first([up(1), up(2), down(3), down(4)]) ?? '', /^NO QUORUM: .*2 of 4 .*50\.0 %/);
    match(first(all, 130) ?? '', /^BEACON LATE: round 100, 30 rounds \(30 s\) late/);
    match(first([down(1)]) ?? '', /^NO QUORUM: no round is known; 0 of 1/);
    match(first(all, 0) ?? '', /^NOT BEGUN/);
  });

  it('counts no stake of a node that answers and takes no part', () => {
    for (const state of ['halted', 'isolated', 'syncing', 'starting'] as const) {
      const members = [up(1), up(2), up(3, { state }), down(4)];
      equal(viewOf(members, { due: 100, roundMs: 1000 }).state, 'no-quorum', state);
    }
  });

  it('believes no single node about the round', () => {
    const members = [up(1, { round: 9_999_999 }), up(2), up(3), up(4, { round: 3 })];
    equal(viewOf(members, { due: 100, roundMs: 1000 }).round, 100);
  });

  it('lists every member, with the reason below, and who does not answer', () => {
    const halted = up(2, { state: 'halted', reason: 'the guard failed' });
    const silent = { ...down(3), failure: 'connected, but no answer to `status`' };
    const text = told([up(1), halted, silent, down(4)]).lines.join('\n');
    match(text, /01010101 +validator +in-sync +100 +7 +5\/6 +2 +12 +11 +123 MiB\n/);
    match(text, /02020202 .*halted.*\n {2}the guard failed\n/);
    match(text, /03030303 .*no answer.*\n {2}connected, but no answer/);
    match(text, /04040404 .*no answer.*\n {2}cannot be reached from here/);
  });

  it('names slashed and convicted members with reasons, and how many nodes say so', () => {
    const slashed = [{ id: id(4), reason: 'slash-provider', amount: '150000' }];
    const liar = [{ id: id(4), reason: 'slash-provider', amount: '999' }];
    const convicted = [id(3)];
    const members = [up(1, { slashed, convicted }), up(2, { slashed }), up(3, { slashed: liar })];
    const view = viewOf([...members, down(4)], { due: 100, roundMs: 1000 });
    const text = statusAnswer(view, PLAIN).lines.join('\n');
    match(text, /04040404 {2}lost 150,000: an answer that was judged wrong; 3 of 3 nodes say so/);
    match(text, /03030303 {2}signed two things that exclude each other; 1 of 3 nodes say so/);
  });

  it('keeps within 60 to 200 columns and leaves the least important out first', () => {
    const long = 'a reason that goes on and on, '.repeat(8);
    const slashed = [{ id: id(2), reason: 'slash-voter', amount: '123456789012345678' }];
    for (const columns of [60, 70, 80, 120, 200]) {
      const members = [up(1, { reason: long, round: 12_345_678, slashed }), down(2)];
      const { lines } = told(members, { layout: { columns, hasColour: false } });
      for (const line of lines) ok(line.length <= columns, `${columns}: ${line}`);
      const title = lines.find((line) => line.startsWith('id ')) ?? '';
      match(title, /round/);
      equal(title.includes('memory'), columns >= 120, `${columns}: ${title}`);
    }
  });

  it('is coloured only where it is asked for', () => {
    const control = String.fromCharCode(27);
    const text = (hasColour: boolean) =>
      told([up(1), down(2)], { layout: { columns: 80, hasColour } }).lines.join('\n');
    ok(!text(false).includes(control));
    const coloured = text(true);
    ok(coloured.includes(`${control}[32min-sync${control}[0m`));
    const bare = coloured.replaceAll(new RegExp(`${control}\\[\\d+m`, 'g'), '');
    deepEqual(bare, text(false), 'colour moves a column');
  });

  it('has short ids that tell all members apart', () => {
    const twin = nodeId(`${'01'.repeat(6)}${'02'.repeat(26)}`);
    const { lines } = told([up(1), { ...member(1), id: twin, status: undefined }]);
    const ids = lines.flatMap((line) => /^(01\w+)/.exec(line)?.[1] ?? []);
    deepEqual(ids, ['01010101010101', '01010101010102']);
  });
});
