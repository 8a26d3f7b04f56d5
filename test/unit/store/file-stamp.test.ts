// SPDX-License-Identifier: Apache-2.0
import { type BigIntStats, linkSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { findReadStamp, stampOf } from '../../../src/store/file-stamp.ts';
import { tempDir } from '../../support/temp.ts';

const NS_PER_MS = 1_000_000n;
const CHANGED_MS = 1_700_000_000_000;

function stats(
  changes: Partial<Record<'size' | 'mtimeNs' | 'ctimeNs' | 'ino' | 'dev', bigint>> = {},
): BigIntStats {
  const fineNs = BigInt(CHANGED_MS) * NS_PER_MS + 123_456n;
  const plain = { size: 1n, mtimeNs: fineNs, ctimeNs: fineNs, ino: 3n, dev: 4n, isFile: () => true };
  return { ...plain, ...changes } as BigIntStats;
}

describe('the stamp of a file that was read', () => {
  const coarse = { ctimeNs: BigInt(CHANGED_MS) * NS_PER_MS };

  it.each([
    ['at the moment of its change', {}, 0, false],
    ['within a tick of the clock', {}, 50, false],
    ['a while after its change', {}, 200, true],
    ['before its change, by a clock that is behind', {}, -5000, false],
    ['within two seconds, where times may be that coarse', coarse, 2000, false],
    ['long after, where times may be coarse', coarse, 4000, true],
    [
      'before a time of modification that was set',
      { mtimeNs: BigInt(CHANGED_MS + 60_000) * NS_PER_MS },
      200,
      false,
    ],
  ])('%s', (_, changes, afterMs, isTrusted) => {
    const read = stats(changes);
    expect(findReadStamp(read, read, CHANGED_MS + afterMs) !== undefined).toBe(isTrusted);
  });

  it.each(['size', 'mtimeNs', 'ctimeNs', 'ino', 'dev'])('is none when %s changed meanwhile', (key) => {
    expect(findReadStamp(stats(), stats({ [key]: 9n }), CHANGED_MS + 60_000)).toBeUndefined();
    expect(stampOf(stats())).not.toBe(stampOf(stats({ [key]: 9n })));
  });

  it('changes with other bytes of the same size, though the time of modification is set back', () => {
    const file = join(tempDir(), 'f');
    writeFileSync(file, 'one');
    const before = statSync(file, { bigint: true });
    linkSync(file, `${file}2`);
    writeFileSync(file, 'two');
    utimesSync(file, Number(before.atimeMs) / 1000, Number(before.mtimeMs) / 1000);
    const after = statSync(file, { bigint: true });
    expect(after.size).toBe(before.size);
    expect(stampOf(after)).not.toBe(stampOf(before));
  });
});
