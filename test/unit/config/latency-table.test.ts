/** Tables of delays: what ships is sound, what a user brings is checked cell by cell. */
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  configHash,
  configYaml,
  parseConfigText,
  parseLatencyTable,
  readDocument,
  resolveScenario,
  shippedLatencyTable,
} from '../../../src/config/index.ts';

const NAMES = ['gossipsub-interop', 'aws-2025', 'ec2-2026'] as const;

describe('tables of delays', () => {
  it('that ship with Assay never change: a new year is a new table', () => {
    assert.deepEqual(
      NAMES.map((name) => configHash(shippedLatencyTable(name)).slice(0, 16)),
      ['0f1f83dd4698c3a8', '4557a755f5145246', 'a98d741a64d0771b'],
    );
    const aws = shippedLatencyTable('aws-2025');
    const [from, to] = [aws.regions.indexOf('us-east-1'), aws.regions.indexOf('eu-west-1')];
    assert.equal(aws.oneWayMs[from]?.[to], 35);
  });

  const faults: readonly (readonly [string, string, RegExp])[] = [
    ['a hole', 'rtt-ms,a,b\na,1,\nb,2,1', /own\.csv:2:3: a to b is empty/],
    ['a short row', 'rtt-ms,a,b\na,1\nb,2,1', /own\.csv:2:1: the row has 1 numbers, the header 2/],
    ['a negative delay', 'rtt-ms,a,b\na,1,2\nb,-2,1', /own\.csv:3:2: b to a is -2/],
    ['a word', 'rtt-ms,a,b\na,1,2\nb,2,far', /own\.csv:3:3: b to b is "far"/],
    ['a missing row', 'rtt-ms,a,b\na,1,2', /1 rows for 2 regions: the table is not square/],
    ['a row too many', 'rtt-ms,a\na,1\nb,1', /2 rows for 1 regions: the table is not square/],
    ['rows out of order', 'rtt-ms,a,b\nb,1,2\na,1,2', /own\.csv:2:1: the row is called "b"/],
    ['a region twice', 'rtt-ms,a,a\na,1,2\na,1,2', /own\.csv:1:3: the region a stands twice/],
    ['no unit', 'from,a\na,1', /own\.csv:1:1: the first cell is "from"[\s\S]*one-way-ms or rtt-ms/],
    ['no text', '', /the first cell is ""/],
    ['no weight at all', 'rtt-ms,weight,a\na,0,1', /all weights are 0/],
    ['a region without name', 'rtt-ms,\n', /own\.csv:1:2: a region has no name/],
  ];
  for (const [fault, text, message] of faults) {
    it(`are refused for ${fault}, with line and column`, () => {
      assert.throws(() => parseLatencyTable(text, 'own.csv'), message);
    });
  }

  it('of a scenario stand beside its file, and become part of the resolved scenario', () => {
    const folder = mkdtempSync(join(tmpdir(), 'assay-latency-'));
    try {
      mkdirSync(join(folder, 'data'));
      const csv = '# mine\none-way-ms,weight,a,b\na,1,2,30\nb,3,10,4\n';
      writeFileSync(join(folder, 'data', 'own.csv'), csv);
      const path = join(folder, 'scenario.yaml');
      const latency = 'latency: { kind: matrix, file: data/own.csv }';
      writeFileSync(path, `name: own\nnetwork: { ${latency} }`);
      const scenario = resolveScenario(readDocument(path));
      assert.deepEqual(scenario.network.latency, { kind: 'matrix', csv });
      const again = resolveScenario(parseConfigText(configYaml(scenario), 'elsewhere'));
      assert.equal(configHash(again), configHash(scenario));
      writeFileSync(join(folder, 'data', 'own.csv'), csv.replace('30', '31'));
      assert.notEqual(configHash(resolveScenario(readDocument(path))), configHash(scenario));
      writeFileSync(join(folder, 'data', 'own.csv'), csv.replace('30', 'x'));
      assert.throws(() => resolveScenario(readDocument(path)), /own\.csv:3:4: a to b is "x"/);
      rmSync(join(folder, 'data', 'own.csv'));
      assert.throws(() => resolveScenario(readDocument(path)), /own\.csv: .*ENOENT/);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});

describe('the network of a scenario', () => {
  const relations: readonly (readonly [string, RegExp])[] = [
    ['latency: { kind: matrix }', /a matrix has either a file or its csv/],
    ['latency: { kind: matrix, csv: "x" }', /network\.latency\.csv:1:1: the first cell is "x"/],
    ['latency: { kind: regions, weights: { europa: 1 } }', /no europa[\s\S]*mean europe/],
    ['latency: { kind: regions, weights: { europe: 0 } }', /all weights are 0/],
    ['bandwidthClasses: [{ share: 0.5, upMbps: 1, downMbps: 1 }]', /lines add up to 0\.5/],
    ['bandwidthClasses: [{ share: 1, upMbps: 1, downMbps: 1 }]', /one line for all nodes/],
    [
      'bandwidthMbps: 1, bandwidthClasses: [{ share: 1, upMbps: 1, downMbps: 1 }]',
      /stands beside bandwidthClasses/,
    ],
    ['mesh: { degree: 3 }', /degreeLow 4, degree 3 and degreeHigh 12 fall/],
    ['mesh: { degreeOut: 4 }', /degreeOut \(4\) leaves no room/],
    ['mesh: { cacheGossipHeartbeats: 6 }', /no longer in the cache/],
    ['attack: [{ kind: sybil }]', /the analytic network has no attackers/],
  ];
  for (const [text, message] of relations) {
    it(`refuses ${text}`, () => {
      const document = parseConfigText(`name: x\nnetwork: { ${text} }`, 'test.yaml');
      assert.throws(() => resolveScenario(document), message);
    });
  }
});
