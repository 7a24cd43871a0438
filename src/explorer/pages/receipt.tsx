/** Checks a receipt in the browser, step by step. No server is asked. */
import { useEffect, useRef, useState } from 'preact/hooks';
import type { CheckReport, CheckStep } from '../checker/check-receipt.ts';
import { CHECK_MEANINGS } from '../checker/meanings.ts';
import type { NamedReport, NamedRequest } from '../checker/worker.ts';
import { grouped, shortId } from '../model/words.ts';
import { useNow } from '../parts/context.ts';
import { Panel, VerdictMark } from '../parts/marks.tsx';

type Dropped<T> = { readonly name: string; readonly content: T };

/** More than any receipt or network file has. */
const FILE_BYTES_MAX = 4_194_304;

/** The page of the receipt checker. */
export function ReceiptPage() {
  const [receipt, setReceipt] = useState<Dropped<Uint8Array> | undefined>(undefined);
  const [network, setNetwork] = useNetworkFile();
  const [problem, setProblem] = useState<string | undefined>(undefined);
  const { report, isBusy } = useChecker(receipt, network?.content);
  const take = async (files: Iterable<File>) => {
    setProblem(undefined);
    for (const file of files) {
      if (file.size > FILE_BYTES_MAX) {
        setProblem(`${file.name} is too large to be a receipt or a network file`);
        continue;
      }
      const bytes = new Uint8Array(await file.arrayBuffer());
      if (/\.ya?ml$/i.test(file.name)) {
        setNetwork({ name: file.name, content: new TextDecoder().decode(bytes) });
      } else setReceipt({ name: file.name, content: bytes });
    }
  };
  return (
    <>
      <h1>Check a receipt</h1>
      <p>
        A receipt shows where an answer came from and how it was verified. Everything in it is
        checked here, in your browser, from the receipt and the network file alone: nothing leaves
        your computer, and the code that checks signatures is not the one that the nodes use.
      </p>
      <Drop onFiles={take} receipt={receipt?.name} network={network?.name} />
      {problem === undefined ? null : <p class="notice alarm">{problem}</p>}
      <div role="status" aria-live="polite">
        {isBusy ? <p class="notice">Checking …</p> : null}
        {report === undefined || isBusy ? null : <Report report={report} />}
      </div>
    </>
  );
}

/** A live node gives the file; it is asked when the page opens, not when it checks. */
function useNetworkFile() {
  const { session } = useNow();
  const [file, setFile] = useState<Dropped<string> | undefined>(undefined);
  useEffect(() => {
    if (session.source.kind !== 'live') return;
    fetch('/v1/network')
      .then(async (response) => {
        if (!response.ok) return;
        const content = await response.text();
        setFile((known) => known ?? { name: `${session.source.title}, from the node`, content });
      })
      .catch(() => undefined);
  }, [session]);
  return [file, setFile] as const;
}

function useChecker(receipt: Dropped<Uint8Array> | undefined, networkFile: string | undefined) {
  const worker = useRef<Worker | undefined>(undefined);
  const [report, setReport] = useState<NamedReport | undefined>(undefined);
  const [isBusy, setBusy] = useState(false);
  useEffect(() => {
    const created = new Worker(new URL('../checker/worker.ts', import.meta.url), {
      type: 'module',
    });
    created.onmessage = ({ data }: MessageEvent<NamedReport>) => {
      setReport(data);
      setBusy(false);
    };
    worker.current = created;
    return () => created.terminate();
  }, []);
  useEffect(() => {
    if (receipt === undefined || networkFile === undefined) return;
    setBusy(true);
    const { name, content } = receipt;
    worker.current?.postMessage({ receipt: content, networkFile, name } satisfies NamedRequest);
  }, [receipt, networkFile]);
  return { report, isBusy };
}

function Drop({
  onFiles,
  receipt,
  network,
}: {
  readonly onFiles: (files: Iterable<File>) => Promise<void>;
  readonly receipt: string | undefined;
  readonly network: string | undefined;
}) {
  const [isOver, setOver] = useState(false);
  const choose = (event: Event) => {
    const input = event.currentTarget as HTMLInputElement;
    void onFiles([...(input.files ?? [])]).then(() => {
      input.value = '';
    });
  };
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
      <p>Drop files here, or choose them.</p>
      <label>
        Receipt <span class="quiet">JSON or dag-cbor</span>
        <input type="file" name="receipt" accept=".json,.cbor" onChange={choose} />
        <output>{receipt ?? 'none yet'}</output>
      </label>
      <label>
        Network file <span class="quiet">YAML</span>
        <input type="file" name="network" accept=".yaml,.yml" onChange={choose} />
        <output>{network ?? 'none yet'}</output>
      </label>
    </section>
  );
}

const SIGNS = { ok: '✓', failed: '✕', skipped: '–' } as const;
const WORDS = { ok: 'ok', failed: 'failed', skipped: 'skipped' } as const;

function Report({ report }: { readonly report: NamedReport }) {
  const { isValid, steps, summary, name } = report;
  const failed = steps.find(({ outcome }) => outcome === 'failed');
  const title = isValid ? `✓ ${name} is a valid receipt.` : `✕ Do not rely on ${name}.`;
  return (
    <>
      <p
        class={`notice ${isValid ? 'well' : 'alarm'}`}
        data-file={name}
        data-result={isValid ? 'valid' : failed?.check}
      >
        <strong>{title}</strong>{' '}
        {failed === undefined ? '' : `${CHECK_MEANINGS[failed.check][0]}: ${failed.detail}.`}
      </p>
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
