/** All claims that were drawn, newest first, with filters that stand in the address. */
import { hashOf } from '../feed/route.ts';
import type { Session } from '../feed/session.ts';
import { type Claim, isDisputedAt, stateAt } from '../model/claim.ts';
import { type ClaimFilter, filterClaims } from '../model/claim-filter.ts';
import type { NetworkModel } from '../model/network-model.ts';
import { counted } from '../model/overview.ts';
import { classesOf, levelsOf } from '../model/promises.ts';
import { nodeTitle } from '../model/who.ts';
import { grouped } from '../model/words.ts';
import { useMoment, useNow } from '../parts/context.ts';
import { ClaimLink, NodeLink, StateMark } from '../parts/marks.tsx';
import { type Column, VirtualTable } from '../parts/virtual-table.tsx';

/** The list of claims. */
export function ClaimsPage() {
  const { model, at, session } = useNow();
  const moment = useMoment();
  const filter = Object.fromEntries(session.route.query) as ClaimFilter;
  const rows = filterClaims(model, filter, at);
  const all = model.drawn.countAt(at);
  return (
    <div class="full">
      <h1>Claims</h1>
      <Filters session={session} filter={filter} />
      <p class="quiet" role="status">
        {rows.length === all
          ? counted(all, 'claim')
          : `${grouped(rows.length)} of ${counted(all, 'claim')}`}
        {model.forgotten > 0
          ? `; ${grouped(model.forgotten)} older ones are no longer kept here`
          : ''}
      </p>
      <VirtualTable
        label="Claims"
        columns={columnsAt(at, model, (us) => moment(us, 0))}
        rows={rows}
        keyOf={(claim) => claim.key}
        empty={all === 0 ? 'Nothing was drawn yet.' : 'No claim is like that: change the filters.'}
      />
    </div>
  );
}

function columnsAt(
  at: number,
  { start }: NetworkModel,
  moment: (us: number) => string,
): readonly Column<Claim>[] {
  const models = new Map(start?.models.map(({ id, name }) => [id, name]));
  return [
    {
      name: 'claim',
      width: '11rem',
      cell: ({ batch, index }) => <ClaimLink batch={batch.id} index={index} />,
    },
    {
      name: 'verdict',
      width: 'minmax(9rem, 1fr)',
      cell: (claim) => <StateMark state={stateAt(claim, at)} />,
    },
    {
      name: 'level',
      width: '3.5rem',
      isNumber: true,
      isExtra: true,
      cell: (claim) => String(stateAt(claim, at)?.level ?? ''),
    },
    {
      name: 'disputed',
      width: '5rem',
      isExtra: true,
      cell: (claim) => (isDisputedAt(claim, at) ? '⚑ yes' : ''),
    },
    {
      name: 'provider',
      width: '9rem',
      isExtra: true,
      cell: ({ batch: { header } }) =>
        header === undefined ? '' : <NodeLink node={header.provider} />,
    },
    {
      name: 'model',
      width: 'minmax(6rem, 1fr)',
      isExtra: true,
      cell: ({ batch: { header } }) =>
        header === undefined ? '' : (models.get(header.model) ?? header.model),
    },
    {
      name: 'class',
      width: '6rem',
      isExtra: true,
      cell: ({ batch }) => batch.header?.assuranceClass ?? '',
    },
    { name: 'drawn at', width: '6.5rem', isNumber: true, cell: ({ firstAt }) => moment(firstAt) },
  ];
}

const STATES = ['drawn', 'judged', 'provisional', 'challenged', 'final', 'unresolved'];
const VERDICTS = ['valid', 'invalid', 'unavailable', 'inconclusive'];

type Option = readonly [value: string, text: string];

/** What can be chosen, by name of the filter. */
function choicesOf(model: NetworkModel) {
  const { nodes, start } = model;
  const same = (values: readonly string[]): Option[] => values.map((value) => [value, value]);
  const providers = nodes.flatMap((node): Option[] =>
    node?.record.role === 'provider' ? [[String(node.number), nodeTitle(model, node)]] : [],
  );
  return [
    ['state', same(STATES)],
    ['verdict', same(VERDICTS)],
    ['disputed', same(['yes', 'no'])],
    ['level', same(levelsOf(start?.parameters).map((_, level) => String(level)))],
    ['provider', providers],
    ['model', (start?.models ?? []).map(({ id, name }): Option => [id, name])],
    ['class', same(classesOf(start?.parameters).map(([name]) => name))],
  ] as const;
}

function Filters({ session, filter }: { readonly session: Session; readonly filter: ClaimFilter }) {
  const set = (name: string, value: string) => {
    const query = { ...Object.fromEntries(session.route.query), [name]: value };
    location.replace(hashOf(['claims'], query));
  };
  return (
    <form class="filters" onSubmit={(event) => event.preventDefault()}>
      {choicesOf(session.model).map(([name, options]) => (
        <label key={name}>
          {name}
          <select
            value={filter[name] ?? ''}
            onChange={(event) => set(name, event.currentTarget.value)}
          >
            <option value="">any</option>
            {options.map(([value, text]) => (
              <option key={value} value={value}>
                {text}
              </option>
            ))}
          </select>
        </label>
      ))}
      <label class="text">
        contains
        <input
          type="search"
          value={filter.text ?? ''}
          placeholder="id of a claim, batch, requester"
          onInput={(event) => set('text', event.currentTarget.value)}
        />
      </label>
    </form>
  );
}
