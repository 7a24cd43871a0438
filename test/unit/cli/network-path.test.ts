import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AssayError } from '../../../src/base/index.ts';
import { NETWORK_FILE, networkPathIn, networkPathOf } from '../../../src/cli/network-path.ts';

describe('network file of a command', () => {
  let dir: string;
  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), 'assay-path-'));
  });
  afterEach(() => rmSync(dir, { recursive: true }));

  it('is the one that is named, else the one in the folder', () => {
    writeFileSync(join(dir, NETWORK_FILE), '');
    assert.equal(networkPathOf({ dir, net: undefined }), join(dir, NETWORK_FILE));
    assert.equal(networkPathOf({ dir, net: 'other.yaml' }), 'other.yaml');
  });

  it('is none where the folder has none: some commands do without, others say so', () => {
    assert.equal(networkPathIn({ dir, net: undefined }), undefined);
    assert.equal(networkPathIn({ dir, net: 'named.yaml' }), 'named.yaml');
    const says = (error: unknown): boolean =>
      error instanceof AssayError &&
      error.detail.code === 'no-network-file' &&
      error.detail.where === dir &&
      /--net/.test(error.detail.remedy ?? '');
    assert.throws(() => networkPathOf({ dir, net: undefined }), says);
  });
});
