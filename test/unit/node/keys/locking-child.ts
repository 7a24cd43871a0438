/** Takes the lock of a folder, says so, and keeps it until it is killed. */
import '../../../../src/polyfill.ts';
import { lockDirectory } from '../../../../src/node/keys/index.ts';

await lockDirectory(process.argv[2] ?? '');
process.stdout.write('locked\n');
setInterval(() => {}, 60_000);
