/** The files on the page Receipt, and the worker that checks them. */
import { useEffect, useRef, useState } from 'preact/hooks';
import type { NamedReport, NamedRequest } from '../checker/worker.ts';
import { askNetworkFile, askReceipt, receiptName } from '../feed/node-answers.ts';
import { useNow } from '../parts/context.ts';

/** A file and its name. */
export type Dropped<T> = { readonly name: string; readonly content: T };

/** More than any receipt or network file has. */
const FILE_BYTES_MAX = 4_194_304;

/** The two files, how to take others, and what went wrong with those. */
export function useFiles() {
  const [receipt, setReceipt] = useState<Dropped<Uint8Array> | undefined>(undefined);
  const [network, setNetwork] = useState<Dropped<string> | undefined>(undefined);
  const [problem, setProblem] = useState<string | undefined>(undefined);
  const tell = (error: unknown) => {
    setProblem(error instanceof Error ? error.message : String(error));
  };
  useNetworkOfNode((known) => setNetwork((now) => now ?? known));
  useReceiptOfNode(setReceipt, tell);
  const take = async (files: Iterable<File>) => {
    setProblem(undefined);
    for (const file of files) {
      if (file.size > FILE_BYTES_MAX) {
        setProblem(`${file.name} is too large to be a receipt or a network file.`);
        continue;
      }
      const bytes = new Uint8Array(await file.arrayBuffer());
      if (/\.ya?ml$/i.test(file.name)) {
        setNetwork({ name: file.name, content: new TextDecoder().decode(bytes) });
      } else setReceipt({ name: file.name, content: bytes });
    }
  };
  return { receipt, network, problem, take: (files: Iterable<File>) => take(files).catch(tell) };
}

/** A live node gives the file; it is asked when the page opens, not when it checks. */
function useNetworkOfNode(give: (file: Dropped<string>) => void): void {
  const { session } = useNow();
  useEffect(() => {
    if (session.source.kind !== 'live') return;
    askNetworkFile().then(
      (content) => give({ name: `${session.source.title}, from the node`, content }),
      () => undefined,
    );
  }, [session]);
}

/** The claim that the address names has a receipt: the node is asked for it. */
function useReceiptOfNode(
  give: (file: Dropped<Uint8Array>) => void,
  fail: (error: unknown) => void,
): void {
  const { session } = useNow();
  const { query } = session.route;
  const [batch, index] = [query.get('batch'), Number(query.get('index'))];
  useEffect(() => {
    if (session.source.kind !== 'live' || batch === undefined) return;
    const leaf = { batch, index };
    askReceipt(leaf).then((content) => give({ name: receiptName(leaf), content }), fail);
  }, [session, batch, index]);
}

type Checked = {
  readonly receipt: Dropped<Uint8Array>;
  readonly networkFile: string;
};

/** What checking told about these very files; of others nothing is ever shown. */
export function useChecker(
  receipt: Dropped<Uint8Array> | undefined,
  networkFile: string | undefined,
): { readonly report: NamedReport | undefined; readonly isBusy: boolean } {
  const worker = useRef<Worker | undefined>(undefined);
  const asked = useRef<Checked[]>([]);
  const [last, setLast] = useState<(Checked & { report: NamedReport }) | undefined>(undefined);
  useEffect(() => {
    const created = new Worker(new URL('../checker/worker.ts', import.meta.url), {
      type: 'module',
    });
    created.onmessage = ({ data }: MessageEvent<NamedReport>) => {
      const of = asked.current?.shift();
      if (of !== undefined) setLast({ ...of, report: data });
    };
    worker.current = created;
    return () => created.terminate();
  }, []);
  useEffect(() => {
    if (receipt === undefined || networkFile === undefined) return;
    asked.current?.push({ receipt, networkFile });
    const { name, content } = receipt;
    worker.current?.postMessage({ receipt: content, networkFile, name } satisfies NamedRequest);
  }, [receipt, networkFile]);
  if (receipt === undefined || networkFile === undefined) {
    return { report: undefined, isBusy: false };
  }
  const isOfThese = last?.receipt === receipt && last.networkFile === networkFile;
  return { report: isOfThese ? last.report : undefined, isBusy: !isOfThese };
}
