/**
 * Golden draws: which leaves and which seats a beacon draws, byte for byte. Another implementation
 * must find the same; change them only with the version of the protocol.
 */
import { equal } from 'node:assert/strict';
import { round, sha256, toHex, utf8 } from '../../src/base/index.ts';
import { Draws, drawnIndices } from '../../src/core/index.ts';
import { batchId } from '../../src/wire/index.ts';
import { createClusterKeys, MODEL } from '../support/cluster-network.ts';

const { network } = createClusterKeys({
  stakes: Array.from({ length: 40 }, (_, i) => 100 + i),
  parameters: { levels: [16, 32, 64], sealSeats: 32 },
});
const [provider] = network.providers;
const randomness = sha256(utf8('a beacon'));
const batch = batchId({
  provider: provider?.id as never,
  round: round(7),
  assuranceClass: 'full',
  model: MODEL,
  root: sha256(utf8('leaves')) as never,
  count: 100,
});

const hashOf = (value: unknown): string => toHex(sha256(utf8(JSON.stringify(value)))).slice(0, 32);

describe('golden draws', () => {
  it('[SAMPLE-1] of leaves', () => {
    const draw = (count: number, oneIn: number) =>
      drawnIndices(randomness, { batch, count, oneIn });
    equal(draw(40, 8).join(' '), '6 13 19 28 32');
    equal(hashOf(draw(4096, 20)), 'e8efe85be534e1cec06887c41da5ec9b');
  });

  it('[SEAT-1] of seats, and [SEAT-3] their order', () => {
    const draws = new Draws(network);
    const drawn = { id: batch, provider: provider?.id as never, model: MODEL };
    const committees = [0, 1, 2].map((level) =>
      draws.level(drawn, { index: 5, level, randomness }),
    );
    const seal = draws.seal(drawn.provider, round(7), randomness);
    const text = [...committees, seal].map(({ holders, weights, unit }) => [
      unit,
      holders.map((id, i) => `${network.validatorIndex.get(id)}:${weights[i]}`).join(' '),
    ]);
    equal(text[0]?.[1], '17:2 5:1 35:1 1:1 2:1 6:1 12:1 38:2 8:2 15:2 21:1 20:1');
    equal(hashOf(text), 'adc012c4f4ea4a4ce7b0fb95b032da46');
  });
});
