// SPDX-License-Identifier: Apache-2.0
import { Writable } from 'node:stream';
import { stripVTControlCharacters } from 'node:util';
import { beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { ProgressDisplay } from '../../../src/output/progress.ts';

/** A terminal that remembers what was written to it. */
class FakeTerminal extends Writable {
  readonly isTTY = true;
  readonly columns: number;
  readonly rows: number;
  written = '';

  constructor(columns: number, rows: number) {
    super();
    this.columns = columns;
    this.rows = rows;
  }

  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    this.written += chunk.toString();
    done();
  }

  /** The lines that were drawn since the last call. */
  take(): string[] {
    const text = stripVTControlCharacters(this.written);
    this.written = '';
    return text.split('\n').filter((line) => line !== '');
  }
}

beforeEach(() => {
  vi.useFakeTimers();
  return () => vi.useRealTimers();
});

function makeDisplay(columns: number, rows = 24) {
  const terminal = new FakeTerminal(columns, rows);
  let nowMs = 0;
  const display = new ProgressDisplay(terminal as unknown as NodeJS.WriteStream, () => nowMs);
  onTestFinished(() => display.end());
  const draw = (): string[] => {
    nowMs += 2000;
    vi.advanceTimersByTime(100);
    return terminal.take();
  };
  return { terminal, display, draw };
}

const LONG = `hal_x: ${'lib/very/long/'.repeat(30)}libphy.a`;

describe('ProgressDisplay', () => {
  it.each([40, 60, 80, 200])('draws no line that reaches the end of %i columns', (columns) => {
    const { display, draw } = makeDisplay(columns);
    display.observe({ kind: 'planned', downloads: 3 });
    display.observe({ kind: 'begin', id: 1, label: LONG, bytes: 123_456_789 });
    display.observe({ kind: 'begin', id: 2, label: 'hal_x: short' });
    display.observe({ kind: 'bytes', id: 1, bytes: 12_345_678 });
    const lines = draw();
    expect(lines).toHaveLength(3);
    for (const line of lines) expect(line.length).toBeLessThan(columns);
    expect(lines[0]).toMatch(/…\S*libphy\.a +9% of 123 MB$/);
  });

  it('shows what is done, how much, how fast and how long', () => {
    const { display, draw } = makeDisplay(80);
    display.observe({ kind: 'planned', downloads: 2 });
    display.observe({ kind: 'begin', id: 1, label: 'a' });
    display.observe({ kind: 'bytes', id: 1, bytes: 4000 });
    display.observe({ kind: 'end', id: 1 });
    expect(draw()).toEqual(['1 of 2  4 kB  2 kB/s  2 s left']);
  });

  it('shows for how long it has run where no size is known, and how long it takes as soon as one is', () => {
    const { display, draw } = makeDisplay(80);
    display.observe({ kind: 'planned', downloads: 3 });
    display.observe({ kind: 'begin', id: 1, label: 'a' });
    display.observe({ kind: 'bytes', id: 1, bytes: 1000 });
    expect(draw().at(-1)).toBe('0 of 3  1 kB  500 B/s  2.0 s');
    display.observe({ kind: 'announced', id: 1, bytes: 3000 });
    // 2000 of this one, and two others that may be as large.
    expect(draw().at(-1)).toBe('0 of 3  1 kB  250 B/s  32 s left');
  });

  it('tells the rate of the last seconds, not that of all', () => {
    const { display, draw } = makeDisplay(80);
    display.observe({ kind: 'planned', downloads: 1 });
    display.observe({ kind: 'begin', id: 1, label: 'a', bytes: 1_000_000 });
    display.observe({ kind: 'bytes', id: 1, bytes: 900_000 });
    for (let second = 0; second < 5; second++) {
      draw();
      display.observe({ kind: 'bytes', id: 1, bytes: 2000 });
    }
    expect(draw().at(-1)).toMatch(/ {2}1 kB\/s {2}1 min 30 s left$/);
  });

  it('counts what is there of a resumed download for the download, not for the rate', () => {
    const { display, draw } = makeDisplay(80);
    display.observe({ kind: 'planned', downloads: 1 });
    display.observe({ kind: 'begin', id: 1, label: 'a' });
    display.observe({ kind: 'resumed', id: 1, bytes: 6000 });
    display.observe({ kind: 'announced', id: 1, bytes: 10_000 });
    display.observe({ kind: 'bytes', id: 1, bytes: 2000 });
    expect(draw()).toEqual([expect.stringMatching(/ 80% of 10 kB$/), '0 of 1  2 kB  1 kB/s  2 s left']);
  });

  it('starts again at nothing with a new attempt, and learns the size from the source', () => {
    const { display, draw } = makeDisplay(80);
    display.observe({ kind: 'planned', downloads: 1 });
    display.observe({ kind: 'begin', id: 1, label: 'a' });
    display.observe({ kind: 'bytes', id: 1, bytes: 50 });
    display.observe({ kind: 'attempt', id: 1, url: 'https://x.invalid/' });
    display.observe({ kind: 'announced', id: 1, bytes: 100 });
    display.observe({ kind: 'bytes', id: 1, bytes: 25 });
    expect(draw()[0]).toMatch(/^ {2}a +25% of 100 B$/);
  });

  it('never shows more than all', () => {
    const { display, draw } = makeDisplay(80);
    display.observe({ kind: 'planned', downloads: 1 });
    display.observe({ kind: 'begin', id: 1, label: 'a', bytes: 10 });
    display.observe({ kind: 'bytes', id: 1, bytes: 25 });
    expect(draw()[0]).toContain('100% of 10 B');
  });

  it.each([
    [24, 10],
    [8, 5],
    [4, 1],
  ])('of 300 downloads on %i rows shows %i, and how many more there are', (rows, shown) => {
    const { display, draw } = makeDisplay(80, rows);
    display.observe({ kind: 'planned', downloads: 300 });
    for (let id = 1; id <= 300; id++) display.observe({ kind: 'begin', id, label: `hal_x: ${id}` });
    const lines = draw();
    expect(lines).toHaveLength(shown + 2);
    expect(lines[shown]).toBe(`  … and ${300 - shown} more`);
  });

  it('draws at most ten times a second', () => {
    const { terminal, display, draw } = makeDisplay(80);
    display.observe({ kind: 'planned', downloads: 1 });
    for (let i = 0; i < 1000; i++) display.observe({ kind: 'bytes', id: 1, bytes: 1 });
    expect(terminal.written).toBe('');
    expect(draw()).toHaveLength(1);
    expect(draw()).toEqual([]);
  });

  it('draws nothing for nothing, and nothing after its end', () => {
    const { terminal, display, draw } = makeDisplay(80);
    display.observe({ kind: 'planned', downloads: 0 });
    expect(draw()).toEqual([]);
    display.observe({ kind: 'planned', downloads: 1 });
    display.end();
    terminal.take();
    expect(draw()).toEqual([]);
  });

  it('lets others write above it, and no label control the terminal', () => {
    const { terminal, display, draw } = makeDisplay(80);
    display.observe({ kind: 'planned', downloads: 1 });
    display.observe({ kind: 'begin', id: 1, label: '\u001b[2Jevil\u202e' });
    display.above(() => terminal.write('a line\n'));
    const lines = draw();
    expect(lines[0]).toBe('a line');
    expect(lines[1]).toContain('\\x1b[2Jevil\\u202e');
  });
});
