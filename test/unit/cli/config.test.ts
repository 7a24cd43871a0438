import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { checkFiles, explain, schemaText } from '../../../src/cli/commands/config/handler.ts';
import { networkFileYaml } from '../../../src/network-file/index.ts';
import { fileOf } from '../network-file/draft.ts';

const QUICKSTART = 'configs/scenarios/quickstart.yaml';
const SMALL = 'configs/scenarios/small-committee.yaml';

describe('assay config', () => {
  it('checks several files and tells the hash of each', () => {
    const { json, lines } = checkFiles({ files: [QUICKSTART, SMALL], set: [] });
    assert.ok('files' in json && Array.isArray(json.files));
    assert.equal(json.files.length, 2);
    assert.match(lines[0] ?? '', /quickstart\.yaml: ok, config hash [0-9a-f]{16}$/);
  });

  it('checks the files after a bad one too', () => {
    const values = { files: ['none.yaml', SMALL, 'configs'], set: [] };
    assert.throws(() => checkFiles(values), /2 faults.*none\.yaml: .*configs: is a folder/s);
  });

  it('explains a key in lines of 80 columns', () => {
    for (const key of ['', 'adversaries', 'parameters.claimValue', 'workload.models']) {
      const { lines } = explain(key);
      assert.ok(
        lines.every((line) => line.length <= 80),
        key,
      );
    }
    const text = explain('parameters.slashSeats').lines.join('\n');
    assert.match(text, /default +128\n +too low +honest providers lose stake/);
  });

  it('prints the schemas that are committed', () => {
    for (const kind of ['scenario', 'network', 'operator'] as const) {
      const committed = readFileSync(`configs/schema/${kind}.schema.json`, 'utf8');
      assert.equal(schemaText(kind), committed);
    }
  });

  it('checks a network file with all its signatures', () => {
    const folder = mkdtempSync(join(tmpdir(), 'assay-config-'));
    try {
      const file = join(folder, 'network.yaml');
      const text = networkFileYaml(fileOf());
      writeFileSync(file, text);
      const { lines } = checkFiles({ files: [file, SMALL], set: [] });
      assert.match(lines[0] ?? '', /network\.yaml: ok, network id [0-9a-f]{16}$/);
      writeFileSync(file, text.replace('periodMs: 1000', 'periodMs: 999'));
      assert.throws(() => checkFiles({ files: [file], set: [] }), /network\.yaml:11:3: periodMs/);
      writeFileSync(file, text.replace('stake: 1001', 'stake: 1003'));
      assert.throws(() => checkFiles({ files: [file], set: [] }), /network\.yaml:3:1: the id/);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
