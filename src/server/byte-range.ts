// SPDX-License-Identifier: Apache-2.0

/** A part of a representation: `from` and all before `to`, counted from 0. Never empty. */
export interface Part {
  readonly from: number;
  readonly to: number;
}

/** Longer values hold many ranges, which get the whole anyway. */
const MAX_CHARACTERS = 64;

/**
 * The part that a Range header asks of a representation of `bytes` (RFC 9110 §14.1.2); `unsatisfiable` where nothing of it
 * is there; undefined where the whole is to be sent: for no header, other units, what is malformed, and several ranges,
 * which a server need not honour (§14.2).
 */
export function findPart(header: string | undefined, bytes: number): Part | 'unsatisfiable' | undefined {
  if (header === undefined || header.length > MAX_CHARACTERS) return undefined;
  const [, first = '', last = ''] = /^bytes=[ \t]*(\d*)-(\d*)[ \t]*$/i.exec(header) ?? [];
  if (first === '') return last === '' ? undefined : findSuffix(Number(last), bytes);
  const from = Number(first);
  const to = last === '' ? bytes : Math.min(Number(last) + 1, bytes);
  if (last !== '' && Number(last) < from) return undefined;
  return from < bytes ? { from, to } : 'unsatisfiable';
}

function findSuffix(length: number, bytes: number): Part | 'unsatisfiable' | undefined {
  if (length === 0) return 'unsatisfiable';
  // Of nothing, the last bytes are nothing, which no Content-Range can say.
  return bytes === 0 ? undefined : { from: Math.max(0, bytes - length), to: bytes };
}
