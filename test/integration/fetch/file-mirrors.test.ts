// SPDX-License-Identifier: Apache-2.0
import { execFileSync } from 'node:child_process';
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, it } from 'vitest';
import { download } from '../../../src/fetch/download.ts';
import { parseMirror } from '../../../src/fetch/mirrors.ts';
import { describeSource, planFetch } from '../../../src/fetch/plan.ts';
import { startFaultServer } from '../../support/fault-server.ts';
import { filesBelow, tempDir, withDirectory } from '../../support/temp.ts';
import { digestOf, sampleBlob } from '../../unit/samples.ts';
import { codes, downloadOptions } from './network.ts';

const DIGEST = digestOf('content');

/** A mirror directory beside a directory that is none of its business. */
function makeMirror(): { root: string; mirror: string; url: string } {
  const root = tempDir();
  const mirror = join(root, 'mirror');
  mkdirSync(mirror);
  return { root, mirror, url: pathToFileURL(mirror).href };
}

/** Downloads `content` for a blob with this URL by this mirror alone. */
async function fetchFrom(option: string, blobUrl = 'https://a.invalid/lib/fw.bin') {
  const [decision] = planFetch([{ blob: sampleBlob({ urls: [blobUrl] }), status: 'D' }], {
    mirrors: [parseMirror(option)],
    keepModified: false,
    offline: false,
  });
  if (decision?.kind !== 'fetch') throw new Error('nothing to fetch');
  const job = { ...decision.job, sources: decision.job.sources.filter(({ kind }) => kind === 'mirror') };
  const options = downloadOptions();
  const { received, failed } = await download(job, options);
  await received?.file.discard();
  return {
    url: received && describeSource(received.source),
    codes: codes(failed),
    left: filesBelow(options.directory),
    slept: options.clock.slept,
  };
}

describe('a file: mirror', () => {
  it.each(['', '/'])('has a file by the path of the URL, its directory ending in %j', async (end) => {
    const { mirror, url } = makeMirror();
    writeFileSync(withDirectory(join(mirror, 'lib', 'fw.bin')), 'content');
    expect(await fetchFrom(`https://a.invalid/=${url}${end}`)).toMatchObject({
      url: `${url}/lib/fw.bin`,
      codes: [],
    });
  });

  it('has a file by its digest', async () => {
    const { mirror, url } = makeMirror();
    writeFileSync(withDirectory(join(mirror, DIGEST.slice(0, 2), DIGEST)), 'content');
    expect(await fetchFrom(`sha256=${url}/{sha256:2}/{sha256}`)).toMatchObject({ codes: [] });
  });

  it('without the file is passed over, and not asked again', async () => {
    const { url } = makeMirror();
    expect(await fetchFrom(`https://a.invalid/=${url}`)).toMatchObject({
      codes: ['BLOBS_MISSING'],
      slept: [],
    });
  });

  it('that is not there is passed over', async () => {
    const { root } = makeMirror();
    const url = pathToFileURL(join(root, 'nowhere')).href;
    expect(await fetchFrom(`https://a.invalid/=${url}`)).toMatchObject({ codes: ['BLOBS_MISSING'] });
  });

  it('with wrong bytes is passed over, and leaves no file', async () => {
    const { mirror, url } = makeMirror();
    writeFileSync(withDirectory(join(mirror, 'lib', 'fw.bin')), 'other');
    expect(await fetchFrom(`https://a.invalid/=${url}`)).toMatchObject({
      codes: ['BLOBS_HASH_MISMATCH'],
      left: [],
    });
  });

  it('may be reached through links, and hold links that stay inside', async () => {
    const { root, mirror } = makeMirror();
    writeFileSync(withDirectory(join(mirror, 'store', 'one')), 'content');
    mkdirSync(join(mirror, 'lib'));
    symlinkSync('../store/one', join(mirror, 'lib', 'fw.bin'));
    symlinkSync('mirror', join(root, 'link'));
    const url = pathToFileURL(join(root, 'link')).href;
    expect(await fetchFrom(`https://a.invalid/=${url}`)).toMatchObject({ codes: [] });
  });

  it('never gives a file outside of it that a link leads to', async () => {
    const { root, mirror, url } = makeMirror();
    writeFileSync(join(root, 'fw.bin'), 'content');
    symlinkSync('..', join(mirror, 'lib'));
    expect(await fetchFrom(`https://a.invalid/=${url}`)).toMatchObject({ codes: ['BLOBS_UNSAFE_PATH'] });
  });

  it('never gives a file beside it whose name begins alike', async () => {
    const { root, mirror, url } = makeMirror();
    writeFileSync(withDirectory(join(root, 'mirror-of-others', 'fw.bin')), 'content');
    symlinkSync('../mirror-of-others', join(mirror, 'lib'));
    expect(await fetchFrom(`https://a.invalid/=${url}`)).toMatchObject({ codes: ['BLOBS_UNSAFE_PATH'] });
  });

  it.each([
    'https://a.invalid/..%2ffw.bin',
    'https://a.invalid/%2e%2e%2ffw.bin',
    'https://a.invalid/..%5cfw.bin',
  ])('cannot be left by %s', async (blobUrl) => {
    const { root, url } = makeMirror();
    writeFileSync(join(root, 'fw.bin'), 'content');
    const { url: from, codes: found } = await fetchFrom(`https://a.invalid/=${url}`, blobUrl);
    expect([from, found.length]).toEqual([undefined, 1]);
  });

  it('with a directory or a FIFO at the place is passed over, without waiting', async () => {
    const { mirror, url } = makeMirror();
    mkdirSync(join(mirror, 'lib', 'fw.bin'), { recursive: true });
    expect((await fetchFrom(`https://a.invalid/=${url}`)).codes).toEqual(['BLOBS_NOT_A_FILE']);
    if (process.platform === 'win32') return;
    execFileSync('mkfifo', [join(mirror, 'fifo')]);
    expect((await fetchFrom(`https://a.invalid/=${url}`, 'https://a.invalid/fifo')).codes).toEqual([
      'BLOBS_NOT_A_FILE',
    ]);
  });
});

describe('a URL in module.yml', () => {
  it('is no way to a local file, not even the one that a mirror names', async () => {
    const { mirror, url } = makeMirror();
    writeFileSync(join(mirror, 'fw.bin'), 'content');
    const server = await startFaultServer();
    const job = {
      digest: DIGEST,
      blobs: [],
      sources: [
        { kind: 'url' as const, url: `${url}/fw.bin` },
        { kind: 'url' as const, url: server.serve('/x', 'content') },
      ],
    };
    const { received, failed } = await download(job, downloadOptions());
    await received?.file.discard();
    expect(codes(failed)).toEqual(['BLOBS_URL_UNSUPPORTED']);
    expect(received && describeSource(received.source)).toBe(`${server.origin}/x`);
  });
});
