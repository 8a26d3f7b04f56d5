// SPDX-License-Identifier: Apache-2.0
import { dayOf } from '../statistics/statistics.ts';
import type { Traffic } from '../statistics/tally.ts';
import { showBytes } from './amounts.ts';
import { type Html, html } from './html.ts';

const DAYS = 30;
const DAY_MS = 24 * 60 * 60 * 1000;

// In the units of the drawing, which is stretched to its place.
const STEP = 10;
const HEIGHT = 100;
const WIDTH = DAYS * STEP;

interface Day {
  readonly date: string;
  readonly bytesServed: number;
  readonly bytesDownloaded: number;
}

/** Bytes served against bytes downloaded in the last 30 days, as a drawing and as a table. */
export function renderChart(days: ReadonlyMap<string, Readonly<Traffic>>, nowMs: number): Html {
  const shown = Array.from({ length: DAYS }, (_, i): Day => {
    const date = dayOf(nowMs - (DAYS - 1 - i) * DAY_MS);
    const { bytesServed = 0, bytesDownloaded = 0 } = days.get(date) ?? {};
    return { date, bytesServed, bytesDownloaded };
  });
  const peak = Math.max(
    ...shown.flatMap(({ bytesServed, bytesDownloaded }) => [bytesServed, bytesDownloaded]),
  );
  const [first, last] = [shown[0]?.date ?? '', shown.at(-1)?.date ?? ''];
  const busy = shown.filter(({ bytesServed, bytesDownloaded }) => bytesServed + bytesDownloaded > 0);
  if (peak === 0) {
    return html`<div class="chart"><h2>Last 30 days</h2><p class="axis">Nothing was served or downloaded yet.</p></div>`;
  }
  return html`<figure class="chart" aria-labelledby="chart-title">
<figcaption><h2 id="chart-title">Last 30 days</h2>
<ul class="legend" aria-hidden="true"><li class="served">served</li><li class="downloaded">downloaded</li></ul>
</figcaption>
<p class="peak" aria-hidden="true">${showBytes(peak)} a day</p>
<svg viewBox="0 0 ${WIDTH} ${HEIGHT}" preserveAspectRatio="none" aria-hidden="true" focusable="false">
<path class="grid" d="M0 .5H${WIDTH}M0 50H${WIDTH}"/>
${shown.map((day, i) => renderDay(day, i, peak))}
<path class="base" d="M0 99.5H${WIDTH}"/>
</svg>
<p class="axis" aria-hidden="true"><span>${first}</span><span>${last}</span></p>
<details><summary>The same as a table</summary>
${renderTable(busy)}
</details>
</figure>`;
}

function renderDay(day: Day, index: number, peak: number): Html | false {
  const { date, bytesServed, bytesDownloaded } = day;
  if (bytesServed + bytesDownloaded === 0) return false;
  const x = index * STEP;
  return html`<g><title>${date}: ${showBytes(bytesServed)} served, ${showBytes(bytesDownloaded)} downloaded</title>
<path class="hit" d="M${x} 0h${STEP}v${HEIGHT}h-${STEP}z"/>
${bar({ className: 'served', x: x + 1, width: 4.5, part: bytesServed / peak })}
${bar({ className: 'downloaded', x: x + 6, width: 3, part: bytesDownloaded / peak })}</g>`;
}

function bar(spec: {
  readonly className: string;
  readonly x: number;
  readonly width: number;
  readonly part: number;
}): Html | false {
  const { className, x, width, part } = spec;
  if (part === 0) return false;
  // A little is still something to see.
  const height = Math.max(1.5, Math.round(part * (HEIGHT - 1) * 10) / 10);
  return html`<rect class="${className}" x="${x}" y="${Math.round((HEIGHT - height) * 10) / 10}" width="${width}" height="${height}"/>`;
}

function renderTable(days: readonly Day[]): Html {
  return html`<table class="days"><thead><tr><th scope="col">Day (UTC)</th><th scope="col">Served</th><th scope="col">Downloaded</th></tr></thead><tbody>
${days.map(
  ({ date, bytesServed, bytesDownloaded }) =>
    html`<tr><th scope="row">${date}</th><td>${showBytes(bytesServed)}</td><td>${showBytes(bytesDownloaded)}</td></tr>`,
)}
</tbody></table>`;
}
