// SPDX-License-Identifier: Apache-2.0
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import type { Dispatcher } from 'undici';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import type { Credentials } from '../../../src/fetch/credentials.ts';
import { type HttpOptions, httpGet } from '../../../src/fetch/http.ts';
import { LfsClient } from '../../../src/fetch/lfs/lfs-client.ts';
import { readNetrc } from '../../../src/fetch/netrc.ts';
import type { RequestOptions, Transport } from '../../../src/fetch/transport.ts';
import { startFaultServer } from '../../support/fault-server.ts';
import { startLfsServer } from '../../support/lfs-server.ts';
import { tempDir } from '../../support/temp.ts';
import { caught } from '../../unit/samples.ts';
import { downloadOptions, httpOptions, jobFor } from './network.ts';

const NETRC = 'machine 127.0.0.1 login me password hunter2\n';
const WAYS = [
  ['with credentials', true],
  ['without', false],
] as const;

/** What the environment of the process holds; with `isUsed`, as the options name it. */
let environment: Credentials;
function options(isUsed: boolean): { readonly credentials: Credentials | undefined } {
  return { credentials: isUsed ? environment : undefined };
}

beforeEach(() => {
  const home = tempDir();
  const netrc = join(home, '.netrc');
  writeFileSync(netrc, NETRC, { mode: 0o600 });
  vi.stubEnv('HOME', home);
  vi.stubEnv('NETRC', netrc);
  vi.stubEnv('GITHUB_TOKEN', 'ghp_hunter2');
  environment = { netrc: () => readNetrc([netrc]), githubToken: 'ghp_hunter2' };
  return () => void vi.unstubAllEnvs();
});

/** Answers as GitHub does for what not everybody may see; no byte leaves the process. */
class Refusing implements Transport {
  readonly authorizations: (string | undefined)[] = [];

  async request(_url: URL, { headers }: RequestOptions): Promise<Dispatcher.ResponseData> {
    this.authorizations.push(headers['authorization']);
    const body = Object.assign(Readable.from([]), { dump: async () => undefined });
    return { statusCode: 404, headers: {}, body } as unknown as Dispatcher.ResponseData;
  }

  async close(): Promise<void> {}
}

describe.each(WAYS)('a request %s', (_way, isUsed) => {
  const usual = isUsed ? [expect.stringMatching(/^Basic /)] : [undefined];

  it('is what netrc is used for, or not', async () => {
    const server = await startFaultServer();
    const url = server.serve('/x', 'bytes', [{ kind: 'redirect', to: '/x' }, { kind: 'ok' }]);
    const http: HttpOptions = { ...httpOptions(), ...options(isUsed) };
    await buffer((await httpGet(url, http)).stream);
    const seen = server.requests.map(({ headers }) => headers['authorization']);
    expect(seen).toEqual([...usual, ...usual]);
  });

  it('is what GITHUB_TOKEN is used for, or not', async () => {
    const transport = new Refusing();
    const http: HttpOptions = { ...httpOptions({ transport }), ...options(isUsed) };
    const error = await caught(() => httpGet('https://github.com/a/b/raw/v1/x', http));
    expect(error.code).toBe('BLOBS_HTTP_STATUS');
    expect(transport.authorizations).toEqual(isUsed ? [undefined, 'Bearer ghp_hunter2'] : [undefined]);
  });

  it('of Git LFS is no other', async () => {
    const server = await startLfsServer();
    server.add('bytes');
    const source = { kind: 'url', url: server.apiUrl, lfs: { sizeBytes: 5 } } as const;
    const job = jobFor('bytes', [source], 5);
    const { clock } = downloadOptions();
    const http: HttpOptions = { ...httpOptions(), ...options(isUsed) };
    const client = new LfsClient([job], { ...http, clock, random: () => 0, retries: 0 });
    const { stream } = await client.open(source, job.digest, { onRetry: () => undefined });
    expect((await buffer(stream)).toString()).toBe('bytes');
    expect(server.batches.map(({ headers }) => headers.authorization)).toEqual(usual);
    expect(server.downloads.map(({ headers }) => headers.authorization)).toEqual(usual);
  });

  it('of Git LFS to GitHub is no other', async () => {
    const transport = new Refusing();
    const source = {
      kind: 'url',
      url: 'https://github.com/a/b.git/info/lfs',
      lfs: { sizeBytes: 5 },
    } as const;
    const job = jobFor('bytes', [source], 5);
    const { clock } = downloadOptions();
    const http: HttpOptions = { ...httpOptions({ transport }), ...options(isUsed) };
    const client = new LfsClient([job], { ...http, clock, random: () => 0, retries: 0 });
    await caught(() => client.open(source, job.digest, { onRetry: () => undefined }));
    expect(transport.authorizations).toEqual(isUsed ? [undefined, 'Bearer ghp_hunter2'] : [undefined]);
  });
});
