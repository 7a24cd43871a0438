/** What the package exports, and that its README example is a program. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as library from '../../src/library.ts';

/** Values that programs rely on: one that goes away breaks them. */
const EXPORTED = [
  'AssayError',
  'HostError',
  'InferError',
  'LightClient',
  'NetworkFileError',
  'NodeError',
  'RECEIPT_CHECKS',
  'Requester',
  'RpcError',
  'blobId',
  'buildReceipt',
  'decodeReceipt',
  'decodeReceiptJson',
  'decodeTensors',
  'encodeReceipt',
  'encodeReceiptJson',
  'encodeTensors',
  'explain',
  'loadNetworkFile',
  'networkOf',
  'numbersOf',
  'outputDigest',
  'readChain',
  'readNetworkFile',
  'realCrypto',
  'tensorsOfBlock',
  'verifyNetworkFile',
  'verifyReceipt',
];

describe('the library', () => {
  it('exports what programs rely on, and nothing by accident', () => {
    assert.deepEqual(Object.keys(library).sort(), EXPORTED);
  });

  it('is what the package names, compiled', () => {
    const manifest = JSON.parse(readFileSync('package.json', 'utf8'));
    const entry = manifest.exports['.'];
    assert.equal(entry.default, './dist/src/library.js');
    assert.equal(entry.types, manifest.types);
    assert.ok(existsSync(entry.default.replace('./dist/', '').replace('.js', '.ts')));
    assert.equal(manifest.bin.assay, 'src/cli/assay.js');
  });

  it('loads the polyfill before anything else', () => {
    const source = readFileSync('src/library.ts', 'utf8');
    const [first] = source.match(/from '\.[^']+'|import '[^']+'/g) ?? [];
    assert.equal(first, "import './polyfill.ts'");
  });

  it('has an example in the README that compiles', function () {
    this.timeout(60_000);
    const readme = readFileSync('src/node/README.md', 'utf8');
    const [, after = ''] = readme.split('## As a library');
    const [, example = ''] = /```ts\n([\s\S]*?)```/.exec(after) ?? [];
    assert.match(example, /from 'assay'/);
    const folder = mkdtempSync(join('test', 'unit', 'example-'));
    try {
      const program = example.replace("from 'assay'", "from '../../../src/library.ts'");
      writeFileSync(join(folder, 'example.ts'), program);
      const settings = { extends: '../../../tsconfig.json', include: ['example.ts'] };
      writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(settings));
      const { status, stdout } = spawnSync(
        process.execPath,
        ['node_modules/typescript/bin/tsc', '-p', folder],
        { encoding: 'utf8' },
      );
      assert.equal(status, 0, stdout);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
});
