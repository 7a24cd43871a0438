/** All nodes in a table: also for those who cannot see the map. */
import { blamersAt, isUpAt, moneyAt, type NodeEntry, silenceAt } from '../model/node-entry.ts';
import { roundUs } from '../model/overview.ts';
import { ago, grouped, signed } from '../model/words.ts';
import { useNow } from '../parts/context.ts';
import { NodeLink } from '../parts/marks.tsx';
import { type Column, VirtualTable } from '../parts/virtual-table.tsx';

/** The list of nodes. */
export function ValidatorsPage() {
  const { model, at } = useNow();
  const rows = model.nodes.filter((node) => node !== undefined && node.record.at <= at);
  return (
    <div class="full">
      <h1>Nodes</h1>
      <p class="quiet">
        Silent: drawn at three levels or more in the last 30 rounds, and spoke at half of them or
        fewer.
      </p>
      <VirtualTable
        label="Nodes"
        columns={columnsAt(at, roundUs(model))}
        rows={rows}
        keyOf={({ number }) => String(number)}
        empty="No node is known yet."
      />
    </div>
  );
}

function columnsAt(at: number, round: number): readonly Column<NodeEntry>[] {
  return [
    { name: 'node', width: '8rem', cell: ({ number }) => <NodeLink node={number} /> },
    { name: 'state', width: 'minmax(5rem, 8rem)', cell: (node) => stateOf(node, at, round) },
    {
      name: 'stake',
      width: '8rem',
      isNumber: true,
      isExtra: true,
      cell: ({ record }) => (record.stake === undefined ? '' : grouped(BigInt(record.stake))),
    },
    {
      name: 'levels',
      width: '5rem',
      isNumber: true,
      isExtra: true,
      cell: ({ drawn }) => grouped(drawn.countAt(at)),
    },
    {
      name: 'votes',
      width: '5rem',
      isNumber: true,
      isExtra: true,
      cell: ({ revealed }) => grouped(revealed.countAt(at)),
    },
    {
      name: 'blamed by',
      width: '5rem',
      isNumber: true,
      isExtra: true,
      cell: (node) => grouped(blamersAt(node, at)),
    },
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
      width: '7rem',
      isNumber: true,
      isExtra: true,
      cell: ({ said }) => {
        const last = said.lastAt(at);
        return last === undefined ? 'never' : ago(at - last);
      },
    },
    {
      name: 'behaviour',
      width: 'minmax(9rem, 1fr)',
      isExtra: true,
      cell: ({ record }) => record.behaviour ?? '',
    },
  ];
}

function stateOf(node: NodeEntry, at: number, round: number) {
  if (!isUpAt(node, at)) return <span class="mark unavailable">✕ down</span>;
  const { isSilent } = silenceAt(node, { at, roundUs: round });
  if (isSilent) return <span class="mark challenged">◆ silent</span>;
  return <span class="mark quiet">● up</span>;
}
