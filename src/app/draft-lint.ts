// SPDX-License-Identifier: Apache-2.0
import type { LintTools } from '../lint/tools.ts';

/** For entries that are not written yet: what is on disk, if anything, is not what they will stand for. */
export const NO_FILES: Pick<LintTools, 'findFile' | 'inspect'> = {
  findFile: async () => ({ status: 'D' }),
  inspect: async () => undefined,
};

// What they find depends on the digest and the size.
const RULES_OF_BYTES = ['duplicate-url', 'duplicate-sha256', 'size-mismatch'];

/**
 * The rules that cannot be asked of entries before their URLs were: digest and size are not known yet, and with `pin`
 * branches in URLs will become commits.
 */
export function prematureRules({ pin }: { readonly pin: boolean }): readonly string[] {
  return pin ? [...RULES_OF_BYTES, 'mutable-url'] : RULES_OF_BYTES;
}
