/** `assay model add` and `list`: models in the folder of a node, and those of a network. */
import { deepEqual, equal, match, ok } from 'node:assert/strict';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildModel } from '../../../src/inference/index.ts';
import { networkFileYaml } from '../../../src/network-file/index.ts';
import { blobId } from '../../../src/wire/index.ts';
import { draftOf, fileOf } from '../network-file/draft.ts';
import { assay } from './run-assay.ts';

const folder = mkdtempSync(join(tmpdir(), 'assay-model-add-'));
const path = (name: string) => join(folder, name);
const MODEL = buildModel('mlp', { seed: 1 });
const ID = blobId(MODEL);

describe('assay model add and list', () => {
  before(() => {
    mkdirSync(path('node'));
    writeFileSync(path('m.onnx'), MODEL);
    const [model] = draftOf().models;
    ok(model !== undefined);
    const models = [{ ...model, model: ID, sizeBytes: MODEL.length }];
    writeFileSync(path('network.yaml'), networkFileYaml(fileOf(draftOf({ models }))));
  });
  after(() => rmSync(folder, { recursive: true }));

  it('copies a model under its content id and lists it', async () => {
    const at = ['--dir', path('node'), '--json'];
    const net = ['--net', path('network.yaml')];
    const before = JSON.parse((await assay(['model', 'list', ...at, ...net])).out);
    deepEqual([before.models.length, before.missing[0].model], [0, ID]);
    const added = await assay(['model', 'add', path('m.onnx'), ...at]);
    equal(added.code, 0, added.err);
    deepEqual([JSON.parse(added.out).model, JSON.parse(added.out).refusals], [ID, []]);
    ok(Buffer.from(MODEL).equals(readFileSync(join(path('node'), 'models', ID))));
    const after = JSON.parse((await assay(['model', 'list', ...at, ...net])).out);
    deepEqual(after.models, [{ model: ID, sizeBytes: MODEL.length, name: 'mlp' }]);
    deepEqual(after.missing, []);
  });

  it('says why no node would run what it copied', async () => {
    writeFileSync(path('text.onnx'), 'no model');
    const { code, out } = await assay(['model', 'add', path('text.onnx'), '--dir', path('node')]);
    equal(code, 0);
    match(out, /admission +refused.*not-onnx/s);
  });

  it('makes no folder for a name that was mistyped', async () => {
    const words = [path('m.onnx'), '--dir', path('nod')];
    const { code, err } = await assay(['model', 'add', ...words]);
    equal(code, 2);
    match(err, /there is no such folder/);
    ok(!existsSync(path('nod')));
    equal((await assay(['model', 'add', path('none.onnx'), '--dir', path('node')])).code, 2);
  });
});
