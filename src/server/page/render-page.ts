// SPDX-License-Identifier: Apache-2.0
import { count } from '../../core/text.ts';
import { bytesSaved, findHitRate } from '../statistics/tally.ts';
import { showBytes, showCount, showPart } from './amounts.ts';
import { renderChart } from './chart.ts';
import { type Html, html, type Part, trusted, visible } from './html.ts';
import type { Listing } from './listing.ts';
import { MAX_Q_CHARACTERS, type Order, type PageQuery, pageUrl, SORTS, type Sort } from './page-query.ts';
import { renderRow } from './render-row.ts';
import { SCRIPT } from './script.ts';
import { type RowPage, selectRows } from './select-rows.ts';
import { ICON, STYLE } from './style.ts';

const MAX_ROWS = 100;

/** The columns; those without a sort cannot be sorted by. */
const COLUMNS: readonly { readonly title: string; readonly sort?: Sort; readonly isNumber?: boolean }[] = [
  { title: 'Blob', sort: 'name' },
  { title: 'Version' },
  { title: 'Licence' },
  { title: 'Size', sort: 'size', isNumber: true },
  { title: 'Fetched', sort: 'fetched', isNumber: true },
  { title: 'Served', sort: 'served', isNumber: true },
  { title: 'Saved', sort: 'saved', isNumber: true },
];

/**
 * The page that shows what there is: pure, and without a script as useful as with it.
 *
 * @throws BlobsError `BLOBS_BAD_REQUEST` for a bad continuation
 */
export function renderPage(listing: Listing, query: PageQuery, nowMs: number): string {
  const { q, module, sort, order, continuation } = query;
  const page = selectRows(listing, {
    ...{ q, module, continuation, order, key: sort },
    ...{ maxRows: MAX_ROWS, isStoredOnly: false },
  });
  const search = visible(q || module, 60);
  return html`${renderHead(`${search && `${search} – `}Blobs`)}
<body>
<a class="skip" href="#list">Skip to the list</a>
<header>
<h1><a href="/">Blobs</a></h1>
<p>Downloaded once, verified by <span class="whole">SHA-256</span>, served to everybody here.</p>
</header>
<main>
<div class="overview">${renderTotals(listing)}
${renderChart(listing.traffic.days, nowMs)}</div>
<section id="list" aria-labelledby="list-title">
${renderSearch(query)}
${renderHeading(query, page)}
${page.rows.length > 0 ? renderTable(query, page) : renderNothing(listing, query)}
${renderPaging(query, page)}
</section>
</main>
<footer><p>The same for programs: <a href="${pageUrl(query, { export: 'json', continuation: '' })}">JSON</a> · <a href="/api/v1/status/">status</a> · <a href="/metrics">metrics</a></p></footer>
<script>${trusted(SCRIPT)}</script>
</body>
</html>
`.text;
}

/** The page in the place of one that cannot be shown, and why. */
export function renderProblem(message: string): string {
  return html`${renderHead('Blobs')}
<body>
<header><h1><a href="/">Blobs</a></h1></header>
<main><p class="nothing">This cannot be shown: ${visible(message)}. <a href="/">Show everything</a></p></main>
</body>
</html>
`.text;
}

function renderHead(title: string): Html {
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<title>${title}</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="robots" content="noindex">
<link rel="icon" href="${ICON}">
<style>${trusted(STYLE)}</style>
</head>`;
}

function renderTotals({ rows, storedCount, storedBytes, traffic }: Listing): Html {
  const { totals } = traffic;
  const rate = findHitRate(totals);
  const waiting = rows.length - storedCount;
  return html`<dl class="totals">
${total('Stored', showBytes(storedBytes), `${showCount(storedCount)} ${storedCount === 1 ? 'blob' : 'blobs'}${waiting > 0 ? `, ${showCount(waiting)} more on demand` : ''}`)}
${total('Served', showBytes(totals.bytesServed), `in ${showCount(totals.requests)} ${totals.requests === 1 ? 'answer' : 'answers'}`)}
${total('Downloaded', showBytes(totals.bytesDownloaded), `in ${showCount(totals.downloads)} ${totals.downloads === 1 ? 'download' : 'downloads'}`)}
${total('Saved', showBytes(bytesSaved(totals)), 'served less downloaded')}
${total('Hit rate', rate === undefined ? '–' : showPart(rate), 'answers without a download')}
</dl>`;
}

function total(name: string, value: string, note: string): Html {
  return html`<div><dt>${name}</dt><dd><strong>${value}</strong> <span>${note}</span></dd></div>`;
}

function renderSearch({ q, module, sort, order }: PageQuery): Html {
  const kept = [
    ['module', module],
    ['sort', sort === 'name' ? '' : sort],
    ['order', order === SORTS[sort] ? '' : order],
  ].filter(([, value]) => value !== '');
  return html`<form role="search" action="/" method="get">
<label for="q">Search module, path, version, licence or the beginning of a digest</label>
<div><input id="q" type="search" name="q" value="${q}" maxlength="${MAX_Q_CHARACTERS}" autocomplete="off" autocapitalize="none" spellcheck="false"><button type="submit">Search</button></div>
${kept.map(([name, value]) => html`<input type="hidden" name="${name}" value="${value}">`)}
</form>`;
}

function renderHeading(query: PageQuery, page: RowPage): Html {
  const { q, module } = query;
  const { rows, before, total: all } = page;
  const range =
    rows.length < all
      ? `${showCount(before + 1)}–${showCount(before + rows.length)} of ${showCount(all)} blobs`
      : count(all, 'blob');
  const reset = (name: string, value: string, changes: Partial<PageQuery>): Part =>
    value !== '' &&
    html` <a class="chip" href="${pageUrl(query, { ...changes, continuation: '' })}">${name} <bdi>${visible(value, 60)}</bdi> <span aria-hidden="true">×</span><span class="unseen">(remove)</span></a>`;
  return html`<div class="heading"><h2 id="list-title">${rows.length === 0 ? 'No blobs' : range}</h2>${reset('search', q, { q: '' })}${reset('module', module, { module: '' })}
${rows.length > 1 && renderSorts(query)}</div>`;
}

/** The links of the table's head, for where there is no room for one. */
function renderSorts(query: PageQuery): Html {
  const links = COLUMNS.map(({ title, sort }) => {
    const text = title === 'Blob' ? 'name' : title.toLowerCase();
    return sort !== undefined && html` ${sortLink(query, sort, text)}`;
  });
  return html`<p class="sorts">Sort by${links}</p>`;
}

function sortLink(query: PageQuery, sort: Sort, text: string): Html {
  const isCurrent = query.sort === sort;
  const other: Order = query.order === 'asc' ? 'desc' : 'asc';
  const url = pageUrl(query, { sort, order: isCurrent ? other : SORTS[sort], continuation: '' });
  const arrow = isCurrent && html`<span aria-hidden="true">${query.order === 'asc' ? ' ↑' : ' ↓'}</span>`;
  return html`<a href="${url}"${isCurrent && html` class="current"`}>${text}${arrow}</a>`;
}

function renderTable(query: PageQuery, { rows }: RowPage): Html {
  return html`<table role="table" class="blobs" aria-labelledby="list-title">
<thead role="rowgroup"><tr role="row">
${COLUMNS.map(({ title, sort, isNumber }) => {
  const isCurrent = sort !== undefined && sort === query.sort;
  const direction = query.order === 'asc' ? 'ascending' : 'descending';
  return html`<th scope="col" role="columnheader"${isNumber && html` class="number"`}${isCurrent && html` aria-sort="${direction}"`}>${sort === undefined ? title : sortLink(query, sort, title)}</th>`;
})}
</tr></thead>
${rows.map((row) => renderRow(row, query))}
</table>`;
}

function renderNothing({ rows }: Listing, { q, module }: PageQuery): Html {
  if (rows.length > 0) {
    const why = q || module ? 'Nothing here matches that.' : 'There is no further page.';
    return html`<p class="nothing">${why} <a href="/">Show everything</a></p>`;
  }
  return html`<div class="nothing"><p>This store is empty, and no module declares a blob yet. The first download fills it:</p>
<pre><code>curl -OJ 'http://<em>this server</em>/api/v1/fetch?url=<em>URL</em>'</code></pre></div>`;
}

function renderPaging(query: PageQuery, { continuation, before }: RowPage): Part {
  if (continuation === undefined && before === 0) return undefined;
  return html`<nav class="paging" aria-label="Pages">
${before > 0 && html`<a href="${pageUrl(query, { continuation: '' })}#list">First page</a>`}
${continuation !== undefined && html`<a class="next" rel="next" href="${pageUrl(query, { continuation })}#list">Next page</a>`}
</nav>`;
}
