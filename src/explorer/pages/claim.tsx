/** One claim's story, from the commitment to the money, as it stood at the moment that is shown. */
import type { ComponentChildren } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { receiptName, receiptUrl } from '../feed/node-answers.ts';
import { askOlder } from '../feed/older.ts';
import { hashOf } from '../feed/route.ts';
import { type Claim, claimKey } from '../model/claim.ts';
import type { NetworkModel } from '../model/network-model.ts';
import { counted } from '../model/overview.ts';
import { type LevelStory, type Story, storyAt } from '../model/story.ts';
import {
  grouped,
  quorumWords,
  reasonWords,
  sealWords,
  shortId,
  signed,
  span,
  stateWords,
  VERDICT_MEANINGS,
} from '../model/words.ts';
import { QuorumBar } from '../parts/charts.tsx';
import { Command } from '../parts/command.tsx';
import { hrefOf, useMoment, useNow } from '../parts/context.ts';
import { HolderTable } from '../parts/holder-table.tsx';
import { NodeLink, StateMark, VerdictMark } from '../parts/marks.tsx';
import { ToleranceScale } from '../parts/tolerance-scale.tsx';

/** The page of one claim. */
export function ClaimPage({ batch, index }: { readonly batch: string; readonly index: number }) {
  const { at } = useNow();
  const found = useClaim(batch, index);
  if (found === undefined || found === 'asked') {
    return <Absent isAsked={found === 'asked'} />;
  }
  const story = storyAt(found, at);
  return (
    <article class="story">
      <Heading story={story} />
      <ol class="steps">
        <BatchStep story={story} />
        <SealStep story={story} />
        <DrawStep story={story} />
        {story.levels.map((level) => (
          <LevelStep key={level.level} level={level} story={story} />
        ))}
        <OutcomeStep story={story} />
        <MoneyStep story={story} />
      </ol>
    </article>
  );
}

/** A claim that is not there, or not yet. */
function Absent({ isAsked }: { readonly isAsked: boolean }) {
  const now = useNow();
  return (
    <>
      <h1>{isAsked ? 'Claim' : 'Unknown claim'}</h1>
      <p class="notice" role="status">
        {isAsked
          ? 'Asking the node about this claim …'
          : 'Nothing is known about it: it was not drawn, or is older than what nodes keep.'}{' '}
        <a href={hrefOf(now, ['claims'])}>All claims</a>
      </p>
    </>
  );
}

/** The claim that the page keeps, or what the node answers about it. */
function useClaim(batch: string, index: number): Claim | 'asked' | undefined {
  const { model, session } = useNow();
  const [older, setOlder] = useState<NetworkModel | 'asked' | undefined>('asked');
  const kept = model.claims.get(claimKey(batch, index));
  const isAsked = kept === undefined && session.source.kind === 'live' && model.start !== undefined;
  useEffect(() => {
    if (!isAsked) return;
    askOlder(model, { batch, index }).then(setOlder, () => setOlder(undefined));
  }, [isAsked, batch, index]);
  if (kept !== undefined) return kept;
  if (!isAsked || older === undefined) return undefined;
  return older === 'asked' ? 'asked' : older.claims.get(claimKey(batch, index));
}

function Heading({ story }: { readonly story: Story }) {
  const { claim, state, header } = story;
  const { model, session } = useNow();
  const name = model.start?.models.find(({ id }) => id === story.model)?.name;
  const verdict = state?.verdict;
  return (
    <header class="heading">
      <h1>
        Claim <span class="mono">{claim.index}</span> of batch{' '}
        <span class="mono break">{claim.batch.id}</span>
      </h1>
      <p class="verdict">
        <StateMark state={state} />{' '}
        {verdict === undefined
          ? ''
          : `${state?.state === 'final' ? 'final: ' : ''}${VERDICT_MEANINGS[verdict]}.`}
      </p>
      <p class="quiet">
        {header === undefined ? (
          'the header of the batch is not known'
        ) : (
          <>
            Model {name ?? shortId(header.model)}, class {header.assuranceClass}, provider{' '}
            <NodeLink node={header.provider} long />
          </>
        )}
      </p>
      {session.source.kind === 'live' ? <ReceiptOf story={story} /> : null}
    </header>
  );
}

/** How to get and check the receipt of a claim; there is one as soon as it has a certificate. */
function ReceiptOf({ story: { claim, levels } }: { readonly story: Story }) {
  const leaf = { batch: claim.batch.id, index: claim.index };
  if (levels.every(({ certificates }) => certificates.length === 0)) {
    return <p class="quiet">It has a receipt as soon as a quorum has signed a verdict.</p>;
  }
  return (
    <div class="receipt-of">
      <p>
        <a class="button" href={hashOf(['receipt'], { ...leaf, index: String(leaf.index) })}>
          Check its receipt here
        </a>{' '}
        <a href={receiptUrl(leaf)} download={receiptName(leaf)}>
          Save it as a file
        </a>
      </p>
      <Command
        text={`assay receipt get ${claim.key} --net network.yaml --out r.json`}
        label="Or get it from the network:"
      />
    </div>
  );
}

function Step({
  title,
  at,
  isDone,
  children,
}: {
  readonly title: string;
  readonly at: number | undefined;
  readonly isDone: boolean;
  readonly children: ComponentChildren;
}) {
  return (
    <li class={isDone ? 'done' : 'ahead'}>
      <h2>
        {title} {at === undefined ? <MomentWords /> : <MomentLink at={at} />}
      </h2>
      {children}
    </li>
  );
}

function MomentWords() {
  return <small class="quiet">not yet</small>;
}

function MomentLink({ at }: { readonly at: number }) {
  const { session } = useNow();
  const moment = useMoment();
  return (
    <button
      type="button"
      class="moment mono"
      title="Show this moment"
      onClick={() => {
        session.clock.pause();
        session.clock.seek(at);
        session.touch();
      }}
    >
      {moment(at)}
    </button>
  );
}

function BatchStep({ story: { header, claim } }: { readonly story: Story }) {
  return (
    <Step title="Committed" at={header?.at} isDone={header !== undefined}>
      {header === undefined ? (
        <p>The batch is not known.</p>
      ) : (
        <p>
          <NodeLink node={header.provider} /> signed a batch of {counted(header.count, 'answer')} in
          round {header.round}: this is number {claim.index + 1}. What it answered is fixed from
          here on, and nobody else knows it.
        </p>
      )}
    </Step>
  );
}

function SealStep({ story: { seal } }: { readonly story: Story }) {
  const missing = seal.committee?.holders.filter(({ node }) => !seal.acks.has(node)) ?? [];
  return (
    <Step title="Sealed" at={seal.sealedAt} isDone={seal.sealedAt !== undefined}>
      <p>{sealWords(seal)}</p>
      {missing.length === 0 || seal.sealedAt === undefined ? null : (
        <details>
          <summary>{missing.length} sealing holders were not heard</summary>
          <p class="nodes">
            {missing.map(({ node }) => (
              <NodeLink key={node} node={node} />
            ))}
          </p>
        </details>
      )}
    </Step>
  );
}

function DrawStep({ story }: { readonly story: Story }) {
  const { claim, openedAt, levels, requester } = story;
  const { at } = useNow();
  const drawnAt = claim.firstAt <= at ? claim.firstAt : undefined;
  const round = levels[0]?.drawnBy;
  return (
    <Step title="Drawn" at={drawnAt} isDone={drawnAt !== undefined}>
      <p>
        {drawnAt === undefined
          ? 'The beacon that draws from this batch is not known yet.'
          : `The beacon of round ${round ?? '?'} drew it, and the committee that judges it. `}
        {openedAt === undefined
          ? 'The provider has not opened it: nobody knows what was asked.'
          : `The provider opened it ${span(Math.max(0, openedAt - (drawnAt ?? openedAt)))} later.`}
      </p>
      {requester === undefined ? null : (
        <p class="quiet">
          Asked by <span class="mono">{shortId(requester)}</span>, executed as{' '}
          <span class="mono">{claim.leaf?.executionClass}</span>
        </p>
      )}
    </Step>
  );
}

function LevelStep({ level, story }: { readonly level: LevelStory; readonly story: Story }) {
  const { model } = useNow();
  const moment = useMoment();
  const limits = model.start?.models.find(({ id }) => id === story.model);
  const { holders } = level;
  const spoken = holders.filter((each) => each.committedAt !== undefined || each.abstained);
  const revealed = holders.filter((each) => each.revealed !== undefined);
  return (
    <Step title={`Level ${level.level}`} at={level.at} isDone={level.certificates.length > 0}>
      <div class="quorum-words">
        {quorumWords(level).map((line) => (
          <p key={line}>{line}</p>
        ))}
      </div>
      <QuorumBar level={level} />
      <p class="quiet">
        {spoken.length} of {holders.length} were heard to commit blindly
        {level.level === 0 && story.output !== undefined
          ? `; the provider revealed it at ${moment(story.output.at)}`
          : ''}
        ; {revealed.length} revealed.
      </p>
      {limits === undefined ? null : <ToleranceScale holders={holders} limits={limits} />}
      <HolderTable level={level} />
    </Step>
  );
}

function OutcomeStep({ story }: { readonly story: Story }) {
  const { state, levels } = story;
  const certificates = levels.flatMap((level) =>
    level.certificates.map((each) => ({ ...each, level: level.level, of: level.weight })),
  );
  const isEnd = state?.state === 'final' || state?.state === 'unresolved';
  return (
    <Step title="Outcome" at={isEnd ? state.at : undefined} isDone={isEnd}>
      {certificates.length === 0 ? <p>No certificate is known.</p> : null}
      <ul class="list">
        {certificates.map((each) => (
          <li key={`${each.at} ${each.by} ${each.verdict}`}>
            <MomentLink at={each.at} /> <VerdictMark verdict={each.verdict} /> at level {each.level}
            , signed by {grouped(each.weight)} of {grouped(each.of)}, published by{' '}
            <NodeLink node={each.by} />
          </li>
        ))}
      </ul>
      {isEnd ? <p>{stateWords(state)}.</p> : <p class="quiet">Open: {stateWords(state)}.</p>}
    </Step>
  );
}

const MONEY_ROWS = 12;

/** Why no money is shown: it was settled with that of other claims, or not yet. */
function NoMoney({ isEnd }: { readonly isEnd: boolean }) {
  const now = useNow();
  if (now.model.settledAt === undefined || now.model.settledAt > now.at) {
    return <p>{isEnd ? 'Money moves when the claim closes, some rounds from now.' : 'Not yet.'}</p>;
  }
  return (
    <p>
      Nothing that can be told by claim: where a stake or the pool did not suffice, all claims were
      settled at once. What each node gained and lost is on{' '}
      <a href={hrefOf(now, ['validators'])}>its own page</a>.
    </p>
  );
}

function MoneyStep({ story }: { readonly story: Story }) {
  const { money } = story;
  const now = useNow();
  const first = money[0];
  const sums = new Map<string, { count: number; amount: bigint }>();
  for (const { reason, amount } of money) {
    const sum = sums.get(reason) ?? { count: 0, amount: 0n };
    sums.set(reason, { count: sum.count + 1, amount: sum.amount + amount });
  }
  const largest = money.toSorted((a, b) => (a.amount < b.amount ? -1 : 1)).slice(0, MONEY_ROWS);
  return (
    <Step title="Money" at={first?.at} isDone={first !== undefined}>
      {first === undefined ? (
        <NoMoney isEnd={story.state?.state === 'final' || story.state?.state === 'unresolved'} />
      ) : (
        <ul class="list">
          {[...sums].map(([reason, { count, amount }]) => (
            <li key={reason}>
              <strong class="amount">{signed(amount)}</strong> {reasonWords(reason)},{' '}
              {counted(count, 'time')}
            </li>
          ))}
        </ul>
      )}
      {first === undefined ? null : (
        <details>
          <summary>Who paid and who earned</summary>
          <ul class="list">
            {largest.map(({ node, amount, reason }) => (
              <li key={`${node} ${reason} ${amount}`}>
                <NodeLink node={node} /> <span class="amount">{signed(amount)}</span>{' '}
                {reasonWords(reason)}
              </li>
            ))}
          </ul>
          <a href={hrefOf(now, ['validators'])}>all nodes</a>
        </details>
      )}
    </Step>
  );
}
