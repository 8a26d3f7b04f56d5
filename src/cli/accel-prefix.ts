// SPDX-License-Identifier: Apache-2.0
import { InvalidArgumentError } from 'commander';

const MAX_CHARACTERS = 200;

/**
 * The path below which the server in front has the store, without a slash at its end, for `--x-accel-redirect`.
 *
 * @throws InvalidArgumentError for anything but plain segments
 */
export function parseAccelPrefix(text: string): string {
  const prefix = text.replace(/\/$/, '');
  const isPlain = /^(?:\/(?!\.{1,2}(?:\/|$))[A-Za-z0-9._~-]+)+$/.test(prefix);
  if (isPlain && prefix.length <= MAX_CHARACTERS) return prefix;
  throw new InvalidArgumentError(
    'It must be a path such as /stored, of letters, digits, ".", "_", "~" and "-".',
  );
}
