/** The frame of the page: name, ways to the other pages, the page that the address names, time. */
import type { ComponentChildren } from 'preact';
import { useEffect, useReducer } from 'preact/hooks';
import { hashOf, MOMENT } from './feed/route.ts';
import type { Session } from './feed/session.ts';
import { MapPage } from './map/map-page.tsx';
import { BeaconPage } from './pages/beacon.tsx';
import { ClaimPage } from './pages/claim.tsx';
import { ClaimsPage } from './pages/claims.tsx';
import { EvidencePage } from './pages/evidence.tsx';
import { OverviewPage } from './pages/overview.tsx';
import { ParametersPage } from './pages/parameters.tsx';
import { ReceiptPage } from './pages/receipt.tsx';
import { ValidatorPage } from './pages/validator.tsx';
import { ValidatorsPage } from './pages/validators.tsx';
import { momentOf, SessionContext } from './parts/context.ts';
import { TimeBar, useTimeKeys } from './parts/time-bar.tsx';

const PAGES = [
  { word: '', name: 'Overview' },
  { word: 'map', name: 'Map' },
  { word: 'claims', name: 'Claims' },
  { word: 'validators', name: 'Nodes' },
  { word: 'evidence', name: 'Evidence' },
  { word: 'beacon', name: 'Beacon' },
  { word: 'parameters', name: 'Parameters' },
  { word: 'receipt', name: 'Receipt' },
] as const;

/** The whole page. */
export function App({ session }: { readonly session: Session }) {
  const [, draw] = useReducer((count: number) => count + 1, 0);
  useEffect(() => session.subscribe(() => draw(undefined)), [session]);
  useTimeKeys(session);
  useMomentInAddress(session);
  const { source, route } = session;
  const word = source.kind === 'none' ? 'receipt' : (route.path[0] ?? '');
  const here = { claim: 'claims', validator: 'validators' }[word] ?? word;
  const name = PAGES.find((page) => page.word === here)?.name ?? 'Overview';
  useEffect(() => {
    document.title = `${name} · ${source.title} · Assay`;
  }, [name, source.title]);
  const query = { [MOMENT]: momentOf(session, session.clock.at) };
  return (
    <SessionContext.Provider value={session}>
      <button type="button" class="skip" onClick={skip}>
        Skip to the content
      </button>
      <header class="top">
        <p class="brand">
          <strong>Assay</strong> <span>{source.title}</span>
          <small>{SOURCE_WORDS[source.kind]}</small>
        </p>
        <nav aria-label="Pages">
          {PAGES.filter((page) => source.kind !== 'none' || page.word === 'receipt').map((page) => (
            <a
              key={page.word}
              href={hashOf(page.word === '' ? [] : [page.word], query)}
              {...(page.word === here ? { 'aria-current': 'page' as const } : {})}
            >
              {page.name}
            </a>
          ))}
        </nav>
      </header>
      <main id="main" tabIndex={0}>
        <Loading session={session}>{pageOf(word, session)}</Loading>
      </main>
      {source.kind === 'none' ? null : <TimeBar />}
    </SessionContext.Provider>
  );
}

const SOURCE_WORDS = {
  live: 'live network',
  recorded: 'recorded run',
  none: 'no network',
} as const;

function skip(): void {
  document.getElementById('main')?.focus();
}

const BYTES_PER_MB = 1_000_000;

function Loading({
  session,
  children,
}: {
  readonly session: Session;
  readonly children: ComponentChildren;
}) {
  const { feed, source } = session;
  if (feed.kind === 'failed' && session.model.start === undefined) {
    return <p class="notice alarm">{feed.message}</p>;
  }
  if (feed.kind !== 'loading' || source.kind !== 'recorded') {
    return (
      <>
        {feed.kind === 'failed' ? <p class="notice alarm">{feed.message}</p> : null}
        {children}
      </>
    );
  }
  const percent = feed.share === undefined ? undefined : Math.floor(100 * feed.share);
  const read = `${(feed.readBytes / BYTES_PER_MB).toFixed(0)} MB`;
  return (
    <div class="loading" role="status">
      <label>
        Reading the trace: {percent === undefined ? read : `${percent} %`}
        <progress {...(percent === undefined ? {} : { value: percent })} max="100" />
      </label>
    </div>
  );
}

function pageOf(word: string, { route }: Session) {
  const [, first = '', second = ''] = route.path;
  switch (word) {
    case 'map':
      return <MapPage />;
    case 'claims':
      return <ClaimsPage />;
    case 'claim':
      return <ClaimPage key={`${first}/${second}`} batch={first} index={Number(second)} />;
    case 'validators':
      return <ValidatorsPage />;
    case 'validator':
      return <ValidatorPage key={first} name={first} />;
    case 'evidence':
      return <EvidencePage />;
    case 'beacon':
      return <BeaconPage />;
    case 'parameters':
      return <ParametersPage />;
    case 'receipt':
      return <ReceiptPage />;
    default:
      return <OverviewPage />;
  }
}

const ADDRESS_MS = 300;

/** Writes the moment into the address when time stands still, so that it can be copied. */
function useMomentInAddress(session: Session): void {
  const moment = momentOf(session, session.clock.at);
  useEffect(() => {
    if (session.feed.kind === 'loading') return undefined;
    const timer = setTimeout(() => {
      const { path, query } = session.route;
      const hash = hashOf(path, { ...Object.fromEntries(query), [MOMENT]: moment });
      const now = location.hash === '' ? '#/' : location.hash;
      if (hash !== now) {
        history.replaceState(null, '', hash);
        session.go(hash);
      }
    }, ADDRESS_MS);
    return () => clearTimeout(timer);
  }, [session, moment, session.route]);
}
