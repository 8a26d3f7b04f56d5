// SPDX-License-Identifier: Apache-2.0
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { findForgeUrl } from '../../../../src/lint/url/find-forge-url.ts';

const FULL = '0123456789abcdef0123456789abcdef01234567';
const OBJECT = FULL + FULL.slice(0, 24);

/** What a URL's shape says, in one line: forge, repository, kind, kind of the ref, ref. */
function told(url: string): string {
  const found = findForgeUrl(url);
  if (found === undefined) return 'nothing';
  const { forge, repository = '-', kind, refKind = '-', ref = '-' } = found;
  return [forge, repository, kind, refKind, ref].join(' ');
}

describe('findForgeUrl', () => {
  it.each([
    [`https://github.com/o/r/raw/${FULL}/a/b.bin`, `GitHub o/r raw full-hash ${FULL}`],
    [
      `https://github.com/o/r/raw/${OBJECT.toUpperCase()}/b`,
      `GitHub o/r raw full-hash ${OBJECT.toUpperCase()}`,
    ],
    ['https://github.com/o/r/raw/4a3cb9ad/b.bin', 'GitHub o/r raw short-hash 4a3cb9ad'],
    ['https://github.com/o/r/raw/20240131/b.bin', 'GitHub o/r raw bare 20240131'],
    ['https://github.com/o/r/raw/abcdef/b.bin', 'GitHub o/r raw bare abcdef'],
    [`https://github.com/o/r/raw/${FULL}0/b.bin`, `GitHub o/r raw bare ${FULL}0`],
    ['https://github.com/o/r/raw/main/b.bin', 'GitHub o/r raw well-known-branch main'],
    ['https://github.com/o/r/raw/HEAD/b.bin', 'GitHub o/r raw well-known-branch HEAD'],
    ['https://GitHub.com//o//r/raw/master/b.bin', 'GitHub o/r raw well-known-branch master'],
    ['https://www.github.com/o/r/raw/v1/b.bin', 'GitHub o/r raw bare v1'],
    ['https://github.com/o/r/raw/refs/heads/release/b', 'GitHub o/r raw refs-heads refs/heads/release'],
    ['https://github.com/o/r/raw/refs%2Fheads%2Fx/b', 'GitHub o/r raw refs-heads refs/heads/x'],
    ['https://github.com/o/r/raw/refs/tags/v1/b', 'GitHub o/r raw refs-tags refs/tags/v1'],
    ['https://github.com/o/r/raw/refs/pull/1/head/b', 'GitHub o/r raw refs-heads refs/pull/1'],
    ['https://github.com/o/r/blob/v1/b.bin', 'GitHub o/r web-page bare v1'],
    ['https://github.com/o/r/blob/v1/b.bin?raw=true', 'GitHub o/r raw bare v1'],
    ['https://github.com/o/r/tree/main/dir', 'GitHub o/r web-page well-known-branch main'],
    ['https://github.com/o/r', 'GitHub o/r web-page - -'],
    ['https://github.com/o/r/releases/download/v1/b.bin', 'GitHub o/r release bare v1'],
    ['https://github.com/o/r/releases/latest/download/b', 'GitHub o/r release well-known-branch latest'],
    ['https://github.com/o/r/releases/tag/v1', 'GitHub o/r web-page - -'],
    ['https://github.com/o/r/archive/refs/tags/v1.0.tar.gz', 'GitHub o/r archive refs-tags refs/tags/v1.0'],
    ['https://github.com/o/r/archive/main.zip', 'GitHub o/r archive well-known-branch main'],
    ['https://github.com/user-attachments/files/1/b.zip', 'nothing'],
    ['https://raw.githubusercontent.com/o/r/main/b', 'GitHub o/r raw well-known-branch main'],
    ['https://raw.githubusercontent.com/o/r/refs/heads/x/b', 'GitHub o/r raw refs-heads refs/heads/x'],
    ['https://media.githubusercontent.com/media/o/r/main/b', 'GitHub o/r media well-known-branch main'],
    ['https://codeload.github.com/o/r/zip/refs/heads/main', 'GitHub o/r archive refs-heads refs/heads/main'],
    ['https://api.github.com/repos/o/r/contents/b?ref=v1', 'GitHub o/r raw bare v1'],
    ['https://api.github.com/repos/o/r/contents/b', 'GitHub o/r raw well-known-branch HEAD'],
    [`https://gist.githubusercontent.com/u/1f/raw/${FULL}/b`, `GitHub - raw full-hash ${FULL}`],
    ['https://gist.githubusercontent.com/u/1f/raw/b', 'GitHub - raw well-known-branch HEAD'],
  ])('knows GitHub: %s', (url, expected) => {
    expect(told(url)).toBe(expected);
  });

  it.each([
    ['https://gitlab.com/g/s/r/-/raw/main/b.bin', 'GitLab g/s/r raw well-known-branch main'],
    ['https://git.vendor.example/g/r/-/raw/v1/b?inline=false', 'GitLab g/r raw bare v1'],
    ['https://gitlab.com/g/r/-/raw/v1/b?ref_type=tags', 'GitLab g/r raw refs-tags refs/tags/v1'],
    ['https://gitlab.com/g/r/-/raw/v1/b?ref_type=heads', 'GitLab g/r raw refs-heads refs/heads/v1'],
    ['https://gitlab.com/g/r/-/blob/main/b', 'GitLab g/r web-page well-known-branch main'],
    ['https://gitlab.com/g/r/raw/main/b', 'GitLab g/r raw well-known-branch main'],
    ['https://gitlab.com/g/r/-/archive/v1/r-v1.tar.gz', 'GitLab g/r archive bare v1'],
    ['https://gitlab.com/g/r/-/jobs/artifacts/main/raw/b?job=x', 'GitLab g/r archive well-known-branch main'],
    ['https://gitlab.com/g/r/-/jobs/12/artifacts/raw/b', 'GitLab g/r archive - -'],
    ['https://gitlab.com/g/r/-/releases/v1/downloads/b', 'GitLab g/r release bare v1'],
    [
      'https://gitlab.com/g/r/-/releases/permalink/latest/downloads/b',
      'GitLab g/r release well-known-branch latest',
    ],
    [
      'https://x.example/api/v4/projects/g%2Fr/repository/files/a%2Fb/raw?ref=main',
      'GitLab g/r raw well-known-branch main',
    ],
    ['https://x.example/api/v4/projects/7/repository/files/b/raw', 'GitLab 7 raw well-known-branch HEAD'],
    ['https://bitbucket.org/w/r/raw/abcdef1/b', 'Bitbucket w/r raw short-hash abcdef1'],
    ['https://bitbucket.org/w/r/src/master/b', 'Bitbucket w/r web-page well-known-branch master'],
    ['https://bitbucket.org/w/r/downloads/b.zip', 'Bitbucket w/r release - -'],
    [
      'https://stash.example/projects/K/repos/r/raw/b?at=refs%2Fheads%2Fmain',
      'Bitbucket K/r raw refs-heads refs/heads/main',
    ],
    ['https://stash.example/projects/K/repos/r/browse/b', 'Bitbucket K/r web-page well-known-branch HEAD'],
    ['https://gitee.com/o/r/raw/master/b', 'Gitee o/r raw well-known-branch master'],
    ['https://gitee.com/o/r/blob/v1/b', 'Gitee o/r web-page bare v1'],
    ['https://codeberg.org/o/r/raw/branch/x/b', 'Gitea o/r raw refs-heads refs/heads/x'],
    ['https://git.vendor.example/o/r/raw/tag/v1/b', 'Gitea o/r raw refs-tags refs/tags/v1'],
    [`https://git.vendor.example/o/r/raw/commit/${FULL}/b`, `Gitea o/r raw full-hash ${FULL}`],
    ['https://git.vendor.example/o/r/media/branch/x/b', 'Gitea o/r media refs-heads refs/heads/x'],
    ['https://git.vendor.example/o/r/src/branch/x/b', 'Gitea o/r web-page refs-heads refs/heads/x'],
    ['https://codeberg.org/o/r/releases/download/v1/b', 'Gitea o/r release bare v1'],
    ['https://ghe.example/o/r/raw/refs/heads/main/b', 'Gitea o/r raw refs-heads refs/heads/main'],
    ['https://huggingface.co/o/r/resolve/main/b', 'Hugging Face o/r media well-known-branch main'],
    [`https://huggingface.co/datasets/o/r/blob/${FULL}/b`, `Hugging Face o/r web-page full-hash ${FULL}`],
    ['https://git.x.example/fw.git/plain/b?h=main', 'cgit fw.git raw well-known-branch main'],
    [`https://git.x.example/fw.git/plain/b?id=${FULL}`, `cgit fw.git raw full-hash ${FULL}`],
    ['https://git.x.example/?p=fw.git;a=blob_plain;f=b;hb=HEAD', 'cgit - raw well-known-branch HEAD'],
    ['https://github.com/o/r.git/info/lfs', 'Git LFS o/r lfs-api - -'],
    ['https://artifacts.x.example/artifactory/api/lfs/gsdk', 'Git LFS gsdk lfs-api - -'],
  ])('knows other forges: %s', (url, expected) => {
    expect(told(url)).toBe(expected);
  });

  it.each([
    'https://vendor.example/files/raw/main/fw.bin',
    'https://vendor.example/blob/main/fw.bin',
    'https://vendor.example/o/r/releases/download/latest/fw.bin',
    'https://vendor.example/plain/fw.bin',
    'https://github.com.evil.example/o/r/raw/main/fw.bin',
    'https://s3.example/github.com/o/r/raw/main/fw.bin',
    'ftp://github.com/o/r/raw/main/fw.bin',
    'not a URL',
    '',
  ])('says nothing of what could be meant otherwise: %s', (url) => {
    expect(findForgeUrl(url)).toBeUndefined();
  });

  it.each([
    ['https://github.com/blob/blob/blob/v1/blob/b.bin#L1', 'https://github.com/blob/blob/raw/v1/blob/b.bin'],
    ['https://gitlab.com/g/blob/-/blob/v1/b', 'https://gitlab.com/g/blob/-/raw/v1/b'],
    ['https://bitbucket.org/w/src/src/v1/b', 'https://bitbucket.org/w/src/raw/v1/b'],
    ['https://codeberg.org/o/r/src/tag/v1/b', 'https://codeberg.org/o/r/raw/tag/v1/b'],
    ['https://huggingface.co/o/r/blob/main/b', 'https://huggingface.co/o/r/resolve/main/b'],
    ['https://github.com/o/r/tree/v1/b', undefined],
  ])('names the file that a page is about: %s', (page, file) => {
    expect(findForgeUrl(page)?.fileUrl).toBe(file);
    if (file !== undefined) expect(findForgeUrl(file)?.kind).not.toBe('web-page');
  });

  it('takes whatever stands in a URL', () => {
    const word = fc.constantFrom(
      'raw',
      'blob',
      '-',
      'refs',
      'heads',
      'releases',
      'api',
      'v4',
      'x',
      '%2F',
      '%zz',
      '',
      'info',
      'lfs',
      'constructor',
      'repos',
      'projects',
    );
    const host = fc.constantFrom(
      'github.com',
      'api.github.com',
      'gitlab.com',
      'bitbucket.org',
      'codeberg.org',
      'hf.co',
      'x.example',
      'gist.githubusercontent.com',
    );
    const query = fc.constantFrom('', '?h=', '?ref=%', '?p=x;a=blob;', '?at=main', '?constructor');
    fc.assert(
      fc.property(host, fc.array(word, { maxLength: 9 }), query, (name, path, search) => {
        const found = findForgeUrl(`https://${name}/${path.join('/')}${search}`);
        expect(found?.ref === undefined).toBe(found?.refKind === undefined);
        expect(found?.ref).not.toBe('');
      }),
      { numRuns: 2000 },
    );
  });
});
