// SPDX-License-Identifier: Apache-2.0

/** A part of a text, by UTF-16 offsets, and what is to stand in its place. */
export interface Splice {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

/** Lines of a text that change. */
export interface Hunk {
  /** Of the first line of `before`, or of the line that `after` is put before: 1-based, in the old text. */
  readonly line: number;
  /** The same in the new text. */
  readonly newLine: number;
  /** Without line ends. */
  readonly before: readonly string[];
  readonly after: readonly string[];
}

/** `splice` without what stands in the text already, at its beginning and end. */
export function trimSplice(text: string, { start, end, text: replacement }: Splice): Splice {
  const old = text.slice(start, end);
  const shorter = Math.min(old.length, replacement.length);
  let head = 0;
  while (head < shorter && old[head] === replacement[head]) head += 1;
  let tail = 0;
  while (tail < shorter - head && old.at(-1 - tail) === replacement.at(-1 - tail)) tail += 1;
  return { start: start + head, end: end - tail, text: replacement.slice(head, replacement.length - tail) };
}

/** In the order of the text; undefined where two of them are about the same characters. */
export function orderSplices(splices: readonly Splice[]): Splice[] | undefined {
  const ordered = splices.toSorted((a, b) => a.start - b.start || a.end - b.end);
  const clash = ordered.some((splice, index) => splice.start < (ordered[index - 1]?.end ?? 0));
  return clash ? undefined : ordered;
}

/** `text` with `splices`, which are in order, applied. */
export function applySplices(text: string, splices: readonly Splice[]): string {
  const pieces: string[] = [];
  let at = 0;
  for (const splice of splices) {
    pieces.push(text.slice(at, splice.start), splice.text);
    at = splice.end;
  }
  return pieces.join('') + text.slice(at);
}

/** The lines that `splices`, which are in order, change. */
export function hunksOf(text: string, splices: readonly Splice[]): Hunk[] {
  const hunks: Hunk[] = [];
  let group: Splice[] = [];
  let shift = 0;
  // Counted as they come: a text may have many hunks.
  let counted = { at: 0, line: 1 };
  const lineOf = (offset: number): number => {
    counted = { at: offset, line: counted.line + countBreaks(text.slice(counted.at, offset)) };
    return counted.line;
  };
  const close = (): void => {
    const [first, last] = [group[0], group.at(-1)];
    if (first === undefined || last === undefined) return;
    const start = text.lastIndexOf('\n', first.start - 1) + 1;
    const isWhole =
      first.start === start && group.every((one) => /\n$|^$/.test(one.text)) && last.end === start;
    const feed = text.indexOf('\n', Math.max(start, last.end));
    const end = isWhole ? start : feed === -1 ? text.length : feed + 1;
    const inner = group.map((one) => ({ ...one, start: one.start - start, end: one.end - start }));
    const [before, after] = [text.slice(start, end), applySplices(text.slice(start, end), inner)].map(
      linesOf,
    );
    const line = lineOf(start);
    hunks.push({ line, newLine: line + shift, before: before ?? [], after: after ?? [] });
    shift += (after?.length ?? 0) - (before?.length ?? 0);
    group = [];
  };
  for (const splice of splices) {
    const last = group.at(-1);
    if (last !== undefined && text.slice(last.end, splice.start).includes('\n')) close();
    group.push(splice);
  }
  close();
  return hunks;
}

/** How many lines end in `text`. */
export function countBreaks(text: string): number {
  return text.split('\n').length - 1;
}

function linesOf(text: string): string[] {
  if (text === '') return [];
  return text.replace(/\n$/, '').split('\n');
}
