// SPDX-License-Identifier: Apache-2.0

/** A small drawing, since a browser would else ask for /favicon.ico. */
export const ICON =
  "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 16 16'%3E%3Cpath fill='%230b6b54' d='M8 1l6 3.3v7.4L8 15l-6-3.3V4.300z'/%3E%3Cpath fill='none' stroke='%23fff' d='M3 5l5 2.700L13 5M8 7.700V14'/%3E%3C/svg%3E";

const COLORS = `
:root { color-scheme: light dark;
  --page: #faf9f6; --panel: #fff; --ink: #1d1c1a; --muted: #625e57; --line: #e5e1d9; --soft: #f1efe9;
  --accent: #0b6b54; --on-accent: #fff; --served: #1a8a6d; --downloaded: #c2570c; --focus: #1d4ed8; }
@media (prefers-color-scheme: dark) { :root {
  --page: #121416; --panel: #191c1f; --ink: #e8e6e1; --muted: #a6a299; --line: #2c3034; --soft: #22262a;
  --accent: #6fd6b4; --on-accent: #06231b; --served: #4fc29c; --downloaded: #e9a05b; --focus: #8ab4ff; } }
`;

const LAYOUT = `
* { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; text-size-adjust: 100%; }
body { margin: 0 auto; max-width: 76rem; padding: 0 clamp(1rem, 4vw, 2.5rem) 2rem; background: var(--page);
  color: var(--ink); font: 1rem/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", sans-serif;
  overflow-wrap: anywhere; }
h1, h2, p, dl, dd, figure, ul { margin: 0; padding: 0; }
ul { list-style: none; }
a { color: var(--accent); text-underline-offset: .2em; text-decoration-thickness: 1px; }
a:hover { text-decoration-thickness: 2px; }
:focus-visible { outline: 3px solid var(--focus); outline-offset: 2px; border-radius: 3px; }
code, pre { font: .875em/1.5 ui-monospace, "SF Mono", "Cascadia Mono", Menlo, Consolas, monospace; }
header { display: flex; flex-wrap: wrap; align-items: baseline; gap: .25rem 1rem; padding: 1.75rem 0 1.5rem; }
h1 { font-size: 1.6rem; line-height: 1.2; letter-spacing: -.02em; font-weight: 700; }
h1 a { color: inherit; text-decoration: none; }
header p, footer { color: var(--muted); }
footer { margin-top: 2.5rem; padding-top: 1rem; border-top: 1px solid var(--line); font-size: .875rem; }
.skip { position: absolute; left: -100rem; }
.skip:focus { left: 1rem; top: .5rem; background: var(--panel); padding: .25rem .5rem; }
.unseen { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
.overview { display: grid; gap: 1rem; grid-template-columns: minmax(0, 1fr); margin-bottom: 2.5rem; }
.totals, .chart { background: var(--panel); border: 1px solid var(--line); border-radius: 10px; }
.totals { display: grid; grid-template-columns: repeat(auto-fit, minmax(9rem, 1fr)); gap: 1.25rem 1.5rem; padding: 1.1rem 1.25rem; }
.totals dt, .totals dd { color: var(--muted); font-size: .8125rem; }
.totals strong { display: block; color: var(--ink); font-size: 1.5rem; line-height: 1.25; font-weight: 600; letter-spacing: -.01em;
  font-variant-numeric: tabular-nums; }
.whole { white-space: nowrap; }
`;

const CHART = `
.chart { position: relative; padding: 1.1rem 1.25rem; }
.chart figcaption { display: flex; flex-wrap: wrap; gap: .25rem 1.25rem; align-items: baseline; }
.chart h2 { font-size: .9375rem; font-weight: 600; }
.legend { display: flex; gap: 1rem; font-size: .8125rem; color: var(--muted); }
.legend li::before { content: ""; display: inline-block; width: .65rem; height: .65rem; border-radius: 2px; margin-right: .4rem; }
.legend .served::before { background: var(--served); }
.legend .downloaded::before { background: var(--downloaded); }
.chart .peak { font-size: .75rem; color: var(--muted); text-align: right; font-variant-numeric: tabular-nums; }
.chart svg { display: block; width: 100%; height: 8rem; }
.chart .grid, .chart .base { fill: none; stroke: var(--line); vector-effect: non-scaling-stroke; }
.chart .base { stroke: var(--muted); }
.chart .hit { fill: transparent; }
.chart g:hover .hit { fill: var(--soft); }
.chart rect.served { fill: var(--served); }
.chart rect.downloaded { fill: var(--downloaded); }
.axis { display: flex; justify-content: space-between; font-size: .75rem; color: var(--muted); margin-top: .3rem;
  font-variant-numeric: tabular-nums; }
.chart details { margin-top: .5rem; font-size: .8125rem; }
.days { border-collapse: collapse; margin-top: .5rem; font-variant-numeric: tabular-nums; }
.days th, .days td { padding: .15rem 1.25rem .15rem 0; text-align: right; font-weight: 400; }
.days th:first-child { text-align: left; }
.days thead th { color: var(--muted); }
summary { cursor: pointer; color: var(--muted); width: fit-content; }
summary:hover { color: var(--ink); }
`;

const LIST = `
form label { display: block; color: var(--muted); font-size: .875rem; margin-bottom: .35rem; }
form div { display: flex; gap: .5rem; }
input[type=search] { flex: 1; min-width: 0; font: inherit; color: inherit; background: var(--panel);
  border: 1px solid var(--muted); border-radius: 8px; padding: .5rem .75rem; }
form button { font: inherit; font-weight: 600; color: var(--on-accent); background: var(--accent); border: 0;
  border-radius: 8px; padding: .5rem 1.1rem; cursor: pointer; }
.heading { display: flex; flex-wrap: wrap; align-items: baseline; gap: .4rem .75rem; margin: 1.5rem 0 .5rem; }
.heading h2 { font-size: 1.0625rem; font-weight: 600; font-variant-numeric: tabular-nums; }
.chip { font-size: .8125rem; padding: .1rem .6rem; border: 1px solid var(--line); border-radius: 1rem; background: var(--panel);
  color: var(--ink); text-decoration: none; max-width: 100%; }
.chip:hover { border-color: var(--accent); }
.sorts { display: none; font-size: .875rem; color: var(--muted); }
.blobs { width: 100%; border-collapse: collapse; font-size: .9375rem; }
.blobs thead th { text-align: left; font-size: .8125rem; font-weight: 500; color: var(--muted); padding: .5rem .75rem .5rem 0;
  border-bottom: 1px solid var(--muted); white-space: nowrap; }
.blobs thead a { color: inherit; text-decoration: none; }
.blobs thead a:hover { text-decoration: underline; }
.blobs .current { color: var(--ink); font-weight: 700; }
.blobs tbody { border-bottom: 1px solid var(--line); }
.blobs tbody th { width: 42%; text-align: left; font-weight: 400; }
.blobs tbody th, .blobs td { padding: .75rem .75rem 0 0; vertical-align: top; }
.blobs .more td { padding: .1rem 0 .75rem; }
.blobs .number { text-align: right; font-variant-numeric: tabular-nums; padding-right: 0; padding-left: .75rem; white-space: nowrap; }
.blobs .none { color: var(--muted); }
.name { font-weight: 600; color: var(--ink); text-decoration-color: var(--line); }
.name:hover { color: var(--accent); text-decoration-color: currentcolor; }
.absent .name { font-weight: 400; }
.meta { font-size: .8125rem; color: var(--muted); }
.meta > * { margin-right: .4rem; }
.tag { border: 1px solid var(--line); background: var(--soft); color: var(--ink); border-radius: 4px; padding: 0 .35rem; font-size: .75rem;
  white-space: nowrap; }
.blobs details { font-size: .8125rem; }
.blobs dl { margin: .5rem 0 .25rem; padding: .9rem 1rem; background: var(--soft); border-radius: 8px; display: grid; gap: .45rem; }
.blobs dl div { display: grid; grid-template-columns: 7.5rem minmax(0, 1fr); gap: .25rem 1rem; }
.blobs dt { color: var(--muted); }
.copyable { user-select: all; }
.blobs button { font: inherit; font-size: .75rem; color: var(--ink); background: var(--panel); border: 1px solid var(--muted);
  border-radius: 5px; padding: 0 .5rem; cursor: pointer; }
.nothing { padding: 2rem 1.25rem; background: var(--panel); border: 1px dashed var(--line); border-radius: 10px; color: var(--muted); }
.nothing pre { white-space: pre-wrap; margin: .75rem 0 0; color: var(--ink); }
.paging { display: flex; gap: 1.5rem; margin-top: 1.25rem; }
.paging .next { margin-left: auto; }
`;

/** A row becomes a card where a table would not fit. */
const NARROW = `
@media (max-width: 52rem) {
  .sorts { display: block; flex-basis: 100%; }
  .sorts .current { color: var(--ink); font-weight: 700; }
  .blobs { display: block; }
  .blobs thead { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
  .blobs tbody { display: block; background: var(--panel); border: 1px solid var(--line); border-radius: 10px;
    padding: .9rem 1rem; margin-bottom: .75rem; }
  .blobs tr { display: grid; grid-template-columns: repeat(2, minmax(0, 1fr)); gap: .4rem 1rem; }
  .blobs tr.more { display: block; margin-top: .6rem; }
  .blobs tbody th { grid-column: 1 / -1; width: auto; }
  .blobs tbody th, .blobs td, .blobs .number, .blobs .more td { display: block; padding: 0; text-align: left; white-space: normal; }
  .blobs td[data-label]::before { content: attr(data-label); display: block; font-size: .75rem; color: var(--muted); }
  .blobs dl div { grid-template-columns: minmax(0, 1fr); gap: 0; }
  .blobs dt { font-size: .75rem; }
}
@media (max-width: 30rem) { .totals { grid-template-columns: repeat(2, minmax(0, 1fr)); }
  .totals div:first-child { grid-column: 1 / -1; } }
@media print { form, .skip, .paging, footer { display: none; } }
`;

/** The whole style of the page. */
export const STYLE = COLORS + LAYOUT + CHART + LIST + NARROW;
