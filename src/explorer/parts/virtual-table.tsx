/**
 * A table of many rows of which only those in view exist: a hundred thousand claims scroll like
 * ten. Rows have one height; readers of screens are told how many there are.
 */
import type { ComponentChildren, RefObject } from 'preact';
import { useLayoutEffect, useRef, useState } from 'preact/hooks';

/** One column. */
export type Column<Row> = {
  readonly name: string;
  readonly cell: (row: Row) => ComponentChildren;
  /** Width as CSS has it in a grid. */
  readonly width: string;
  /** Left out where the page is narrow. */
  readonly isExtra?: boolean;
  readonly isNumber?: boolean;
};

const ROW_PX = 34;
/** Rows above and below the view, so that scrolling shows no gaps. */
const MARGIN_ROWS = 8;

/** Shows `rows`, the first one on top. */
export function VirtualTable<Row>({
  label,
  columns,
  rows,
  keyOf,
  empty,
}: {
  readonly label: string;
  readonly columns: readonly Column<Row>[];
  readonly rows: readonly Row[];
  readonly keyOf: (row: Row) => string;
  readonly empty: string;
}) {
  const scroller = useRef<HTMLDivElement>(null);
  const view = useView(scroller);
  const shown = view.isNarrow ? columns.filter(({ isExtra }) => isExtra !== true) : columns;
  const first = Math.max(0, Math.floor(view.top / ROW_PX) - MARGIN_ROWS);
  const end = Math.ceil((view.top + view.height) / ROW_PX) + MARGIN_ROWS;
  const template = { gridTemplateColumns: shown.map(({ width }) => width).join(' ') };
  return (
    <div class="table" ref={scroller} role="region" tabIndex={0} aria-label={label}>
      <div role="table" aria-label={label} aria-rowcount={rows.length + 1}>
        <div class="row head" role="row" aria-rowindex={1} style={template}>
          {shown.map(({ name, isNumber }) => (
            <span key={name} role="columnheader" class={isNumber === true ? 'number' : ''}>
              {name}
            </span>
          ))}
        </div>
        <div role="rowgroup" class="tall" style={{ height: `${rows.length * ROW_PX}px` }}>
          {rows.slice(first, end).map((row, index) => (
            <div
              key={keyOf(row)}
              class="row"
              role="row"
              aria-rowindex={first + index + 2}
              style={{ ...template, transform: `translateY(${(first + index) * ROW_PX}px)` }}
            >
              {shown.map(({ name, cell, isNumber }) => (
                <span key={name} role="cell" class={isNumber === true ? 'number' : ''}>
                  {cell(row)}
                </span>
              ))}
            </div>
          ))}
        </div>
      </div>
      {rows.length === 0 ? <p class="empty">{empty}</p> : null}
    </div>
  );
}

/** What of the list is in view. */
function useView(scroller: RefObject<HTMLDivElement | null>) {
  const [view, setView] = useState({ top: 0, height: 600, isNarrow: false });
  useLayoutEffect(() => {
    const element = scroller.current;
    if (element === null) return undefined;
    const measure = () => {
      const { scrollTop: top, clientHeight: height, clientWidth } = element;
      setView({ top, height, isNarrow: clientWidth < 640 });
    };
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    element.addEventListener('scroll', measure, { passive: true });
    return () => {
      observer.disconnect();
      element.removeEventListener('scroll', measure);
    };
  }, [scroller]);
  return view;
}
