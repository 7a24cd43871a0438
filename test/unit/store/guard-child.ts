/** Appends the records of one round after the other and says so, until it is killed. */
import '../../../src/polyfill.ts';
import { openGuard } from '../../../src/store/index.ts';
import { IDENTITY, recordsAt, roundOf } from './guard-records.ts';

const [, , directory, from] = process.argv;
const guard = await openGuard(directory ?? '', IDENTITY);
for (let at = Number(from); at < 400; at++) {
  await guard.append(recordsAt(at), roundOf);
  process.stdout.write(`${at}\n`);
}
