/** Checks a receipt in the browser, step by step. No server is asked to check it. */
import { useState } from 'preact/hooks';
import type { CheckReport, CheckStep } from '../checker/check-receipt.ts';
import { CHECK_MEANINGS } from '../checker/meanings.ts';
import type { NamedReport } from '../checker/worker.ts';
import { grouped, shortId } from '../model/words.ts';
import { Panel, VerdictMark } from '../parts/marks.tsx';
import { useChecker, useFiles } from './checking.ts';

/** The page of the receipt checker. */
export function ReceiptPage() {
  const { receipt, network, problem, take } = useFiles();
  const { report, isBusy } = useChecker(receipt, network?.content);
  return (
    <div class="receipt">
      <h1>Check a receipt</h1>
      <p>
        A receipt shows where an answer came from and how it was verified. Everything in it is
        checked here, in your browser, from the receipt and the network file alone: nothing leaves
        your computer, and the code that checks signatures is not the one that the nodes use.
      </p>
      <Drop onFiles={take} receipt={receipt?.name} network={network?.name} />
      {problem === undefined ? null : (
        <p class="notice alarm" role="alert">
          {problem}
        </p>
      )}
      <div role="status" aria-live="polite">
        {isBusy ? <p class="notice">Checking {receipt?.name} …</p> : null}
        {report === undefined ? null : <Report report={report} />}
      </div>
    </div>
  );
}

type DropProps = {
  readonly onFiles: (files: Iterable<File>) => Promise<void>;
  readonly receipt: string | undefined;
  readonly network: string | undefined;
};

function Drop({ onFiles, receipt, network }: DropProps) {
  const [isOver, setOver] = useState(false);
  return (
    <section
      class={isOver ? 'drop over' : 'drop'}
      aria-label="Files"
      onDragOver={(event) => {
        event.preventDefault();
        setOver(true);
      }}
      onDragLeave={() => setOver(false)}
      onDrop={(event) => {
        event.preventDefault();
        setOver(false);
        void onFiles([...(event.dataTransfer?.files ?? [])]);
      }}
    >
      <p class="drop-title">Drop a receipt here</p>
      <p class="quiet">
        {network === undefined
          ? 'and the network file that you trust: both at once, or one after the other.'
          : 'or choose the file. The network file is there.'}
      </p>
      <div class="choices">
        <Choice kind="receipt" name={receipt} onFiles={onFiles} />
        <Choice kind="network" name={network} onFiles={onFiles} />
      </div>
    </section>
  );
}

const CHOICES = {
  receipt: { title: 'Choose a receipt', form: '.json or .cbor', accept: '.json,.cbor' },
  network: { title: 'Choose a network file', form: '.yaml', accept: '.yaml,.yml' },
} as const;

function Choice({
  kind,
  name,
  onFiles,
}: Pick<DropProps, 'onFiles'> & {
  readonly kind: keyof typeof CHOICES;
  readonly name: string | undefined;
}) {
  const { title, form, accept } = CHOICES[kind];
  const choose = (event: Event) => {
    const input = event.currentTarget as HTMLInputElement;
    void onFiles([...(input.files ?? [])]).then(() => {
      // so that the same file, changed, can be chosen again
      input.value = '';
    });
  };
  return (
    <label class={name === undefined ? 'choice' : 'choice has'}>
      <input class="hidden" type="file" name={kind} accept={accept} onChange={choose} />
      <span class="choose">{title}</span>
      <output>{name === undefined ? form : `✓ ${name}`}</output>
    </label>
  );
}

const SIGNS = { ok: '✓', failed: '✕', skipped: '–' } as const;
const WORDS = { ok: 'ok', failed: 'failed', skipped: 'skipped' } as const;

const BAD = { tone: 'alarm', sign: '✕', title: 'Do not rely on this receipt' } as const;

/** A genuine receipt may well say that the answer is wrong: that comes first. */
const GENUINE = {
  valid: { tone: 'well', sign: '✓', title: 'The answer was verified' },
  undrawn: { tone: 'well', sign: '✓', title: 'The answer was not drawn: nobody re-executed it' },
  invalid: { tone: 'alarm', sign: '✕', title: 'The answer is wrong: do not rely on it' },
  unavailable: { tone: 'warning', sign: '∅', title: 'The answer could not be verified' },
  inconclusive: {
    tone: 'warning',
    sign: '≈',
    title: 'Too close to call: do not rely on the answer',
  },
} as const;

function Report({ report }: { readonly report: NamedReport }) {
  const { isValid, steps, summary, name } = report;
  const failed = steps.find(({ outcome }) => outcome === 'failed');
  const passed = steps.filter(({ outcome }) => outcome === 'ok').length;
  const { tone, sign, title } = isValid ? GENUINE[summary?.judgement?.verdict ?? 'undrawn'] : BAD;
  return (
    <>
      <div
        class={`outcome ${tone}`}
        data-file={name}
        data-result={isValid ? 'valid' : failed?.check}
      >
        <span class="outcome-sign" aria-hidden="true">
          {sign}
        </span>
        <div>
          <h2>{title}</h2>
          <p>
            {failed === undefined
              ? `The receipt is genuine: all ${passed} checks passed.`
              : `${CHECK_MEANINGS[failed.check][0]}: ${failed.detail}.`}
          </p>
          <p class="quiet break">{name}</p>
        </div>
      </div>
      {summary === undefined ? null : <Meaning summary={summary} />}
      <Panel title="Checks">
        <ol class="checks">
          {steps.map((step) => (
            <Step key={step.check} step={step} />
          ))}
        </ol>
      </Panel>
    </>
  );
}

function Step({ step: { check, outcome, detail } }: { readonly step: CheckStep }) {
  const [title, meaning] = CHECK_MEANINGS[check];
  return (
    <li class={outcome} data-check={check} data-outcome={outcome}>
      <span class="sign">
        <span aria-hidden="true">{SIGNS[outcome]}</span> {WORDS[outcome]}
      </span>
      <div>
        <h3>{title}</h3>
        <p class="quiet">{meaning}</p>
        <p>{detail}</p>
      </div>
    </li>
  );
}

function Meaning({ summary }: { readonly summary: NonNullable<CheckReport['summary']> }) {
  const { judgement } = summary;
  return (
    <Panel title="What it says">
      {judgement === undefined ? null : (
        <p>
          <VerdictMark verdict={judgement.verdict} /> {judgement.finality}, level {judgement.level},
          signed by {grouped(judgement.votes.signed)} of {grouped(judgement.votes.weight)}{' '}
          {judgement.votes.unit}
        </p>
      )}
      {summary.words.map((words) => (
        <p key={words}>{words}</p>
      ))}
      <dl class="values">
        {fieldsOf(summary).map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd class="mono break">{value}</dd>
          </div>
        ))}
      </dl>
    </Panel>
  );
}

function fieldsOf(
  summary: NonNullable<CheckReport['summary']>,
): readonly (readonly [string, string])[] {
  return [
    ['model', `${summary.model.name}, ${summary.model.model}`],
    ['output', summary.outputDigest ?? 'not shown'],
    ['input', summary.input],
    ['claim', summary.claim],
    ['answer', `${summary.index + 1} of ${summary.count} in batch ${summary.batch}`],
    ['provider', summary.provider],
    ['requester', summary.requester],
    ['round', String(summary.round)],
    ['executed as', summary.executionClass],
    ['class', `${summary.assuranceClass}: one answer in ${summary.oneIn} is drawn`],
    ['sealed by', `${summary.seal.signed} of ${summary.seal.weight} ${summary.seal.unit}`],
    ['network', shortId(summary.network, 16)],
  ];
}
