// SPDX-License-Identifier: Apache-2.0
import { type Command, Option } from 'commander';
import { parseAccelPrefix } from '../accel-prefix.ts';
import { Hangups } from '../hangups.ts';
import { type ListenAddress, parseListen } from '../listen-address.ts';
import { addGlobalOptions, byteCount, collect, duration } from '../options.ts';
import type { ServeCommandOptions } from '../serve-command-options.ts';
import { addTransferLimits, jobsOption, mirrorOption } from '../transfer-options.ts';
import { tuneForServing } from '../tune-engine.ts';
import type { Run } from './command.ts';

const DEFAULT_LISTEN: ListenAddress = { host: '127.0.0.1', port: 8080 };

/** `blobs serve` */
export function addServeCommand(program: Command, run: Run): void {
  const serve = program
    .command('serve')
    .summary('a caching download server for a team')
    .description(
      'Serve the blobs that the modules declare, downloading each once, when it is first asked for; and what is at any URL of the hosts that --allow-host names. What is known by its SHA-256 is never sent as whole before it was found to have it. SIGHUP reads modules and token again; SIGTERM and SIGINT let the requests under way end. The log is on stderr: JSON, or on a terminal a line a request.',
    )
    .addOption(
      new Option('--listen <host:port>', 'where to listen (port 0: any that is free)')
        .argParser(parseListen)
        .default(DEFAULT_LISTEN, '127.0.0.1:8080'),
    )
    .option(
      '--store <place>',
      'where downloads are kept: a directory (default: the local store); or oci://REGISTRY/REPOSITORY, which several servers share and which is asked before upstream (may be given beside a directory)',
      collect,
    )
    .option(
      '--allow-host <host>',
      'let clients ask for any URL of this HOST or HOST:PORT, whatever its address (repeatable)',
      collect,
    )
    .option('--allow-network <cidr>', 'serve only clients of this network (repeatable)', collect)
    .option('--token-file <file>', 'serve only clients that show the token in this file (Bearer)')
    .option('--quota <bytes>', 'keep the store below this; suffixes k, M, G', byteCount(1))
    .option('--max-age <time>', 'remove what was not used for so long: 30d, 12h, 2w', duration)
    .option(
      '--x-accel-redirect <prefix>',
      'let nginx in front send what is stored, from its internal location PREFIX',
      parseAccelPrefix,
    )
    .option('--hide-index', 'no page and no list of what is there')
    .option('--upstream-credentials', 'use netrc and GITHUB_TOKEN for what clients ask for')
    .addOption(jobsOption())
    .addOption(
      mirrorOption(
        'ask another place first for URLs that begin with FROM (repeatable); sha256=TO is for every blob',
      ),
    );
  addTransferLimits(serve, 'refuse more where no size is declared').addHelpText(
    'after',
    '\nExamples:\n  blobs serve                          for this machine\n  blobs serve --listen 0.0.0.0:8080 --allow-network 10.0.0.0/8\n  curl -O http://127.0.0.1:8080/sha256/<digest>\n  curl -O "http://127.0.0.1:8080/api/v1/fetch/fw.bin?url=https%3A%2F%2Fhost%2Ffw.bin"',
  );
  addGlobalOptions(serve).action(async (options: ServeCommandOptions, command: Command) => {
    await run(command, async (session) => {
      tuneForServing();
      // Before the server is loaded, which takes a while.
      const hangups = new Hangups();
      try {
        const { runServe } = await import('../run-serve.ts');
        return await runServe(session, options, hangups);
      } catch (error) {
        // Who ends it while it starts has what he wants.
        if (session.signal.aborted) return 0;
        throw error;
      } finally {
        hangups.close();
      }
    });
  });
}
