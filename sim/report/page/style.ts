/**
 * How a report looks: light and dark, 360 to 1600 pixels, and on paper. Colours of figures are
 * variables of the same names as in `figures/palette.ts`; what is not set for the dark keeps its
 * printed colour.
 */

const LIGHT = `
color-scheme:light dark;
--paper:#fff;--card:#fff;--back:#f4f6f8;--line:#dfe3e8;--ink:#1c2126;--muted:#57606a;
--accent:#0062a3;--good:#00694c;--good-back:#e6f4ef;--bad:#a63d00;--bad-back:#fdeee5;
--code:#eef1f4;`;

const DARK = `
--paper:#12161b;--card:#1a2027;--back:#12161b;--line:#303a45;--ink:#e8ecf0;--muted:#a3aeba;
--accent:#6db8ec;--good:#4fd0a5;--good-back:#12322a;--bad:#ff9d66;--bad-back:#3a2114;
--code:#242c35;--grid:#303a45;
--series-0:#4ba6e0;--series-1:#f0803c;--series-2:#2fc296;--series-3:#e09ac2;--series-4:#f0b62e;
--series-5:#9bd4f7;
--heat-0:#1d2a36;--heat-1:#1f3f5a;--heat-2:#25608c;--heat-3:#3a86bd;--heat-4:#79b8e3;
--heat-5:#c3e1f6;--heat-ink:#f0f4f8;--heat-paper:#10161c;`;

const BASE = `
*{box-sizing:border-box}
html{-webkit-text-size-adjust:100%;text-size-adjust:100%}
body{margin:0;background:var(--back);color:var(--ink);
font:16px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"Noto Sans",sans-serif}
main,.top,footer{max-width:1560px;margin:0 auto;padding:0 20px}
.top{padding-top:24px}
h1{font-size:1.7rem;line-height:1.2;margin:0 0 6px;overflow-wrap:anywhere}
h2{font-size:1.3rem;margin:0 0 4px}
h3{font-size:1rem;margin:0 0 6px}
p{margin:0 0 10px;max-width:76ch}
.said{font-size:1.1rem}
.quiet{color:var(--muted)}
.small{font-size:.875rem}
a{color:var(--accent)}
nav ul{display:flex;flex-wrap:wrap;gap:4px 18px;list-style:none;margin:10px 0 0;padding:0;
font-size:.9rem}
section{margin:34px 0 0}
.skip{position:absolute;left:-9999px}
.skip:focus{left:8px;top:8px;background:var(--card);padding:8px}
:focus-visible{outline:3px solid var(--accent);outline-offset:2px}`;

const CARDS = `
.verdicts{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,300px),1fr));
gap:14px;margin:18px 0 0}
.verdict{background:var(--card);border:1px solid var(--line);border-left:6px solid var(--muted);
border-radius:8px;padding:12px 16px}
.verdict.good{border-left-color:var(--good)}
.verdict.bad{border-left-color:var(--bad)}
.verdict h2{font-size:.95rem;font-weight:600;color:var(--muted);margin:0}
.verdict .big{font-size:1.55rem;line-height:1.25;font-weight:650;margin:2px 0 4px}
.verdict.good .big{color:var(--good)}
.verdict.bad .big{color:var(--bad)}
.verdict p{margin:0;font-size:.93rem}
.verdict p+p{margin-top:4px}
.figures{display:grid;grid-template-columns:repeat(auto-fill,minmax(min(100%,400px),1fr));
gap:14px;margin:14px 0 0;align-items:start}
figure,.card{margin:0;background:var(--card);border:1px solid var(--line);border-radius:8px;
padding:12px 14px;min-width:0}
.card{margin-top:14px}
.figures>.card{margin-top:0}
figure>h3{margin-bottom:0}
figure svg{display:block;width:100%;height:auto;max-height:460px;overflow:visible;
font-family:system-ui,-apple-system,"Segoe UI",Roboto,"Noto Sans",sans-serif}
figcaption{font-size:.9rem;color:var(--muted)}
.keys{display:flex;flex-wrap:wrap;gap:2px 10px;list-style:none;margin:6px 0 0;padding:0;
font-size:.85rem}
.keys li,.keys button{display:flex;align-items:center;gap:6px}
.keys svg{width:20px;height:12px;flex:none}
.keys button{font:inherit;color:inherit;background:none;border:1px solid transparent;
border-radius:6px;padding:2px 6px;margin-left:-6px;cursor:pointer}
.keys button:hover{border-color:var(--line)}
.keys button[aria-pressed=true]{border-color:var(--accent)}
.faded{opacity:.12}
[data-tip]{cursor:default}
#tip{position:fixed;z-index:9;max-width:min(320px,90vw);background:var(--ink);color:var(--paper);
padding:6px 10px;border-radius:6px;font-size:.85rem;pointer-events:none;white-space:pre-line}
#tip[hidden]{display:none}`;

const TABLES = `
details{margin:8px 0 0;font-size:.9rem}
summary{cursor:pointer;color:var(--accent);padding:2px 0}
.scroll{overflow-x:auto;margin:6px 0 0}
table{border-collapse:collapse;width:max-content;font-size:.875rem;
font-variant-numeric:tabular-nums}
caption{text-align:left;color:var(--muted);padding:2px 0}
th,td{padding:4px 12px 4px 0;text-align:left;vertical-align:top;border-bottom:1px solid var(--line)}
th{font-weight:600}
td{max-width:46ch;overflow-wrap:anywhere}
td.n,th.n{text-align:right;white-space:nowrap}
dl{display:grid;grid-template-columns:minmax(0,auto) minmax(0,1fr);gap:4px 16px;margin:8px 0 0;
font-size:.92rem}
dt{color:var(--muted)}
dd{margin:0;overflow-wrap:anywhere}
code{font:.86em/1.4 ui-monospace,SFMono-Regular,Menlo,Consolas,"DejaVu Sans Mono",monospace;
overflow-wrap:anywhere}
.command{display:flex;gap:8px;align-items:flex-start;background:var(--code);border-radius:6px;
padding:6px 8px;margin:4px 0 0}
.command code{flex:1;white-space:pre-wrap}
.tools{display:flex;flex-wrap:wrap;gap:6px;margin:6px 0 0}
.command button,.tools button{font:inherit;font-size:.8rem;color:var(--ink);background:var(--card);
border:1px solid var(--line);border-radius:5px;padding:2px 8px;cursor:pointer}
.seeds{list-style:none;margin:12px 0 0;padding:0;display:grid;gap:14px;
grid-template-columns:repeat(auto-fill,minmax(min(100%,440px),1fr))}
.tree,.tree ul{list-style:none;margin:0;padding:0}
.tree ul{margin-left:9px;padding-left:18px;border-left:2px solid var(--line)}
.tree li{padding:5px 0}
.tree .bar{display:block;width:100%;max-width:420px;height:8px;border-radius:4px;
background:var(--line)}
footer{padding-top:30px;padding-bottom:30px;font-size:.85rem;color:var(--muted)}`;

/** Beside a figure a table takes what room is left; words of tables break before numbers do. */
const WIDE = `
@media (min-width:860px){
.figures>.card{grid-column:span 2}
table{width:auto}
td:not(.n){min-width:7em}
}`;

const NARROW = `
@media (max-width:480px){
main,.top,footer{padding-left:12px;padding-right:12px}
figure,.card,.verdict{padding:10px}
h1{font-size:1.4rem}
nav ul{flex-wrap:nowrap;overflow-x:auto;white-space:nowrap}
dl{grid-template-columns:1fr}
dd{margin-bottom:6px}
}`;

const PRINT = `
@media print{
:root{${LIGHT}}
html{font-size:9.5pt}
body{font-size:1rem;background:#fff}
.figures>.card{grid-column:1/-1}
.verdict .big{font-size:1.25rem}
main,.top,footer{max-width:none;padding:0}
nav,.tools,.command button,#tip{display:none}
figure,.card,.verdict,.command,tr{break-inside:avoid}
h2,h3{break-after:avoid}
section{margin-top:18pt}
.verdicts{grid-template-columns:repeat(3,1fr)}
.figures{grid-template-columns:repeat(2,1fr)}
.scroll{overflow:visible}
table{font-size:7.5pt;width:auto}
th,td{padding-right:6pt}
td:not(.n){min-width:4.6em}
th.n{white-space:normal}
a{color:inherit}
.command{border:1px solid var(--line)}
details:not([open]){display:none}
@page{margin:14mm}
}`;

/** The style sheet of a report. */
export const STYLE = [
  `:root{${LIGHT}}`,
  `@media screen and (prefers-color-scheme:dark){:root{${DARK}}}`,
  BASE,
  CARDS,
  TABLES,
  WIDE,
  NARROW,
  PRINT,
].join('\n');
