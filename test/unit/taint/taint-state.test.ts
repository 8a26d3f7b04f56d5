// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from 'vitest';
import type { BlobStatus } from '../../../src/core/blob.ts';
import type { Issue } from '../../../src/core/report.ts';
import { taintOf } from '../../../src/taint/taint-state.ts';
import { sampleBlob } from '../samples.ts';
import { linkedBlobs, sampleTaint } from '../taint-samples.ts';

const UNREAD: Issue = { severity: 'warning', code: 'BLOBS_FILE_ACCESS', message: 'cannot read it' };
const NOTE: Issue = { severity: 'info', code: 'BLOBS_NOTHING_SELECTED', message: 'nothing' };

describe('a blob', () => {
  it.each<[BlobStatus, string]>([
    ['D', 'declared'],
    ['M', 'fetched'],
    ['A', 'fetched'],
  ])('of status %s is %s', (status, taint) => {
    const blob = sampleBlob();
    expect(taintOf({ blob, status })).toMatchObject({ taint, evidence: [] });
    expect(taintOf({ blob, status }, linkedBlobs([sampleBlob({ path: 'other' })]))).toMatchObject({ taint });
  });

  it.each<BlobStatus>(['A', 'M', 'D'])(
    'that the build names is linked, its status %s notwithstanding',
    (status) => {
      const blob = sampleBlob();
      expect(taintOf({ blob, status }, linkedBlobs([blob]))).toMatchObject({
        taint: 'linked',
        evidence: [{ kind: 'link-command', file: '/build/build.ninja' }],
      });
    },
  );
});

describe('a module taints', () => {
  const absent = { path: 'a', status: 'D' } as const;
  const stale = { path: 'm', status: 'M' } as const;
  const linked = { path: 'l', status: 'A', isLinked: true } as const;

  it('by what is fetched, a stale file too, as long as nobody asks for a build', () => {
    expect(sampleTaint('x', []).isTainted).toBe(false);
    expect(sampleTaint('x', [absent]).isTainted).toBe(false);
    expect(sampleTaint('x', [absent, stale]).isTainted).toBe(true);
  });

  it('by what is linked alone, with a build', () => {
    expect(sampleTaint('x', [absent, stale], { build: true }).isTainted).toBe(false);
    expect(sampleTaint('x', [absent, linked], { build: true }).isTainted).toBe(true);
    expect(sampleTaint('x', [{ ...linked, status: 'D' }], { build: true }).isTainted).toBe(true);
  });

  it('or nobody knows, where a file of the build or a part of module.yml could not be read', () => {
    expect(sampleTaint('x', [stale], { build: true, unread: [UNREAD] }).isTainted).toBe(undefined);
    expect(sampleTaint('x', [linked], { build: true, unread: [UNREAD] }).isTainted).toBe(true);
    expect(sampleTaint('x', [stale], { build: true, unread: [NOTE] }).isTainted).toBe(false);
    expect(sampleTaint('x', [absent], { isMalformed: true }).isTainted).toBe(undefined);
    expect(sampleTaint('x', [stale], { isMalformed: true }).isTainted).toBe(true);
  });
});
