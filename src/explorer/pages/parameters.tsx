/** What the network agreed on, and what that promises: closed forms with words. */
import { useState } from 'preact/hooks';
import { PARAMETER_DOCS } from '../../base/index.ts';
import {
  classPromises,
  type LevelPromise,
  levelPromises,
  numberParameter,
  roundsToFinal,
} from '../model/promises.ts';
import { chance, grouped, measured, span, superscript } from '../model/words.ts';
import { useNow } from '../parts/context.ts';
import { Heads, Panel, WideTable } from '../parts/marks.tsx';

const SHARES = [0.05, 0.1, 0.2, 0.25, 0.3, 1 / 3, 0.4, 0.5];
const SHARE_FIRST = 0.2;

/** The page of parameters. */
export function ParametersPage() {
  const { model } = useNow();
  const parameters = model.start?.parameters;
  return (
    <>
      <h1>Parameters and what they promise</h1>
      <div class="columns two">
        <Classes parameters={parameters} />
        <Levels parameters={parameters} />
        <Speed parameters={parameters} />
        <Models />
        <Values parameters={parameters} />
      </div>
    </>
  );
}

type Given = { readonly parameters: Readonly<Record<string, unknown>> | undefined };

function Classes({ parameters }: Given) {
  const promises = classPromises(parameters);
  const slash = numberParameter(parameters, 'slashProvider');
  return (
    <Panel title="A wrong answer slips through">
      <p>
        Of each class one answer in m is drawn, and nobody can know which. A wrong answer that is
        drawn is found wrong, and costs its provider{' '}
        {slash === undefined ? 'its stake' : grouped(slash)}.
      </p>
      <WideTable label="What a wrong answer risks, by class">
        <Heads
          names={[
            'class',
            'drawn',
            'one escapes',
            '100 escape',
            'caught for sure by',
            'a cheat pays if worth over',
          ]}
          numbers={[
            'drawn',
            'one escapes',
            '100 escape',
            'caught for sure by',
            'a cheat pays if worth over',
          ]}
        />
        <tbody>
          {promises.map(
            ({ name, oneIn, escape: escapes, escapeHundred, untilCaught, slashFactor }) => (
              <tr key={name}>
                <th scope="row">{name}</th>
                <td class="number">1 in {oneIn}</td>
                <td class="number">{chance(escapes)}</td>
                <td class="number">{chance(escapeHundred)}</td>
                <td class="number">
                  {untilCaught === undefined ? '—' : `answer ${grouped(untilCaught)}`}
                </td>
                <td class="number">
                  {slash === undefined || slashFactor === 0
                    ? 'never'
                    : grouped(slash / slashFactor)}
                </td>
              </tr>
            ),
          )}
        </tbody>
      </WideTable>
      <p class="quiet">
        Caught for sure: with 99 %. The worth is that of one false answer, in the unit of stake. A
        cheater that is caught once loses more than all it gained below it.
      </p>
    </Panel>
  );
}

function Levels({ parameters }: Given) {
  const [adversary, setAdversary] = useState(SHARE_FIRST);
  const promises = levelPromises(parameters, adversary);
  return (
    <Panel
      title="A committee is captured"
      aside={
        <label>
          dishonest stake{' '}
          <select
            value={String(adversary)}
            onChange={(event) => setAdversary(Number(event.currentTarget.value))}
          >
            {SHARES.map((share) => (
              <option key={share} value={String(share)}>
                {share === 1 / 3 ? '1/3' : `${Math.round(100 * share)} %`}
              </option>
            ))}
          </select>
        </label>
      }
    >
      <p>
        Seats are drawn by stake. Captured: dishonest seats alone are a quorum and say what they
        like. Held up: they can prevent any verdict; then the next level decides.
      </p>
      <LevelTable promises={promises} />
      <p class="quiet">
        Where a level has no fewer seats than there are validators with the model, all of them judge
        by stake: captured from two thirds of it on, held up from one third on.
      </p>
    </Panel>
  );
}

function LevelTable({ promises }: { readonly promises: readonly LevelPromise[] }) {
  return (
    <WideTable label="What capture takes, by level">
      <Heads
        names={['level', 'seats', 'quorum', 'captured', 'held up', 'takes money']}
        numbers={['seats', 'quorum', 'captured', 'held up']}
      />
      <tbody>
        {promises.map((each) => (
          <tr key={each.level}>
            <th scope="row">{each.level}</th>
            <td class="number">{grouped(each.seats)}</td>
            <td class="number">{grouped(each.quorum)}</td>
            <td class="number">
              {each.captured === 0 && Number.isFinite(each.capturedLog10)
                ? `10${superscript(Math.round(each.capturedLog10))}`
                : chance(each.captured)}
            </td>
            <td class="number">{chance(each.vetoed)}</td>
            <td>{each.isHeavy ? 'yes' : 'no, only valid is final'}</td>
          </tr>
        ))}
      </tbody>
    </WideTable>
  );
}

function Speed({ parameters }: Given) {
  const phases = roundsToFinal(parameters);
  const roundMs = numberParameter(parameters, 'roundMs') ?? 0;
  const rounds = phases.reduce((sum, each) => sum + each.rounds, 0);
  const longestUs = 1_000 * rounds * roundMs;
  const last = phases.filter(({ phase }) => phase === 'challenge' || phase === 'settle');
  const window = last.reduce((sum, each) => sum + each.rounds, 0);
  return (
    <Panel title="How long it takes">
      <p>
        A drawn claim that nobody disputes is final at once when all seats have signed; else at the
        latest {rounds} rounds after its batch, {span(longestUs)}, of which {window} leave time to
        object. Long executions add to it, each further level takes as long again.
      </p>
      <ul class="list">
        {phases.map(({ phase, rounds: count }) => (
          <li key={phase}>
            {phase}: {count} {count === 1 ? 'round' : 'rounds'}
          </li>
        ))}
      </ul>
    </Panel>
  );
}

function Models() {
  const { model } = useNow();
  return (
    <Panel title="Models">
      <ul class="list">
        {(model.start?.models ?? []).map(({ id, name, tolerance, rejection }) => (
          <li key={id}>
            <strong>{name}</strong>{' '}
            {tolerance === 0
              ? 'outputs must be the same bit by bit'
              : `the same up to a distance of ${measured(tolerance)}, ` +
                `something else from ${measured(rejection)}`}
            <span class="mono quiet break"> {id}</span>
          </li>
        ))}
      </ul>
    </Panel>
  );
}

function Values({ parameters }: Given) {
  const docs: Readonly<Record<string, { readonly meaning: string; readonly unit: string }>> =
    PARAMETER_DOCS;
  return (
    <Panel title="All parameters">
      <dl class="values">
        {Object.entries(parameters ?? {}).map(([name, value]) => (
          <div key={name}>
            <dt>
              <code>{name}</code>
              <span>{docs[name]?.meaning.replaceAll('`', '')}</span>
            </dt>
            <dd>
              {textOf(value)} <small class="quiet">{docs[name]?.unit}</small>
            </dd>
          </div>
        ))}
      </dl>
    </Panel>
  );
}

function textOf(value: unknown): string {
  if (Array.isArray(value)) return value.map(String).join(', ');
  if (typeof value === 'object' && value !== null) {
    return Object.entries(value)
      .map(([name, each]) => `${name} ${String(each)}`)
      .join(', ');
  }
  return typeof value === 'number' ? grouped(value) : String(value);
}
