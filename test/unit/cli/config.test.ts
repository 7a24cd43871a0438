import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import {
  checkFiles,
  explain,
  scenarioSchemaText,
} from '../../../src/cli/commands/config/handler.ts';

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

  it('prints the schema that is committed', () => {
    assert.equal(scenarioSchemaText(), readFileSync('configs/schema/scenario.schema.json', 'utf8'));
  });
});
