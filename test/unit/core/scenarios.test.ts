/** Runs the protocol scenarios of `test/data`, each on a cluster of real cores. */
import { readdirSync } from 'node:fs';
import { runDataFile } from '../../support/data-driven.ts';
import { Scenario } from '../../support/scenario.ts';

const FOLDER = 'test/data/protocol';

describe('scenarios of the protocol', () => {
  for (const file of readdirSync(FOLDER).sort()) {
    it(file, () => {
      const scenario = new Scenario();
      runDataFile(`${FOLDER}/${file}`, (command) => scenario.run(command));
    });
  }
});
