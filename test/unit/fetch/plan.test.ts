// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from 'vitest';
import type { Blob } from '../../../src/core/blob.ts';
import { BlobsError } from '../../../src/core/errors.ts';
import { parseConfiguredMirrors } from '../../../src/fetch/configured-mirrors.ts';
import { parseMirror } from '../../../src/fetch/mirrors.ts';
import {
  type Candidate,
  type Decision,
  describeSource,
  type PlanOptions,
  planFetch,
  planUrl,
} from '../../../src/fetch/plan.ts';
import { digestOf, sampleBlob } from '../samples.ts';

const NOT_ACCEPTED = new BlobsError('BLOBS_LICENSE_NOT_ACCEPTED', 'its licence was not accepted');

function plan(candidates: readonly Candidate[], options: Partial<PlanOptions> = {}): Decision[] {
  return planFetch(candidates, { mirrors: [], keepModified: false, offline: false, ...options });
}

function jobsOf(decisions: readonly Decision[]) {
  return decisions.map((decision) => (decision.kind === 'fetch' ? decision.job : undefined));
}

describe('the decision for one blob', () => {
  it.each<[string, Omit<Candidate, 'blob'>, boolean, string | undefined, string]>([
    ['present', { status: 'A' }, false, undefined, 'up-to-date'],
    ['present, whatever its licence', { status: 'A', blocked: NOT_ACCEPTED }, false, undefined, 'up-to-date'],
    ['present, whatever its fetcher', { status: 'A' }, false, 'ftp', 'up-to-date'],
    ['modified', { status: 'M' }, false, undefined, 'fetch'],
    ['modified, to be kept', { status: 'M' }, true, undefined, 'keep'],
    ['modified, to be kept, whatever its fetcher', { status: 'M' }, true, 'ftp', 'keep'],
    ['absent', { status: 'D' }, false, undefined, 'fetch'],
    ['absent, modified ones to be kept', { status: 'D' }, true, undefined, 'fetch'],
    ['absent, licence refused', { status: 'D', blocked: NOT_ACCEPTED }, false, undefined, 'blocked'],
    ['modified, licence refused', { status: 'M', blocked: NOT_ACCEPTED }, false, undefined, 'blocked'],
    ['absent, fetcher http', { status: 'D' }, false, 'http', 'fetch'],
    ['absent, fetcher lfs in other letters', { status: 'D' }, false, 'LFS', 'blocked'],
    ['absent, fetcher unknown', { status: 'D' }, false, 'ftp', 'blocked'],
    ['absent, fetcher begins like a known one', { status: 'D' }, false, 'httpx', 'blocked'],
  ])('%s', (_what, state, keepModified, fetcher, kind) => {
    const blob = sampleBlob(fetcher === undefined ? {} : { fetcher });
    expect(plan([{ blob, ...state }], { keepModified })).toMatchObject([{ kind, blob }]);
  });

  it('carries why it is blocked', () => {
    const [refused, unknown] = plan([
      { blob: sampleBlob(), status: 'D', blocked: NOT_ACCEPTED },
      { blob: sampleBlob({ fetcher: 'ftp' }), status: 'D' },
    ]);
    expect(refused).toMatchObject({ error: NOT_ACCEPTED });
    expect(unknown).toMatchObject({
      error: { code: 'BLOBS_FETCHER_UNSUPPORTED', message: 'the fetcher "ftp" is not supported' },
    });
  });

  it('stands in the order of the candidates', () => {
    const paths = ['c', 'a', 'b'];
    const decisions = plan(paths.map((path) => ({ blob: sampleBlob({ path, content: path }), status: 'D' })));
    expect(decisions.map(({ blob }) => blob.path)).toEqual(paths);
  });
});

describe('Git LFS', () => {
  const API = 'https://lfs.invalid/api';
  const lfs = (changes: Partial<Blob> = {}): Blob =>
    sampleBlob({ fetcher: 'lfs', urls: [API], size: 7, ...changes });
  const sourcesOf = (blobs: readonly Blob[], options: Partial<PlanOptions> = {}): unknown[] | undefined => {
    const candidates = blobs.map((blob) => ({ blob, status: 'D' as const }));
    return jobsOf(plan(candidates, options))[0]?.sources.map((source) => [
      source.kind,
      describeSource(source),
      'lfs' in source ? source.lfs : undefined,
    ]);
  };

  it('makes a URL the base of an API, with the size that it wants', () => {
    expect(sourcesOf([lfs()])).toEqual([['url', API, { sizeBytes: 7 }]]);
  });

  it.each([
    [[], 'blocked'],
    [['https://lfs.invalid/=https://mirror.invalid/'], 'blocked'],
    [['sha256=https://hash.invalid/{sha256}'], 'fetch'],
  ])('needs a size, with the mirrors %j: %s', (mirrors, kind) => {
    const { size, ...sizeless } = lfs();
    const [decision] = plan([{ blob: sizeless, status: 'D' }], { mirrors: mirrors.map(parseMirror) });
    expect([size, decision?.kind]).toEqual([7, kind]);
    if (decision?.kind === 'blocked') expect(decision.error.code).toBe('BLOBS_LFS_SIZE');
  });

  it('needs no size where the bytes may be at hand', () => {
    const { size: _, ...sizeless } = lfs();
    const local = [{ kind: 'store' as const, file: '/store/x' }];
    expect(plan([{ blob: sizeless, status: 'D', local }])).toMatchObject([{ kind: 'fetch' }]);
  });

  it('holds for mirrors by prefix, but not for those addressed by hash', () => {
    const mirrors = [
      'https://lfs.invalid/=https://mirror.invalid/',
      'https://lfs.invalid/=https://cas.invalid/{sha256}',
      'sha256=https://hash.invalid/{sha256}',
    ].map(parseMirror);
    const blob = lfs();
    expect(sourcesOf([blob], { mirrors })).toEqual([
      ['mirror', `https://hash.invalid/${blob.digest}`, undefined],
      ['mirror', 'https://mirror.invalid/api', { sizeBytes: 7 }],
      ['mirror', `https://cas.invalid/${blob.digest}`, undefined],
      ['url', API, { sizeBytes: 7 }],
    ]);
  });

  it('stands beside plain URLs of the same bytes, in order, also where the URL is the same', () => {
    const plain = sampleBlob({ path: 'plain', urls: ['https://a.invalid/', API] });
    expect(sourcesOf([plain, lfs()])).toEqual([
      ['url', 'https://a.invalid/', undefined],
      ['url', API, undefined],
      ['url', API, { sizeBytes: 7 }],
    ]);
  });

  it('is left out offline', () => {
    expect(plan([{ blob: lfs(), status: 'D' }], { offline: true })).toMatchObject([
      { kind: 'blocked', error: { code: 'BLOBS_OFFLINE' } },
    ]);
  });
});

describe('the job', () => {
  it('is one for all entries with the same digest, in whatever spelling and module', () => {
    const one = sampleBlob({ path: 'one', urls: ['https://a.invalid/', 'https://b.invalid/'] });
    const two = sampleBlob({
      path: 'two',
      module: 'hal_y',
      sha256: one.sha256.toUpperCase(),
      urls: ['https://b.invalid/', 'https://c.invalid/'],
    });
    const other = sampleBlob({ path: 'three', content: 'other' });
    const [first, second, third] = jobsOf(plan([one, two, other].map((blob) => ({ blob, status: 'D' }))));
    expect(second).toBe(first);
    expect(third).not.toBe(first);
    expect(first?.blobs).toEqual([one, two]);
    expect(first?.sources.map(describeSource)).toEqual([
      'https://a.invalid/',
      'https://b.invalid/',
      'https://c.invalid/',
    ]);
  });

  it('is only for blobs that need it', () => {
    const blobs = ['a', 'b', 'c'].map((path) => sampleBlob({ path }));
    const [a, b, c] = blobs;
    if (!a || !b || !c) throw new Error('unreachable');
    const decisions = plan([
      { blob: a, status: 'A' },
      { blob: b, status: 'D', blocked: NOT_ACCEPTED },
      { blob: c, status: 'D' },
    ]);
    expect(jobsOf(decisions)[2]?.blobs).toEqual([c]);
  });

  it.each([
    [[undefined], undefined],
    [[5], 5],
    [[5, 7], 7],
    [[5, undefined], undefined],
    [[0], 0],
  ])('of declared sizes %j has the size %s', (sizes, size) => {
    const candidates = sizes.map((declared, i) => ({
      blob: sampleBlob({ path: `p${i}`, ...(declared === undefined ? {} : { size: declared }) }),
      status: 'D' as const,
    }));
    expect(jobsOf(plan(candidates))[0]?.size).toBe(size);
  });

  it('asks mirrors before URLs, and no place twice', () => {
    const blob = sampleBlob({ urls: ['https://a.invalid/x', 'https://b.invalid/x', 'https://a.invalid/x'] });
    const mirrors = ['https://a.invalid/=https://b.invalid/', 'sha256=https://hash.invalid/{sha256}'];
    const [job] = jobsOf(plan([{ blob, status: 'D' }], { mirrors: mirrors.map(parseMirror) }));
    expect(job?.sources.map((source) => [source.kind, describeSource(source)])).toEqual([
      ['mirror', `https://hash.invalid/${blob.digest}`],
      ['mirror', 'https://b.invalid/x'],
      ['url', 'https://a.invalid/x'],
    ]);
  });
});

describe('what mirror rules and --offline leave', () => {
  const BLOCK_ALL = { 'https://blobs.invalid/': 'block' };
  const LFS = { fetcher: 'carrier-pigeon' };

  it.each<[string, unknown, Partial<Blob>, boolean, string | undefined]>([
    ['every URL blocked', BLOCK_ALL, {}, false, 'BLOBS_BLOCKED'],
    ['every URL blocked, offline', BLOCK_ALL, {}, true, 'BLOBS_BLOCKED'],
    ['one URL left', BLOCK_ALL, { urls: ['https://blobs.invalid/', 'https://a.invalid/'] }, false, undefined],
    [
      'one URL left, offline',
      BLOCK_ALL,
      { urls: ['https://blobs.invalid/', 'https://a.invalid/'] },
      true,
      'BLOBS_OFFLINE',
    ],
    ['a mirror left', { sha256: ['https://m.invalid/{sha256}', 'block'] }, {}, false, undefined],
    [
      'a mirror left, offline',
      { sha256: ['https://m.invalid/{sha256}', 'block'] },
      {},
      true,
      'BLOBS_OFFLINE',
    ],
    ['a directory left, offline', { sha256: ['file:///m/{sha256}', 'block'] }, {}, true, undefined],
    ['a mirror for an unknown fetcher', { sha256: 'https://m.invalid/{sha256}' }, LFS, false, undefined],
    ['the same, offline', { sha256: 'https://m.invalid/{sha256}' }, LFS, true, 'BLOBS_OFFLINE'],
    [
      'words for an unknown fetcher',
      { sha256: ['origin', 'block'] },
      LFS,
      false,
      'BLOBS_FETCHER_UNSUPPORTED',
    ],
    [
      'none for an unknown fetcher',
      { 'https://blobs.invalid/': 'https://m.invalid/' },
      LFS,
      false,
      'BLOBS_FETCHER_UNSUPPORTED',
    ],
  ])('%s', (_what, config, changes, offline, code) => {
    const mirrors = parseConfiguredMirrors({ value: JSON.stringify(config), where: 'BLOBS_MIRRORS' });
    const [decision] = plan([{ blob: sampleBlob(changes), status: 'D' }], { mirrors, offline });
    expect(decision?.kind === 'blocked' ? decision.error.code : undefined).toBe(code);
    expect(jobsOf(decision ? [decision] : [])[0]?.sources.length).toBe(code === undefined ? 1 : undefined);
  });
});

describe('a URL that nobody declares', () => {
  const url = 'https://h.invalid/a/fw.bin';
  const digest = digestOf('content');
  const mirrors = ['https://h.invalid/=https://m.invalid/', 'sha256=https://s.invalid/{sha256}'].map(
    parseMirror,
  );

  it('is asked for at mirrors of its prefix, and by digest only where that is known', () => {
    const places = (known: typeof digest | undefined) => planUrl(url, known, mirrors).map((one) => one.url);
    expect(places(undefined)).toEqual(['https://m.invalid/a/fw.bin', url]);
    expect(places(digest)).toEqual([`https://s.invalid/${digest}`, 'https://m.invalid/a/fw.bin', url]);
  });

  it('is not asked for where a rule blocks it', () => {
    const block = [{ prefix: 'https://h.invalid/', replacement: 'block' }];
    expect(() => planUrl(url, undefined, block)).toThrow('a mirror rule blocks');
  });
});
