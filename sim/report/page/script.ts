/**
 * What a report does when scripts run: it shows the numbers of a mark, picks out a series, copies
 * commands, and saves data, specification and picture of a figure. Without scripts nothing is
 * missing but these. One function in plain browser JavaScript, sent as text, in a strict policy.
 */

/** The script of a report. */
export const SCRIPT = `(() => {
'use strict';
const tip = document.getElementById('tip');
const hide = () => { tip.hidden = true; };
const show = (mark, x, y) => {
  tip.textContent = mark.dataset.tip;
  tip.hidden = false;
  const { width, height } = tip.getBoundingClientRect();
  tip.style.left = Math.max(4, Math.min(x + 14, innerWidth - width - 4)) + 'px';
  tip.style.top = (y + 18 + height > innerHeight ? y - height - 10 : y + 18) + 'px';
};
/* the nearest mark within a finger's width, so that points need not be hit */
const nearest = (svg, x, y) => {
  let best; let least = 28;
  for (const mark of svg.querySelectorAll('[data-tip]')) {
    const box = mark.getBoundingClientRect();
    const dx = Math.max(box.left - x, 0, x - box.right);
    const dy = Math.max(box.top - y, 0, y - box.bottom);
    const far = Math.hypot(dx, dy);
    if (far < least) { least = far; best = mark; }
  }
  return best;
};
document.addEventListener('pointermove', ({ target, clientX, clientY }) => {
  const svg = target instanceof Element ? target.closest('figure > .drawing svg') : null;
  const mark = svg === null ? undefined : nearest(svg, clientX, clientY);
  if (mark === undefined) hide(); else show(mark, clientX, clientY);
});
document.addEventListener('scroll', hide, { passive: true });
document.addEventListener('keydown', ({ key }) => { if (key === 'Escape') hide(); });
const button = (text, action) => {
  const made = document.createElement('button');
  made.type = 'button';
  made.textContent = text;
  made.addEventListener('click', () => action(made));
  return made;
};
for (const command of document.querySelectorAll('.command')) {
  const text = command.querySelector('code').textContent;
  command.append(button('Copy', async (made) => {
    try {
      await navigator.clipboard.writeText(text);
      made.textContent = 'Copied';
    } catch {
      getSelection().selectAllChildren(command.querySelector('code'));
      made.textContent = 'Selected';
    }
    setTimeout(() => { made.textContent = 'Copy'; }, 1500);
  }));
}
const save = (name, type, text) => {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(new Blob([text], { type }));
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 1000);
};
const quoted = (text) => /[",\\n]/.test(text) ? '"' + text.replaceAll('"', '""') + '"' : text;
const csvOf = (table) => [...table.rows].map((row) =>
  [...row.cells].map((cell) => quoted(cell.textContent)).join(',')).join('\\n') + '\\n';
for (const figure of document.querySelectorAll('figure')) {
  const id = figure.id;
  const tools = document.createElement('div');
  tools.className = 'tools';
  tools.append(
    button('Data (CSV)', () => save(id + '.csv', 'text/csv', csvOf(figure.querySelector('table')))),
    button('Vega-Lite', () =>
      save(id + '.vl.json', 'application/json', document.getElementById(id + '-spec').textContent)),
  );
  figure.querySelector('details').append(tools);
  const keys = [...figure.querySelectorAll('.keys [data-colour]')];
  const marks = [...figure.querySelectorAll('.drawing svg [fill],.drawing svg [stroke]')];
  let picked;
  for (const key of keys) {
    const toggle = button('', () => {
      picked = picked === key ? undefined : key;
      for (const other of keys) {
        other.firstChild.setAttribute('aria-pressed', String(other === picked));
      }
      for (const mark of marks) {
        const own = mark.getAttribute('fill') + mark.getAttribute('stroke');
        const others = keys.filter((each) => each !== picked);
        mark.classList.toggle('faded', picked !== undefined
          && others.some(({ dataset }) => own.includes(dataset.colour)));
      }
    });
    toggle.setAttribute('aria-pressed', 'false');
    toggle.title = 'Show this alone';
    toggle.append(...key.childNodes);
    key.append(toggle);
  }
}
})();`;
