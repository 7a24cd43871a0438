/** All nodes in a table: also for those who cannot see the map. */
import { hashOf } from '../feed/route.ts';
import type { NetworkModel } from '../model/network-model.ts';
import {
  blamersAt,
  isHeardAt,
  isUpAt,
  moneyAt,
  type NodeEntry,
  silenceAt,
} from '../model/node-entry.ts';
import { counted, roundUs } from '../model/overview.ts';
import { nodeName, nodeNamed } from '../model/who.ts';
import { ago, grouped, signed } from '../model/words.ts';
import { type Now, useNow } from '../parts/context.ts';
import { NodeLink } from '../parts/marks.tsx';
import { type Column, VirtualTable } from '../parts/virtual-table.tsx';

/** The list of nodes. */
export function ValidatorsPage() {
  const now = useNow();
  const { model, at, session } = now;
  const text = session.route.query.get('text') ?? '';
  const all = model.nodes.filter((node) => node !== undefined && node.record.at <= at);
  const rows = all.filter((node) => isLike(now, node, text));
  return (
    <div class="full">
      <h1>Nodes</h1>
      <form class="filters" onSubmit={(event) => event.preventDefault()}>
        <label class="text">
          find
          <input
            type="search"
            value={text}
            placeholder="name, id, role, region"
            onInput={(event) => {
              const query = Object.fromEntries(session.route.query);
              location.replace(
                hashOf(['validators'], { ...query, text: event.currentTarget.value }),
              );
            }}
          />
        </label>
        <OwnLink />
      </form>
      <p class="quiet" role="status">
        {rows.length === all.length
          ? counted(all.length, 'node')
          : `${rows.length} of ${counted(all.length, 'node')}`}
        . Silent: drawn at three levels or more in the last 30 rounds, and spoke at half of them or
        fewer.
      </p>
      <VirtualTable
        label="Nodes"
        columns={columnsAt(now)}
        rows={rows}
        keyOf={({ number }) => String(number)}
        empty={all.length === 0 ? 'No node is known yet.' : 'No node is like that.'}
      />
    </div>
  );
}

function isLike({ model }: Now, node: NodeEntry, text: string): boolean {
  const { id, role, region = '', behaviour = '' } = node.record;
  const wanted = text.trim().toLowerCase();
  return [nodeName(model, node), id, role, region, behaviour].some((each) => each.includes(wanted));
}

function OwnLink() {
  const { model, session } = useNow();
  const own = nodeNamed(model, session.source.node ?? '');
  if (own === undefined) return null;
  return (
    <p class="own-link">
      <span class="quiet">served by</span> <NodeLink node={own.number} />
    </p>
  );
}

function columnsAt(now: Now): readonly Column<NodeEntry>[] {
  const { model, at } = now;
  const hasBehaviour = model.nodes.some((node) => node?.record.behaviour !== undefined);
  return [
    { name: 'node', width: '12rem', cell: ({ number }) => <NodeLink node={number} /> },
    { name: 'state', width: 'minmax(5rem, 10rem)', cell: (node) => stateOf(node, now) },
    {
      name: 'stake',
      width: '12rem',
      isNumber: true,
      isExtra: true,
      cell: ({ record }) => (record.stake === undefined ? '' : grouped(BigInt(record.stake))),
    },
    count('levels', ({ drawn }) => drawn.countAt(at)),
    count('votes', ({ revealed }) => revealed.countAt(at)),
    count('blamed by', (node) => blamersAt(node, at)),
    {
      name: 'balance',
      width: '7rem',
      isNumber: true,
      cell: (node) => {
        const { gained, lost } = moneyAt(node, at);
        return signed(gained - lost);
      },
    },
    {
      name: 'last heard',
      width: '9rem',
      isNumber: true,
      isExtra: true,
      cell: ({ said }) => {
        const last = said.lastAt(at);
        return last === undefined ? 'never' : ago(at - last);
      },
    },
    {
      name: hasBehaviour ? 'behaviour' : 'role',
      width: 'minmax(9rem, 1fr)',
      isExtra: true,
      cell: ({ record }) => record.behaviour ?? record.role,
    },
  ];
}

function count(name: string, of: (node: NodeEntry) => number): Column<NodeEntry> {
  const cell = (node: NodeEntry) => grouped(of(node));
  return { name, width: '5rem', isNumber: true, isExtra: true, cell };
}

function stateOf(node: NodeEntry, { model, at, session }: Now) {
  const time = { at, roundUs: roundUs(model) };
  if (!isUpAt(node, at)) return <span class="mark unavailable">✕ down</span>;
  if (silenceAt(node, time).isSilent) return <span class="mark challenged">◆ silent</span>;
  if (model.start?.source !== 'network') return <span class="mark quiet">● up</span>;
  // of others a node knows what it hears and to whom it is connected, no more
  if (node.record.id === session.source.node) return <span class="mark quiet">● this node</span>;
  const isLinked = isLinkedAt(model, node.number, at);
  if (isLinked) return <span class="mark quiet">● a peer</span>;
  if (isHeardAt(node, time)) return <span class="mark quiet">● heard</span>;
  return <span class="mark quiet">○ not heard lately</span>;
}

function isLinkedAt({ links }: NetworkModel, node: number, at: number): boolean {
  return [...links.values()].some(
    ({ a, b, changes }) =>
      (a === node || b === node) && changes.findLast((change) => change.at <= at)?.isUp === true,
  );
}
