// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from 'vitest';
import { BlobsError } from '../../../../src/core/errors.ts';
import { ociBlobUrl, parseOciReference } from '../../../../src/fetch/oci/reference.ts';
import { caught, digestOf } from '../../samples.ts';

const fail = (problem: string): BlobsError => new BlobsError('BLOBS_USAGE', problem);

describe('a repository of a registry', () => {
  it.each([
    ['oci://oci.invalid/blobs', 'oci.invalid', 'blobs', 'https://oci.invalid'],
    ['OCI://Oci.Invalid:5000/a/b-c/d__e.f', 'oci.invalid:5000', 'a/b-c/d__e.f', 'https://oci.invalid:5000'],
    ['oci://oci.invalid:443/x', 'oci.invalid', 'x', 'https://oci.invalid'],
    ['oci://oci.invalid:80/x', 'oci.invalid:80', 'x', 'https://oci.invalid:80'],
    ['oci://localhost:5000/x', 'localhost:5000', 'x', 'http://localhost:5000'],
    ['oci://127.0.0.1/x', '127.0.0.1', 'x', 'http://127.0.0.1'],
    ['oci://127.0.0.1:443/x', '127.0.0.1:443', 'x', 'http://127.0.0.1:443'],
    ['oci://[::1]:5000/x', '[::1]:5000', 'x', 'http://[::1]:5000'],
    ['oci://[fd00::1]:5000/x', '[fd00::1]:5000', 'x', 'https://[fd00::1]:5000'],
    ['oci://localhost.example/x', 'localhost.example', 'x', 'https://localhost.example'],
    ['oci://docker.io/library/x', 'docker.io', 'library/x', 'https://registry-1.docker.io'],
    ['oci://r/a---b', 'r', 'a---b', 'https://r'],
  ])('is %s', (text, registry, repository, origin) => {
    expect(parseOciReference(text, fail)).toEqual({
      registry,
      repository,
      origin,
      text: `oci://${registry}/${repository}`,
    });
  });

  it.each([
    ['oci://oci.invalid', 'is not oci://'],
    ['oci:oci.invalid/x', 'is not oci://'],
    ['oci:///x', 'is not oci://'],
    ['oci://oci.invalid/', 'names no repository'],
    ['oci://oci.invalid/x/', 'names no repository'],
    ['oci://oci.invalid/X', 'names no repository'],
    ['oci://oci.invalid/a//b', 'names no repository'],
    ['oci://oci.invalid/../x', 'names no repository'],
    ['oci://oci.invalid/a___b', 'names no repository'],
    ['oci://oci.invalid/a.-b', 'names no repository'],
    ['oci://oci.invalid/-a', 'names no repository'],
    ['oci://oci.invalid/a%2fb', 'names no repository'],
    ['oci://oci.invalid/a\nb', 'names no repository'],
    ['oci://oci.invalid/x:1', 'must hold no tag'],
    [`oci://oci.invalid/x@sha256:${'0'.repeat(64)}`, 'must hold no digest'],
    ['oci://oci.invalid/x?a=b', 'must hold no query'],
    ['oci://oci.invalid/x#a', 'must hold no fragment'],
    ['oci://oci.invalid/{sha256}', 'must hold no "{"'],
    ['oci://me:pw@oci.invalid/x', 'must hold no user name'],
    ['oci://oci.invalid:99999/x', 'names no host'],
    ['oci://registry_invalid/x', 'is not oci://'],
    ['oci://[::z]/x', 'is not oci://'],
    [`oci://oci.invalid/${'x'.repeat(300)}`, 'is longer than'],
    [`oci://${'a.'.repeat(300)}/x`, 'is not oci://'],
  ])('is not %j', async (text, problem) => {
    const { message } = await caught(() => parseOciReference(text, fail));
    expect(message).toContain(problem);
    expect(message).not.toContain('pw');
  });

  it('is refused in linear time', async () => {
    await caught(() => parseOciReference(`oci://r/${'a-'.repeat(1_000_000)}`, fail));
    await caught(() => parseOciReference(`oci://r/${'a'.repeat(1_000_000)}!`, fail));
  });

  it('holds blobs by digest', () => {
    expect(ociBlobUrl('oci://r/x', digestOf('a'))).toBe(`oci://r/x@sha256:${digestOf('a')}`);
  });
});
