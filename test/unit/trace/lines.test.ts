import assert from 'node:assert/strict';
import {
  ChromeText,
  formOf,
  RecordText,
  recordLine,
  TRACE_FORMAT,
  TraceError,
  TraceReader,
  type TraceRecord,
} from '../../../src/trace/index.ts';
import { SAMPLES, START } from './samples.ts';

describe('trace: lines', () => {
  it('keeps every kind of record as it is, in both forms', () => {
    for (const form of ['records', 'chrome'] as const) {
      const { records, end } = read(textOf(form, SAMPLES));
      assert.deepEqual(records, SAMPLES, form);
      assert.deepEqual(end, { records: SAMPLES.length, isWhole: true, isTorn: false }, form);
    }
    const kinds = new Set(SAMPLES.map(({ kind }) => kind));
    assert.equal(kinds.size, 14, 'the samples have all kinds');
  });

  it('spells what it spells by hand as JSON.stringify does', () => {
    for (const record of SAMPLES) assert.equal(recordLine(record), JSON.stringify(record));
  });

  it('leaves out a last line that is torn, and says so', () => {
    const text = textOf('records', SAMPLES);
    const { records, end } = read(text.slice(0, -20));
    assert.deepEqual(end, { records: SAMPLES.length - 1, isWhole: false, isTorn: true });
    assert.deepEqual(records, SAMPLES.slice(0, -1));
  });

  it('names the line of a record that is damaged', () => {
    const lines = SAMPLES.map(recordLine);
    const damages: readonly (readonly [string, RegExp])[] = [
      ['{"kind":"delivery"', /not a JSON object/],
      ['{"kind":"vote","at":1}', /kind "vote"/],
      ['{"kind":"toString","at":1}', /kind "toString"/],
      ['{"kind":"state","at":"1","node":0}', /no number at/],
      ['{"kind":"delivery","at":1,"message":1,"from":2,"verdict":"accept"}', /no number node/],
      ['{"kind":"movement","at":1,"node":1,"amount":5,"reason":"x"}', /no text amount/],
      ['{"kind":"message","at":1,"message":1,"node":0,"bytes":9}', /no content/],
    ];
    for (const [line, message] of damages) {
      const text = [...lines.slice(0, 4), line, ...lines.slice(4)].join('\n');
      assert.throws(
        () => read(text),
        (error) =>
          error instanceof TraceError &&
          error.detail.code === 'trace-record' &&
          error.detail.where === 't.jsonl:5' &&
          message.test(error.message),
        line,
      );
    }
  });

  it('refuses another version, and what is no trace', () => {
    const other = JSON.stringify({ ...START, format: 'assay-trace/0' });
    const bad: readonly (readonly [string, RegExp])[] = [
      [other, /assay-trace\/0.*assay-trace\/1/],
      [recordLine({ kind: 'state', at: 0, node: 0, isUp: true }), /not `start`/],
      ['', /empty/],
      ['name: x\n', /not `start`/],
      ['{"traceEvents":[]}\n', /no records under `assay`/],
    ];
    for (const [text, message] of bad) {
      assert.throws(
        () => read(text),
        (error) =>
          error instanceof TraceError &&
          error.detail.code === 'trace-format' &&
          message.test(error.message.replaceAll('\n', ' ')),
        text,
      );
    }
    assert.equal(START.format, TRACE_FORMAT);
  });

  it('tells the form by the name of the file', () => {
    const forms = ['a.json', 'a.jsonl', 'a.txt', 'a'].map(formOf);
    assert.deepEqual(forms, ['chrome', 'records', undefined, undefined]);
  });
});

/** The text of a trace. */
function textOf(form: 'records' | 'chrome', records: readonly TraceRecord[]): string {
  let [text, aside] = ['', ''];
  const sink = {
    put: (more: string) => {
      text += more;
    },
    putAside: (more: string) => {
      aside += more;
    },
    takeUp: () => {
      text += aside;
    },
  };
  const writer = form === 'chrome' ? new ChromeText(sink) : new RecordText(sink);
  for (const record of records) writer.write(record);
  writer.end();
  return text;
}

function read(text: string) {
  const reader = new TraceReader('t.jsonl');
  const records = text.split('\n').flatMap((line) => reader.take(line) ?? []);
  return { records, end: reader.end() };
}
