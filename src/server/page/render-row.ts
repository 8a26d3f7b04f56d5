// SPDX-License-Identifier: Apache-2.0
import { basename } from 'node:path/posix';
import { redactUrl } from '../../core/url.ts';
import { showBytes, showCount, showDay } from './amounts.ts';
import { findLink, type Html, html, type Part, visible } from './html.ts';
import type { ListingRow } from './listing-row.ts';
import { type PageQuery, pageUrl } from './page-query.ts';

/** Of a digest that many entries declare; the export has the file once all the same. */
const MAX_ENTRIES = 20;
const MAX_URLS = 10;

/** One blob of the table: a row of numbers, and one of what else is known, which is folded away. */
export function renderRow(row: ListingRow, query: PageQuery): Html {
  const { digest, sizeBytes, versions, licenses, fetchedMs, requests, savedBytes } = row;
  return html`<tbody role="rowgroup"${!row.isStored && html` class="absent"`}>
<tr role="row">
<th scope="row" role="rowheader" class="blob">${renderName(row)}
<p class="meta">${renderTags(row, query)}</p></th>
${cell('Version', join(versions, 80))}
${cell('Licence', join(licenses, 120))}
${cell('Size', sizeBytes !== undefined && showBytes(sizeBytes), 'number')}
${cell('Fetched', fetchedMs !== undefined && showDay(fetchedMs), 'number')}
${cell('Served', `${showCount(requests)} ×`, 'number')}
${cell('Saved', savedBytes > 0 && showBytes(savedBytes), 'number')}
</tr>
<tr role="row" class="more"><td role="cell" colspan="7"><details><summary>SHA-256 <code>${digest.slice(0, 12)}…</code></summary>
${renderDetails(row)}</details></td></tr>
</tbody>`;
}

function cell(label: string, value: Part, className = ''): Html {
  const known = value !== false && value !== '' && value !== undefined;
  return html`<td role="cell" class="${className}" data-label="${label}">${known ? value : html`<span class="none" aria-label="unknown">–</span>`}</td>`;
}

function renderName({ digest, name, isStored }: ListingRow): Html {
  const shown = html`<bdi>${visible(name, 200)}</bdi>`;
  return html`<a class="name" href="/sha256/${digest}" download="${basename(name).slice(0, 150)}"${!isStored && html` title="fetched when somebody asks for it"`}>${shown}</a>`;
}

function renderTags(
  { modules, blobs, isClickThrough, isStored, source }: ListingRow,
  query: PageQuery,
): Html {
  const host = source && findLink(source.url) ? new URL(source.url).host : undefined;
  const types = [...new Set(blobs.map(({ type }) => type))];
  return html`${modules
    .slice(0, MAX_ENTRIES)
    .map(
      (name) =>
        html`<a href="${pageUrl(query, { module: name, continuation: '' })}"><bdi>${visible(name, 80)}</bdi></a> `,
    )}${modules.length === 0 && html`<span>${host ? `by URL, from ${visible(host, 80)}` : 'not declared'}</span> `}${types.map(
    (type) => html`<span>${type}</span> `,
  )}${isClickThrough && html`<span class="tag">licence to accept</span> `}${
    !isStored && html`<span class="tag">on demand</span>`
  }`;
}

function renderDetails(row: ListingRow): Html {
  const { digest, blobs, source, requests, bytesServed, lastServedMs } = row;
  const urls = [...new Set(blobs.flatMap((blob) => blob.urls))];
  const descriptions = [...new Set(blobs.map(({ description }) => description.replace(/\s+/g, ' ').trim()))];
  const docs = [...new Set(blobs.flatMap(({ docUrl }) => docUrl ?? []))];
  const files = [...new Set(blobs.map(({ licensePath }) => licensePath))];
  const last = lastServedMs !== undefined && html`, last ${showDay(lastServedMs)}`;
  return html`<dl>
${entry('SHA-256', html`<code class="copyable">${digest}</code>${copyButton('the digest')}`)}
${entry('Fetch from', html`<code class="copyable" data-url>/sha256/${digest}</code>${copyButton('the URL')}`)}
${entry(
  'Declared as',
  blobs.length > 0 &&
    list(
      blobs
        .slice(0, MAX_ENTRIES)
        .map((blob) => html`<bdi>${visible(blob.module, 80)}</bdi>: <bdi>${visible(blob.path, 300)}</bdi>`),
      blobs.length,
    ),
)}
${entry(
  'Description',
  list(
    descriptions
      .filter(Boolean)
      .slice(0, MAX_URLS)
      .map((text) => visible(text, 600)),
  ),
)}
${entry('Came from', source && link(source.url))}
${entry('Upstream', list(urls.slice(0, MAX_URLS).map(link), urls.length))}
${entry('Documentation', list(docs.slice(0, MAX_URLS).map(link)))}
${entry('Licence file', list(files.slice(0, MAX_URLS).map((text) => visible(text))))}
${entry('Served', requests > 0 && html`${showBytes(bytesServed)} in ${showCount(requests)} ${requests === 1 ? 'answer' : 'answers'}${last}`)}
</dl>`;
}

function entry(name: string, value: Part): Part {
  return value !== false && value !== undefined && html`<div><dt>${name}</dt><dd>${value}</dd></div>`;
}

function list(items: readonly Part[], total = items.length): Html | false {
  if (items.length === 0) return false;
  const more = total > items.length && html`<li>and ${showCount(total - items.length)} more</li>`;
  return html`<ul>${items.map((item) => html`<li>${item}</li>`)}${more}</ul>`;
}

/** A URL as a link; as text where it is none to follow, or where following it would need what is not shown. */
function link(text: string): Html {
  const shown = redactUrl(text);
  const href = shown === text ? findLink(text) : undefined;
  const words = visible(shown, 500);
  return href === undefined
    ? html`<bdi>${words}</bdi>`
    : html`<a href="${href}" rel="noreferrer noopener nofollow"><bdi>${words}</bdi></a>`;
}

// The script shows them: without it, text that is selected whole by a click does as well.
function copyButton(what: string): Html {
  return html` <button type="button" hidden aria-label="Copy ${what}">Copy</button>`;
}

function join(values: readonly string[], maxCharacters: number): Part {
  const shown = values.slice(0, 3).map((value) => visible(value, maxCharacters));
  const more = values.length > 3 ? ` and ${values.length - 3} more` : '';
  return values.length > 0 && html`<bdi>${shown.join(', ')}</bdi>${more}`;
}
