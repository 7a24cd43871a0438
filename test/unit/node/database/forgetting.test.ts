/** What a node that runs forgets: by its network, its epochs, and no more at a time than it may. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { memory } from '@libp2p/memory';
import { round } from '../../../../src/base/index.ts';
import { firstRound } from '../../../../src/core/index.ts';
import { createSigner } from '../../../../src/crypto/index.ts';
import { networkOf } from '../../../../src/network-file/index.ts';
import { keepEpochsMin } from '../../../../src/node/database/index.ts';
import { silentLog } from '../../../../src/node/log/index.ts';
import { openNodeParts } from '../../../../src/node/node-parts.ts';
import { createGuard } from '../../../../src/store/index.ts';
import { fileOf } from '../../network-file/draft.ts';

const file = fileOf();
const network = networkOf(file);
const seed = new Uint8Array(32).fill(5);
const KEEP_EPOCHS = keepEpochsMin(network) + 2;

describe('a node that runs', () => {
  it('forgets epochs before those that it keeps, seen from its latest beacon', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'assay-forget-'));
    const { id: owner } = createSigner(seed);
    const guard = { networkId: network.id, owner };
    await (await createGuard(join(directory, 'guard'), guard)).close();
    const parts = await openNodeParts(
      {
        ...{ directory, file, seed, log: silentLog, keepEpochs: KEEP_EPOCHS },
        ...{ listen: [], softwareVersion: 'test/1', transports: [memory()] },
      },
      'observer',
    );
    try {
      const { archive, forget } = parts;
      const latest = firstRound(network, KEEP_EPOCHS + 3);
      const kept = firstRound(network, 3);
      for (const r of [1, kept - 1, kept]) await archive.addBeacon(round(r), new Uint8Array(48));
      await forget(firstRound(network, KEEP_EPOCHS));
      assert.equal((await archive.beacons(round(1), 1)).length, 1);
      await forget(latest);
      for (const r of [1, kept - 1]) {
        assert.equal((await archive.beacons(round(r), 1)).length, 0, `round ${r}`);
      }
      assert.equal((await archive.beacons(kept, 1)).length, 1);
    } finally {
      await parts.engine.close();
      await parts.guard.close();
      await parts.store.close();
      rmSync(directory, { recursive: true });
    }
  });
});
