// SPDX-License-Identifier: Apache-2.0
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { type FaultServer, startFaultServer } from '../support/fault-server.ts';
import { makeModule } from '../support/modules.ts';
import { type CliResult, runCli } from '../support/run-cli.ts';
import { schemaErrors } from '../support/schema.ts';
import { sha256, someBytes, tempDir } from '../support/temp.ts';

const OLD = someBytes('old');
const NEW = someBytes('new', 1234);
const V1 = 'a'.repeat(40);
const V2 = 'b'.repeat(40);

function entry(path: string, url: string): string {
  return `  - path: ${path}
    sha256: ${sha256(OLD)}
    type: img
    version: '1.0'
    license-path: LICENSE
    url: ${url}
    description: made up
`;
}

interface Made {
  readonly yaml: string;
  readonly read: () => string;
  readonly update: (...args: readonly string[]) => Promise<CliResult>;
}

function make(...entries: readonly string[]): Made {
  const yaml = `name: hal_x\nblobs:\n${entries.join('')}`;
  const { directory } = makeModule(tempDir(), { yaml });
  return {
    yaml,
    read: () => readFileSync(join(directory, 'zephyr/module.yml'), 'utf8'),
    update: (...args) => runCli(['update', '-m', directory, '--retries', '0', ...args], { cwd: directory }),
  };
}

/** The file at a revision as GitLab has it. */
function rawUrl(server: FaultServer, ref: string, name: string): string {
  return server.serve(`/g/r/-/raw/${ref}/${name}`, ref === V1 ? OLD : NEW);
}

describe('an update refuses for an entry what lint would call an error, and goes on with the others', () => {
  test('a branch in place of a commit, without a request', async () => {
    const server = await startFaultServer();
    rawUrl(server, 'main', 'a.bin');
    rawUrl(server, V2, 'b.bin');
    const a = entry('a.bin', rawUrl(server, V1, 'a.bin'));
    const b = entry('b.bin', rawUrl(server, V1, 'b.bin'));
    const { yaml, read, update } = make(a, b);
    const args = ['--url-replace', `${V1}/a=main/a`, '--url-replace', `${V1}/b=${V2}/b`];
    const { code, stderr } = await update(...args);
    expect(code).toBe(1);
    expect(stderr).toMatch(/module\.yml:3: cannot update hal_x: a\.bin: .* \[BLOBS_LINT\] \(mutable-url\)\n/);
    expect(stderr).toContain('leads to whatever the branch "main" holds');
    expect(read()).toBe(yaml.replace(b, b.replace(`${V1}/b`, `${V2}/b`).replace(sha256(OLD), sha256(NEW))));
    expect(server.requests.map(({ path }) => path)).toEqual([`/g/r/-/raw/${V2}/b.bin`]);
  });

  test('credentials, which are neither sent nor shown', async () => {
    const server = await startFaultServer();
    const { yaml, read, update } = make(entry('a.bin', rawUrl(server, V1, 'a.bin')));
    const args = ['--url-replace', 'http://=http://me:geheim@'];
    const shown = await update(...args);
    expect([shown.code, shown.stdout, read()]).toEqual([1, '', yaml]);
    expect(shown.stderr).toContain('(url-credentials)');
    expect(shown.stderr).toContain('the URL holds a password');
    expect(shown.stderr).not.toContain('geheim');
    const pinned = await update(...args, '--pin');
    expect([pinned.code, read()]).toEqual([1, yaml]);
    expect(pinned.stderr).toContain('(url-credentials)');
    const json = await update(...args, '--json');
    expect(schemaErrors('update', json.json())).toEqual([]);
    expect(json.json().issues).toEqual([expect.objectContaining({ rule: 'url-credentials', line: 3 })]);
    expect(json.stdout).not.toContain('geheim');
    expect(server.requests).toEqual([]);
  });

  test('the URL of another entry that has another digest, whichever of the two stands first', async () => {
    const server = await startFaultServer();
    const shared = rawUrl(server, V2, 'b.bin');
    for (const isFirst of [true, false]) {
      const moving = entry('a.bin', rawUrl(server, V1, 'a.bin'));
      const stale = entry('b.bin', shared);
      const { yaml, read, update } = make(...(isFirst ? [moving, stale] : [stale, moving]));
      const { code, stderr } = await update('-l', 'a', '--url-replace', `${V1}/a=${V2}/b`);
      expect([code, read()], stderr).toEqual([1, yaml]);
      expect(stderr).toContain('cannot update hal_x: a.bin');
      expect(stderr).toContain('(duplicate-url)');
    }
  });

  test('but nothing that was an error before, or becomes right with the others', async () => {
    const server = await startFaultServer();
    const branch = rawUrl(server, 'main', 'a.bin');
    const { yaml, read, update } = make(
      entry('a.bin', branch),
      entry('b.bin', rawUrl(server, V2, 'b.bin')),
      entry('c.bin', rawUrl(server, V1, 'c.bin')),
    );
    const { code, stderr } = await update('--url-replace', `${V1}/c=${V2}/b`);
    expect(code, stderr).toBe(0);
    expect(read()).toBe(yaml.replaceAll(sha256(OLD), sha256(NEW)).replace(`${V1}/c`, `${V2}/b`));
  });
});

test('the diff tells a line from one that differs in a secret alone', async () => {
  const server = await startFaultServer();
  const url = rawUrl(server, V1, 'a.bin');
  const { update } = make(entry('a.bin', `${url}?token=geheim1`));
  const { code, stdout, stderr } = await update('--url-replace', 'geheim1=geheim2');
  expect(code, stderr).toBe(0);
  expect(stdout).toContain(`-    url: ${url}?token=REDACTED\n+    url: ${url}?token=REDACTED (differs in`);
  expect(stdout + stderr).not.toContain('geheim');
});

test('a file that is gone is told to the maintainer, who is the one to mend it', async () => {
  const server = await startFaultServer();
  const { stderr } = await make(entry('a.bin', `${server.origin}/gone`)).update();
  expect(stderr).toContain('HTTP status 404');
  expect(stderr).toContain('hint: look at the URL in a browser');
  expect(stderr).not.toContain('maintainer');
});
