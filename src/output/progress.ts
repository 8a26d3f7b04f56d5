// SPDX-License-Identifier: Apache-2.0
import { createLogUpdate } from 'log-update';
import type { FetchEvent } from '../app/fetch-events.ts';
import { escapeControls } from '../core/text.ts';
import { formatBytes, formatDuration, formatSeconds } from './amounts.ts';
import { cutToWidth, displayWidth } from './display-width.ts';
import { TransferRate } from './transfer-rate.ts';

const FRAME_MS = 100;
const MAX_LINES = 10;
/** Before that, nobody can tell how long it takes. */
const MIN_ELAPSED_MS = 2000;

interface Active {
  readonly label: string;
  received: number;
  total?: number;
  /** Why nothing comes at the moment. */
  note?: string;
}

/** A terminal to draw on. */
type Terminal = NodeJS.WriteStream;

/** One line for each active download and one for the whole, redrawn in place on a terminal. */
export class ProgressDisplay {
  readonly #terminal: Terminal;
  readonly #draw: ReturnType<typeof createLogUpdate>;
  readonly #now: () => number;
  readonly #active = new Map<number, Active>();
  readonly #startMs: number;
  readonly #rate: TransferRate;
  /** The sizes of downloads that are over. */
  #endedBytes = 0;
  #endedSized = 0;
  #timer: NodeJS.Timeout | undefined;
  #downloads = 0;
  #done = 0;
  #bytes = 0;

  constructor(terminal: Terminal, now: () => number) {
    this.#terminal = terminal;
    this.#draw = createLogUpdate(terminal);
    this.#now = now;
    this.#startMs = now();
    this.#rate = new TransferRate(this.#startMs);
  }

  /** Takes in what happened; draws at most every tenth of a second. */
  observe(event: FetchEvent): void {
    switch (event.kind) {
      case 'planned':
        this.#downloads = event.downloads;
        break;
      case 'begin':
        this.#active.set(event.id, {
          label: escapeControls(event.label),
          received: 0,
          ...(event.bytes === undefined ? {} : { total: event.bytes }),
        });
        break;
      case 'attempt':
        this.#update(event.id, (active) => {
          active.received = 0;
          delete active.note;
        });
        break;
      case 'resumed':
        this.#update(event.id, (active) => {
          active.received = event.bytes;
        });
        break;
      case 'announced':
        this.#update(event.id, (active) => {
          active.total = event.bytes;
        });
        break;
      case 'waiting':
        this.#update(event.id, (active) => {
          active.note = 'waiting for another run';
        });
        break;
      case 'retry':
        this.#update(event.id, (active) => {
          active.note = `trying again in ${formatDuration(event.delayMs)}`;
        });
        break;
      case 'bytes':
        this.#bytes += event.bytes;
        this.#rate.add(event.bytes, this.#now());
        this.#update(event.id, (active) => {
          active.received += event.bytes;
        });
        break;
      case 'end':
        this.#update(event.id, ({ received }) => {
          if (received === 0) return;
          this.#endedBytes += received;
          this.#endedSized += 1;
        });
        this.#active.delete(event.id);
        this.#done += 1;
        break;
    }
    if (this.#downloads > 0) this.#schedule();
  }

  /** Runs `write` with the display out of the way. */
  above(write: () => void): void {
    this.#draw.clear();
    write();
    if (this.#downloads > 0) this.#schedule();
  }

  /** Removes the display for good. */
  end(): void {
    clearTimeout(this.#timer);
    this.#downloads = 0;
    this.#draw.clear();
    this.#draw.done();
  }

  #update(id: number, change: (active: Active) => void): void {
    const active = this.#active.get(id);
    if (active) change(active);
  }

  #schedule(): void {
    if (this.#timer) return;
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      if (this.#downloads > 0) this.#draw(this.#frame());
    }, FRAME_MS);
    this.#timer.unref();
  }

  #frame(): string {
    const width = Math.max(20, (this.#terminal.columns ?? 80) - 1);
    const room = Math.max(1, Math.min(MAX_LINES, (this.#terminal.rows ?? 24) - 3));
    const active = [...this.#active.values()];
    const lines = active.slice(0, room).map((one) => downloadLine(one, width));
    if (active.length > room) lines.push(`  … and ${active.length - room} more`);
    lines.push(this.#wholeLine());
    return lines.map((line) => cutToWidth(line, width)).join('\n');
  }

  #wholeLine(): string {
    const nowMs = this.#now();
    const perSecond = this.#rate.perSecond(nowMs);
    const leftMs = perSecond > 0 ? (this.#leftBytes() * 1000) / perSecond : Number.NaN;
    const time =
      nowMs - this.#startMs >= MIN_ELAPSED_MS && Number.isFinite(leftMs)
        ? `${formatSeconds(leftMs / 1000)} left`
        : formatDuration(nowMs - this.#startMs);
    return [
      `${this.#done} of ${this.#downloads}`,
      formatBytes(this.#bytes),
      `${formatBytes(Math.round(perSecond))}/s`,
      time,
    ].join('  ');
  }

  /** Bytes still to come; those whose size nobody told yet count as the others do. NaN where no size is known. */
  #leftBytes(): number {
    const sized = [...this.#active.values()].flatMap(({ received, total }) =>
      total === undefined ? [] : { received, total },
    );
    const known = this.#endedBytes + sized.reduce((sum, { total }) => sum + total, 0);
    const mean = known / (this.#endedSized + sized.length);
    const unsized = this.#downloads - this.#done - sized.length;
    return (
      sized.reduce((sum, { received, total }) => sum + Math.max(0, total - received), 0) +
      unsized * (unsized > 0 ? mean : 1)
    );
  }
}

function downloadLine(active: Active, width: number): string {
  const amount = active.note ?? amountText(active);
  const { label } = active;
  const room = Math.max(8, width - amount.length - 4);
  const name = cutToWidth(label, room, true);
  return `  ${name}${' '.repeat(room - displayWidth(name))}  ${amount}`;
}

function amountText({ received, total }: Active): string {
  if (total === undefined || total === 0) return formatBytes(received);
  const percent = Math.min(100, Math.floor((received / total) * 100));
  return `${String(percent).padStart(3)}% of ${formatBytes(total)}`;
}
