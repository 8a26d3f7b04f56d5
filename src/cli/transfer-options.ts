// SPDX-License-Identifier: Apache-2.0
import { type Command, Option } from 'commander';
import { DEFAULT_JOBS, FETCH_DEFAULTS } from './fetch-command-options.ts';
import { byteCount, collect, seconds, wholeNumber } from './options.ts';

/** `--jobs`, for a command that downloads several blobs. */
export function jobsOption(): Option {
  return new Option(
    '-j, --jobs <n>',
    `downloads at once (default: BLOBS_JOBS, west's blobs.jobs, or ${DEFAULT_JOBS})`,
  ).argParser(wholeNumber(1, 9999));
}

/** `--mirror`; `does` says what it does for the command. */
export function mirrorOption(does: string): Option {
  return new Option('--mirror <from=to>', `${does} (default: BLOBS_MIRRORS, blobs.mirrors)`).argParser(
    collect,
  );
}

/** Adds what bounds each download (`TransferLimits`); `refuses` says of what `--max-size` refuses more. */
export function addTransferLimits(command: Command, refuses: string): Command {
  return command
    .addOption(
      new Option('--timeout <s>', 'seconds without a byte that end an attempt')
        .argParser(seconds)
        .default(FETCH_DEFAULTS.timeout, '30'),
    )
    .option('--retries <n>', 'attempts after the first', wholeNumber(0, 100), FETCH_DEFAULTS.retries)
    .addOption(
      new Option('--max-size <bytes>', `${refuses}; suffixes k, M, G`)
        .argParser(byteCount(1))
        .default(FETCH_DEFAULTS.maxSize, '2G'),
    );
}
