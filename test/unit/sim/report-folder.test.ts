import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  checkFolder,
  checkWritable,
  type RunFiles,
  writeFolder,
} from '../../../sim/report/folder.ts';

const FILES: RunFiles = {
  'manifest.json': '{"kind":"assay-run"}',
  'config.resolved.yaml': 'name: x\n',
  'result.json': '{}',
  'claims.csv': 'provider\n',
};

describe('the output folder', () => {
  let base = '';
  beforeEach(() => {
    base = mkdtempSync(join(tmpdir(), 'assay-folder-'));
  });
  afterEach(() => rmSync(base, { recursive: true }));

  it('holds all files, made with the folders above it, and nothing lies beside it', () => {
    const folder = join(base, 'a', 'b');
    checkFolder(folder);
    assert.deepEqual(readdirSync(base), [], 'a check leaves no trace');
    writeFolder(folder, FILES);
    assert.deepEqual(readdirSync(folder).sort(), Object.keys(FILES).sort());
    assert.deepEqual(readdirSync(join(base, 'a')), ['b']);
  });

  it('replaces an earlier result, and an empty folder', () => {
    const folder = join(base, 'run');
    mkdirSync(folder);
    writeFolder(folder, { ...FILES, 'result.json': 'first' });
    writeFolder(folder, { ...FILES, 'result.json': 'second' });
    assert.equal(readFileSync(join(folder, 'result.json'), 'utf8'), 'second');
    assert.deepEqual(readdirSync(base), ['run']);
  });

  it('does not touch what no run wrote', () => {
    const cases: Record<string, Record<string, string>> = {
      'holds no result': { 'thesis.txt': 'years of work' },
      'a manifest of something else': { 'manifest.json': '{"name":"web app"}' },
      'a manifest that is not JSON': { 'manifest.json': 'assay-run' },
      'notes beside a result': { ...FILES, 'notes.md': 'mine' },
    };
    for (const [name, files] of Object.entries(cases)) {
      const folder = join(base, name);
      mkdirSync(folder);
      for (const [file, text] of Object.entries(files)) writeFileSync(join(folder, file), text);
      for (const write of [() => checkFolder(folder), () => writeFolder(folder, FILES)]) {
        assert.throws(write, /--out/, name);
      }
      for (const [file, text] of Object.entries(files)) {
        assert.equal(readFileSync(join(folder, file), 'utf8'), text, name);
      }
    }
    assert.deepEqual(readdirSync(base).sort(), Object.keys(cases).sort(), 'no part of a result');
  });

  it('is refused where it cannot be, before and after', () => {
    const file = join(base, 'file');
    writeFileSync(file, '');
    for (const folder of [file, join(file, 'below'), join(file, 'below', 'further')]) {
      assert.throws(() => checkFolder(folder), /--out/, folder);
      assert.throws(() => writeFolder(folder, FILES), /--out/, folder);
    }
    assert.deepEqual(readdirSync(base), ['file']);
  });
});

describe('a place where nothing can be made', () => {
  it('is refused at once, also by sweeps', () => {
    // a file cannot hold a folder
    const file = join(mkdtempSync(join(tmpdir(), 'assay-')), 'file');
    writeFileSync(file, '');
    assert.throws(() => checkWritable(join(file, 'runs', 'one')), /--out/);
  });
});
