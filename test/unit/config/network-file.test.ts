/** A network file is strict: every fault is found at once, with its line and what to do. */
import { deepEqual, ok } from 'node:assert/strict';
import {
  ConfigError,
  type NetworkFile,
  parseConfigText,
  resolveNetworkFile,
} from '../../../src/config/index.ts';
import { networkFileYaml } from '../../../src/network-file/index.ts';
import { fileOf } from '../network-file/draft.ts';

const TEXT = networkFileYaml(fileOf());

function load(text: string): NetworkFile {
  return resolveNetworkFile(parseConfigText(text, 'network.yaml'));
}

/** Messages of the faults after one replacement in the text of a good file. */
function faultsAfter(from: string | RegExp, to: string): readonly string[] {
  const text = TEXT.replace(from, to);
  ok(text !== TEXT, `${from} occurs`);
  try {
    load(text);
    return [];
  } catch (error) {
    ok(error instanceof ConfigError, String(error));
    return error.problems.map(({ code, message, where }) => `${code} ${where} ${message}`);
  }
}

describe('a network file', () => {
  it('loads without what has a default', () => {
    const file = load(
      TEXT.replace(/\n {2}endpoints:\n.*\n/, '\n').replace('    addresses: []', ''),
    );
    deepEqual([file.beacon.endpoints, file.providers[0]?.addresses], [[], []]);
  });

  it('refuses unknown keys and values with their line', () => {
    deepEqual(faultsAfter('  genesisMs', '  genesis'), [
      'config-value network.yaml:7:1 beacon.genesisMs is missing; it must be a whole number from 0',
      'config-unknown-key network.yaml:10:3 unknown key genesis in beacon',
    ]);
    deepEqual(faultsAfter('format: 1', 'format: 2').length, 1);
    deepEqual(faultsAfter('http://127.0.0.1', 'ftp://127.0.0.1').length, 1);
    deepEqual(faultsAfter(/id: \w{64}/, 'id: ABCD').length, 1);
    deepEqual(faultsAfter('- /ip4', '- ip4').length, 1);
  });

  it('refuses an identity, a key or a model that occurs twice', () => {
    const [a, b] = fileOf().validators;
    ok(a !== undefined && b !== undefined);
    deepEqual(faultsAfter(b.id, a.id), [
      'config-relation network.yaml:72:5 validators.1.id is also that of validators.0',
    ]);
    deepEqual(faultsAfter(b.voteKey, a.voteKey).length, 1);
    const model = /models:\n( {2}- name: mlp\n(?: {4}.*\n)+)/;
    const [, entry = ''] = model.exec(TEXT) ?? [];
    deepEqual(faultsAfter(entry, entry + entry).length, 2);
  });

  it('refuses models that do not exist, or that one validator lists twice', () => {
    const messages = faultsAfter(/models:\n {6}- mlp/, 'models:\n      - mpl');
    deepEqual(messages, ['config-relation network.yaml:68:9 there is no model mpl']);
    deepEqual(faultsAfter(/models:\n {6}- mlp/, 'models: [mlp, mlp]').length, 1);
  });

  it('refuses what a core could not hash: amounts beyond 64 bits', () => {
    deepEqual(faultsAfter('stake: 1000', 'stake: "18446744073709551615"'), []);
    deepEqual(faultsAfter('stake: 1000', 'stake: "18446744073709551616"').length, 1);
    deepEqual(faultsAfter('claimValue: 150000', 'claimValue: "18446744073709551616"').length, 1);
    const fraction = 'minPoolStake: "0.66666666666666666667"';
    deepEqual(faultsAfter('minPoolStake: 2/3', fraction).length, 2);
  });

  it('refuses parameters that break a relation, and a period that is no round', () => {
    deepEqual(faultsAfter('skewMaxMs: 250', 'skewMaxMs: 900').length, 1);
    deepEqual(faultsAfter('periodMs: 1000', 'periodMs: 3000').length, 1);
    deepEqual(faultsAfter('rejection: 0.000015', 'rejection: 0.000001').length, 1);
  });

  it('refuses a set without stake', () => {
    deepEqual(faultsAfter(/stake: 100[01]/g, 'stake: 0'), []);
    const none = TEXT.replace(/stake: 100[012]/g, 'stake: 0');
    try {
      load(none);
      ok(false, 'no fault');
    } catch (error) {
      ok(error instanceof ConfigError && error.message.includes('no validator has stake'));
    }
  });
});
