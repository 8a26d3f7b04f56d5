// SPDX-License-Identifier: Apache-2.0
import { onTestFinished } from 'vitest';
import { type CliOptions, type CliResult, type RunningCli, runCli } from './run-cli.ts';

/** A `blobs serve` that runs until the test ends, unless it is told to end before. */
export interface Served {
  /** Such as `http://127.0.0.1:12345`. */
  readonly url: string;
  readonly cli: RunningCli;
  /** How it ends, or ended. */
  readonly ended: Promise<CliResult>;
  /** Sends a signal, SIGTERM by default, and resolves with how the program ended. */
  stop(signal?: NodeJS.Signals): Promise<CliResult>;
}

/**
 * Starts the built `blobs serve` on a free port of 127.0.0.1; `args` stand behind its own. It may ask this machine, where
 * the servers of tests are, unless `allowHosts` says otherwise.
 */
export async function startServe(
  args: readonly string[],
  { allowHosts = ['127.0.0.1'], ...options }: CliOptions & { readonly allowHosts?: readonly string[] } = {},
): Promise<Served> {
  const allowed = allowHosts.flatMap((host) => ['--allow-host', host]);
  let ended: Promise<CliResult> | undefined;
  const cli = await new Promise<RunningCli>((resolve, reject) => {
    ended = runCli(['serve', '--listen', '127.0.0.1:0', ...allowed, ...args], {
      timeoutMs: 60_000,
      ...options,
      onStart: async (running) => {
        let stdout = '';
        running.child.stdout?.on('data', (chunk: Buffer) => {
          stdout += chunk.toString('utf8');
        });
        await running.seen(/^listening on \S+\n/m);
        urls.set(running, /^listening on (\S+)$/m.exec(stdout)?.[1] ?? '');
        resolve(running);
      },
    });
    ended.then((result) => reject(new Error(`serve ended: ${result.stderr}`)), reject);
  });
  const whenEnded = ended as unknown as Promise<CliResult>;
  onTestFinished(async () => {
    cli.kill('SIGKILL');
    await whenEnded.catch(() => undefined);
  });
  return {
    url: urls.get(cli) ?? '',
    cli,
    ended: whenEnded,
    stop: (signal = 'SIGTERM') => {
      cli.kill(signal);
      return whenEnded;
    },
  };
}

const urls = new WeakMap<RunningCli, string>();
