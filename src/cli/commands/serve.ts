// SPDX-License-Identifier: Apache-2.0
import type { Command } from 'commander';
import { parseAccelPrefix } from '../accel-prefix.ts';
import { parseListen } from '../listen-address.ts';
import { addGlobalOptions, byteCount, duration } from '../options.ts';
import type { ServeCommandOptions } from '../run-serve.ts';
import type { Run } from './command.ts';

/** `blobs serve` */
export function addServeCommand(program: Command, run: Run): void {
  const serve = program
    .command('serve')
    .summary('a caching download server for a team')
    .description(
      'Serve the blobs that the modules declare, downloading each once, when it is first asked for. What is sent was found to have its SHA-256. SIGTERM and SIGINT let the requests under way end.',
    )
    .option('--listen <host:port>', 'where to listen (port 0: any that is free)', parseListen, {
      host: '127.0.0.1',
      port: 8080,
    })
    .option('--quota <bytes>', 'keep the store below this; suffixes k, M, G', byteCount(1))
    .option('--max-age <time>', 'remove what was not used for so long: 30d, 12h, 2w', duration)
    .option(
      '--x-accel-redirect <prefix>',
      'let nginx in front send what is stored, from its internal location PREFIX',
      parseAccelPrefix,
    )
    .option('--hide-index', 'no page that lists what there is')
    .addHelpText(
      'after',
      '\nExamples:\n  blobs serve                          for this machine\n  curl -O http://127.0.0.1:8080/sha256/<digest>',
    );
  addGlobalOptions(serve).action(async (options: ServeCommandOptions, command: Command) => {
    await run(command, async (session) => {
      const { runServe } = await import('../run-serve.ts');
      return runServe(session, options);
    });
  });
}
