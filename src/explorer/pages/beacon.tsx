/** The public randomness that draws, and is the network's clock. */
import { roundUs } from '../model/overview.ts';
import { grouped, span } from '../model/words.ts';
import { Bars } from '../parts/charts.tsx';
import { useMoment, useNow } from '../parts/context.ts';
import { Figure, Panel } from '../parts/marks.tsx';

const SHOWN = 24;
const GAPS = 60;

/** The page of the beacon. */
export function BeaconPage() {
  const { model, at } = useNow();
  const moment = useMoment();
  const known = model.beacons.filter((each) => each.at <= at);
  const last = known.at(-1);
  const gaps = known.slice(-GAPS - 1).flatMap((each, index, all) => {
    const before = all[index - 1];
    return before === undefined ? [] : [(each.at - before.at) / (each.round - before.round)];
  });
  const period = roundUs(model);
  const late = gaps.filter((gap) => gap > 1.5 * period).length;
  return (
    <>
      <h1>Beacon</h1>
      <p>
        Each round has one random value that nobody can foresee or choose: it seals, draws answers,
        and draws committees. It is the clock of the network: a late beacon delays, it never makes a
        draw foreseeable.
      </p>
      <div class="columns">
        <Panel title="Rounds">
          <dl class="figures">
            <Figure label="round">{last === undefined ? '—' : grouped(last.round)}</Figure>
            <Figure label="period">{span(period)}</Figure>
            <Figure label="since the last one">
              {last === undefined ? '—' : span(at - last.at)}
            </Figure>
            <Figure label="late" note={`of the last ${gaps.length}`}>
              {late}
            </Figure>
          </dl>
          <Bars counts={gaps} label="Time between rounds" />
          <p class="quiet">Time between rounds, the last {gaps.length} of them.</p>
        </Panel>
        <Panel title="Heard at">
          <ul class="list mono">
            {known
              .slice(-SHOWN)
              .reverse()
              .map(({ round, at: when }) => (
                <li key={round}>
                  {round} <span class="quiet">{moment(when)}</span>
                </li>
              ))}
          </ul>
        </Panel>
      </div>
    </>
  );
}
