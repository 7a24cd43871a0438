/** The log: stable names, levels by module, nothing of strangers that a terminal would obey. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { AssayError } from '../../../../src/base/index.ts';
import {
  createLog,
  eventTable,
  LOG_EVENTS,
  LOG_MODULES,
  type Logged,
  logLevelsText,
  parseLogLevels,
} from '../../../../src/node/log/index.ts';

const README = new URL('../../../../src/node/log/README.md', import.meta.url);

describe('events of the log', () => {
  it('are documented in the README, all and no others', () => {
    const text = readFileSync(README, 'utf8');
    assert.ok(text.includes(`\n${eventTable()}\n`), `put this into the README:\n${eventTable()}`);
    const rows = text
      .split('\n')
      .filter((line) => /^\| `[a-z-]+` \| (debug|info|warn|error) /.test(line));
    assert.equal(rows.length, Object.keys(LOG_EVENTS).length);
  });

  it('use each module', () => {
    const used = new Set(Object.values(LOG_EVENTS).map(({ module }) => module));
    assert.deepEqual([...used].sort(), [...LOG_MODULES].sort());
  });
});

describe('levels of the log', () => {
  it('are read from text and written as they are read', () => {
    assert.equal(logLevelsText(parseLogLevels('debug')), 'debug');
    assert.equal(logLevelsText(parseLogLevels('protocol=debug')), 'info,protocol=debug');
    assert.equal(logLevelsText(parseLogLevels('warn, network = silent')), 'warn,network=silent');
  });

  it('refuse words that mean nothing, and say which there are', () => {
    for (const text of ['', 'loud', 'info,gossip=debug', 'info,network=loud', 'protocol=']) {
      assert.throws(
        () => parseLogLevels(text),
        (error) =>
          error instanceof AssayError &&
          error.detail.code === 'log-level-invalid' &&
          /debug, info.*protocol/s.test(error.detail.remedy ?? ''),
        JSON.stringify(text),
      );
    }
  });

  it('hold for all modules but those that differ, and can change', () => {
    const { lines, log } = logAt('warn,protocol=debug');
    log.info('in-sync');
    log.debug('certified');
    log.warn('failed');
    log.setLevels(parseLogLevels('info'));
    log.info('stopped');
    log.debug('certified');
    assert.deepEqual(
      lines.map((line) => JSON.parse(line).event),
      ['certified', 'failed', 'stopped'],
    );
    assert.equal(JSON.parse(lines[0] ?? '').module, 'protocol');
  });
});

describe('createLog', () => {
  it('tells listeners of every event, also of those that are not written', () => {
    const { lines, log } = logAt('silent');
    const heard: Logged[] = [];
    const stop = log.subscribe((logged) => heard.push(logged));
    log.debug('fault', { code: 'late', from: 'a\u001b[2J' });
    stop();
    log.debug('fault');
    assert.deepEqual(lines, []);
    const fields = { code: 'late', from: 'a\ufffd[2J' };
    assert.deepEqual(heard, [{ event: 'fault', level: 'debug', module: 'protocol', fields }]);
  });

  it('writes one line for each event, whatever strangers put into it', () => {
    for (const isPretty of [true, false]) {
      const lines: string[] = [];
      const log = createLog({ level: 'debug', isPretty, write: (text) => lines.push(text) });
      log.warn('network', { message: `x\n\r\u001b${'y'.repeat(1_000)}` });
      assert.equal(lines.length, 1);
      const [line = ''] = lines;
      assert.ok(line.length < 500 && line.indexOf('\n') === line.length - 1, line);
      assert.ok(!line.includes('\u001b') && !line.includes('\r'), line);
    }
  });
});

function logAt(levels: string) {
  const lines: string[] = [];
  const write = (text: string): void => void lines.push(text);
  return { lines, log: createLog({ ...parseLogLevels(levels), isPretty: false, write }) };
}
