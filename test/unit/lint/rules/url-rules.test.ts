// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from 'vitest';
import { createColors } from '../../../../src/output/colors.ts';
import { issueText } from '../../../../src/output/issue-text.ts';
import { findingsOf, severitiesFor } from './samples.ts';

const FULL = '0123456789abcdef0123456789abcdef01234567';
const RAW = `https://github.com/o/r/raw/${FULL}`;
const REF_RULES = ['mutable-url', 'short-hash-ref', 'tag-url', 'bare-ref-url'];

describe('the rules about revisions', () => {
  it.each([
    ['main', 'mutable-url'],
    ['refs/heads/anything', 'mutable-url'],
    ['4a3cb9ad', 'short-hash-ref'],
    ['refs/tags/v1', 'tag-url'],
    ['v1', 'bare-ref-url'],
    [FULL, undefined],
  ])('find at most one thing about %s', async (ref, rule) => {
    const found = await findingsOf(REF_RULES, [
      { path: 'fw.bin', url: `https://github.com/o/r/raw/${ref}/fw.bin` },
    ]);
    expect(found.map(({ issue }) => issue.rule)).toEqual(rule === undefined ? [] : [rule]);
  });

  it('look at every URL of a list, of entries that break the schema too, and at none for Git LFS', async () => {
    const moving = 'https://github.com/o/r/raw/main/fw.bin';
    const found = await findingsOf(REF_RULES, [
      { path: 'list', url: [`${RAW}/fw.bin`, moving] },
      { path: 'bad', url: moving, version: 1 },
      { path: 'lfs', url: moving, fetcher: 'lfs', size: 1 },
    ]);
    expect(found.map(({ issue }) => issue.message.split(':')[0])).toEqual(['list', 'bad']);
  });
});

describe('mutable-url on a host that is not known', () => {
  it.each([
    ['https://vendor.example/files/raw/main/fw.bin', 'the branch "main"'],
    ['https://vendor.example/raw/HEAD/fw.bin', 'the default branch'],
    ['https://vendor.example/hg/r/raw-file/tip/fw.bin', 'the branch "tip"'],
    ['https://vendor.example/refs/heads/rel/fw.bin', 'the branch "rel"'],
    ['https://vendor.example/get/refs%2Fheads%2Frel/fw.bin', 'the branch "rel"'],
    ['https://vendor.example/sdk/latest/fw.bin', '"latest"'],
    ['https://vendor.example/o/r/releases/latest/download/fw.bin', 'the latest release'],
    ['https://vendor.example/o/r/releases/download/latest/fw.bin', 'the latest release'],
    ['https://vendor.example/o/r/archive/main.tar.gz', 'the branch "main"'],
    ['https://vendor.example/plain/fw.bin?h=main', 'the branch "main"'],
    ['https://vendor.example/fw.git/plain/fw.bin?h=main', 'the branch "main"'],
    ['https://vendor.example/get?file=fw.bin&ref=refs/heads/x', 'the branch "x"'],
    ['https://vendor.example/get?file=fw.bin&version=latest', '"latest"'],
    ['https://cdn.jsdelivr.net/gh/o/r@main/fw.bin', 'the branch "main"'],
    ['https://cdn.jsdelivr.net/gh/o/r/fw.bin', 'the default branch'],
    ['https://unpkg.example/firmware@latest/fw.bin', '"latest"'],
    ['https://x.googlesource.example/fw/+/refs/heads/main/fw.bin?format=TEXT', 'the branch "main"'],
    ['https://x.googlesource.example/fw/+/HEAD/fw.bin?format=TEXT', 'the default branch'],
    ['https://gitee.com/o/r/raw/master/fw.bin', 'the branch "master"'],
  ])('finds %s', async (url, what) => {
    const found = await findingsOf(['mutable-url'], [{ path: 'fw.bin', url }]);
    expect(found.map(({ issue }) => issue.message)).toEqual([
      `fw.bin: the URL leads to whatever ${what} holds on the day of the download`,
    ]);
  });

  it.each([
    `https://vendor.example/files/raw/${FULL}/main/fw.bin`,
    `https://vendor.example/raw/${FULL}/latest/fw.bin`,
    `https://vendor.example/plain/latest/fw.bin?id=${FULL}`,
    `https://cdn.jsdelivr.net/gh/o/r@${FULL}/latest/fw.bin`,
    'https://cdn.jsdelivr.net/gh/o/r@v1.2/fw.bin',
    'https://vendor.example/files/raw/v1.2/fw.bin',
    'https://vendor.example/files/raw/fw.bin',
    'https://vendor.example/files/raw/latest.bin',
    'https://vendor.example/main/master/fw.bin',
    'https://vendor.example/raw/refs/tags/v1/latest/fw.bin',
    'https://x.googlesource.example/fw/+/refs/tags/v1/fw.bin',
    'https://vendor.example/plain/fw.bin?h=v1',
    'https://bucket.example/latest/fw.bin?versionId=3HL4kqtJ',
    'https://vendor.example/get?h=1&version=2.0',
    'https://gitee.com/o/r/raw/v1/fw.bin',
    'https://gitlab.com/g/r/-/jobs/12/artifacts/raw/main/latest/fw.bin',
  ])('passes %s', async (url) => {
    expect(await severitiesFor('mutable-url', url)).toEqual([]);
  });
});

describe('web-page-url', () => {
  it('mends what is known to be the page of a file', async () => {
    const found = await findingsOf(
      ['web-page-url'],
      [
        { path: 'a', url: `https://github.com/o/r/blob/${FULL}/a` },
        { path: 'b', url: 'https://git.vendor.example/o/r/src/tag/v1/b' },
        { path: 'c', url: 'https://github.com/o/r/tree/v1/c' },
        { path: 'd', url: 'https://x.example/r.git/info/lfs' },
      ],
    );
    expect(found.map(({ fix }) => fix?.change)).toEqual([
      { value: `${RAW}/a` },
      undefined,
      undefined,
      undefined,
    ]);
  });
});

describe('url-credentials', () => {
  it('is done with a long text that is no URL', async () => {
    const url = `1:${':\\\\'.repeat(200_000)}`;
    expect(await severitiesFor('url-credentials', url)).toEqual([]);
    expect(await severitiesFor('url-credentials', `ht tp://user:pw@${url}`)).toEqual(['error']);
  });

  it.each([
    'https://user:hunter2@host.example/a',
    'https://hunter2@host.example/a',
    'https://u:hunter2@host.example:99999/a?token=hunter2',
    'https://host.example/a?X-Amz-Signature=hunter2&X-Amz-Date=1',
    'https://host.example/a?private_token=hunter2',
    'https://host.example/a?sv=1&sig=hunter2',
    'https://host.example/a#access_token=hunter2',
    'https://host.example/a?x=ghp_0123456789abcdefghijHUNTER2hunter2',
  ])('is found and not told: %s', async (url) => {
    const found = await findingsOf(['url-credentials'], [{ path: 'fw.bin', url }]);
    expect(found.map(({ issue }) => issue.severity)).toEqual(['error']);
    const text = found
      .map(({ issue }) => issueText(issue, { colors: createColors(false), cwd: '/' }))
      .join('');
    expect(text).toContain('url-credentials');
    expect(text).not.toMatch(/hunter2/i);
  });

  it.each([
    `https://host.example/a?ref=${FULL}`,
    'https://host.example/a?author=someone&design=x&keyboard=1',
    'https://host.example/a?token=',
    'https://host.example/user@host/a',
    'https://docs.example/a#section-token',
  ])('is not seen in %s', async (url) => {
    expect(await severitiesFor('url-credentials', url)).toEqual([]);
  });

  it('looks at doc-url too', async () => {
    const found = await findingsOf(['url-credentials'], [{ path: 'a', 'doc-url': 'https://u:p@x.example/' }]);
    expect(found).toHaveLength(1);
  });
});

describe('private-host', () => {
  it.each([
    'http://localhost/a',
    'http://127.0.0.1/a',
    'http://2130706433/a',
    'http://0x7f.1/a',
    'http://10.1.2.3/a',
    'http://172.31.0.1/a',
    'http://192.168.1.1/a',
    'http://169.254.1.1/a',
    'http://100.64.0.1/a',
    'http://0.0.0.0/a',
    'http://[::1]/a',
    'http://[::ffff:10.0.0.1]/a',
    'http://[fd00::1]/a',
    'http://[fe80::1]/a',
    'http://nas/a',
    'http://nas.local/a',
    'http://nas.local./a',
    'http://files.INTERNAL/a',
    'http://a.b.corp/a',
    'http://a.home.arpa/a',
  ])('finds %s', async (url) => {
    expect(await severitiesFor('private-host', url)).toEqual(['warning']);
  });

  it.each([
    'https://github.com/a',
    'http://101.34.157.135/a',
    'http://172.32.0.1/a',
    'http://[2606:4700::1]/a',
    'https://local.example/a',
    'https://corporation.example/a',
  ])('passes %s', async (url) => {
    expect(await severitiesFor('private-host', url)).toEqual([]);
  });
});

describe('double-slash-url', () => {
  it('mends what is known to mean the same', async () => {
    const found = await findingsOf(
      ['double-slash-url'],
      [
        { path: 'a', url: `${RAW.replace('/o/', '//o///')}/a?x=//` },
        { path: 'b', url: 'https://bucket.example/x//b' },
        { path: 'c', url: 'https://web.archive.example/web/2020/https://x.example/c' },
        { path: 'd', url: 'https://x.example/d?u=https://y//z' },
      ],
    );
    expect(found.map(({ fix }) => fix?.change)).toEqual([{ value: `${RAW}/a?x=//` }, undefined]);
  });
});

describe('insecure-http', () => {
  it('mends it where a forge is known to have https', async () => {
    const found = await findingsOf(
      ['insecure-http', 'insecure-doc-url'],
      [
        { path: 'a', url: `HTTP${RAW.slice('https'.length)}/a` },
        { path: 'b', url: 'http://x.example/b', 'doc-url': 'http://x.example/' },
        { path: 'c', url: 'https://x.example/http:c' },
      ],
    );
    expect(found.map(({ issue }) => issue.rule)).toEqual([
      'insecure-http',
      'insecure-http',
      'insecure-doc-url',
    ]);
    expect(found.map(({ fix }) => fix?.change)).toEqual([{ value: `${RAW}/a` }, undefined, undefined]);
  });
});

describe('duplicate-url', () => {
  it('is an error where one of the two can never be right', async () => {
    const url = 'https://x.example/a';
    const found = await findingsOf(
      ['duplicate-url'],
      [
        { path: 'a', bytes: 'same', url },
        { path: 'b', bytes: 'same', url },
        { path: 'c', bytes: 'other', url: ['https://x.example/c', url] },
        { path: 'd', url, fetcher: 'lfs', size: 1 },
      ],
    );
    expect(found.map(({ issue }) => [issue.path, issue.severity])).toEqual([
      ['b', 'warning'],
      ['c', 'error'],
    ]);
  });
});

describe('basename-differs', () => {
  it('compares the last segments, decoded, without the query', async () => {
    const found = await findingsOf(
      ['basename-differs'],
      [
        { path: 'x/a b.bin', url: 'https://x.example/a%20b.bin?raw=true' },
        { path: 'x/c.bin', url: 'https://x.example/d.bin' },
        { path: 'x/e.bin', url: 'https://x.example/dir/' },
        { path: 'x/f.bin', url: 'https://x.example/api', fetcher: 'lfs', size: 1 },
      ],
    );
    expect(found.map(({ issue }) => issue.path)).toEqual(['x/c.bin']);
  });
});

describe('unsupported-url', () => {
  it.each([
    'ftp://x.example/a',
    'git@github.com:o/r.git',
    'file:///a',
    '/a',
    'https://',
    'https://x.example:99999/a',
  ])('finds %s', async (url) => {
    expect(await severitiesFor('unsupported-url', url)).toEqual(['error']);
  });
});
