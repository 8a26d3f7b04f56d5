// SPDX-License-Identifier: Apache-2.0
import type { ErrorCode } from '../core/errors.ts';
import type { Issue } from '../core/report.ts';
import { isAboutDuplicateKey } from '../yaml/to-value.ts';
import type { RuleTexts } from './rule.ts';

/** A rule that reading a module applies anyway, whoever asks. */
export interface ReadingRule extends RuleTexts {
  /** What reading reports it as. */
  readonly code: ErrorCode;
  /** Whether an issue with that code is this rule's; any is, by default. */
  readonly isFinding?: (issue: Pick<Issue, 'message'>) => boolean;
}

/** The rules that are applied while modules are read. What makes a file malformed for every command is fixed. */
export const READING_RULES: readonly ReadingRule[] = [
  {
    id: 'duplicate-key',
    code: 'BLOBS_MALFORMED_YAML',
    isFinding: ({ message }) => isAboutDuplicateKey(message),
    severity: 'error',
    isFixed: true,
    checks: 'no map has a key twice',
    why: 'YAML forbids it. Of two equal keys, parsers silently drop one, and not all the same one: what one of them verifies need not be what another one fetches.',
    mend: 'Remove one of the two.',
  },
  {
    id: 'yaml-syntax',
    code: 'BLOBS_MALFORMED_YAML',
    severity: 'error',
    isFixed: true,
    checks: 'module.yml is one YAML document in UTF-8, without conflict markers',
    why: 'What is no YAML declares nothing.',
    mend: 'Mend the line that the finding names.',
  },
  {
    id: 'unreadable-file',
    code: 'BLOBS_FILE_ACCESS',
    severity: 'error',
    isFixed: true,
    checks: 'module.yml can be read',
    why: 'What cannot be read cannot be checked.',
    mend: 'Look at the permissions of the file and of the directories above it.',
  },
  {
    id: 'schema',
    code: 'BLOBS_MALFORMED_MODULE',
    severity: 'error',
    isFixed: true,
    checks: 'each entry has the keys that Zephyr requires, with values of the right type',
    why: "Zephyr's own scripts refuse such a file as a whole, so that no blob of the module can be fetched.",
    mend: 'Add the key or change the value; a version that looks like a number, and digits alone, want quotes.',
  },
  {
    id: 'unsafe-path',
    code: 'BLOBS_UNSAFE_PATH',
    severity: 'error',
    isFixed: true,
    checks: '`path` stays below zephyr/blobs, on every platform and through every symbolic link',
    why: 'A path that leads elsewhere would let a module overwrite any file of its user.',
    mend: 'Write a relative path with forward slashes, without "." and ".." segments.',
  },
  {
    id: 'duplicate-path',
    code: 'BLOBS_DUPLICATE_PATH',
    severity: 'error',
    isFixed: true,
    checks: 'no two blobs of a module have the same `path`, or one below the other',
    why: 'One of the two would overwrite the other, and one of them would always be reported as wrong.',
    mend: 'Give each blob a path of its own.',
  },
  {
    id: 'null-blobs',
    code: 'BLOBS_NULL_BLOBS',
    severity: 'warning',
    checks: '`blobs:` has a value',
    why: 'The newest west stops at such a file with an error and lists no blob of any module.',
    mend: 'Remove the key, or write "blobs: []".',
  },
  {
    id: 'yaml11-boolean',
    code: 'BLOBS_YAML11_BOOLEAN',
    severity: 'warning',
    checks: 'truth values are written as `true` or `false`',
    why: 'An unquoted yes, no, on or off is a truth value in YAML 1.1 and a string in YAML 1.2: what it means depends on who reads it.',
    mend: 'Write true or false.',
    isFixable: true,
  },
  {
    id: 'unmet-dependency',
    code: 'BLOBS_UNMET_DEPENDENCY',
    severity: 'warning',
    checks: 'the modules in `build: depends:` are there and do not depend on each other in a circle',
    why: 'The build needs an order in which each module comes after those that it depends on.',
    mend: 'Add the missing project to the manifest, or remove the dependency.',
  },
];

/** The rule that finds what is reported as `issue` while modules are read. */
export function findReadingRule(issue: Pick<Issue, 'code' | 'message'>): ReadingRule | undefined {
  return READING_RULES.find(
    ({ code, isFinding }) => code === issue.code && (isFinding === undefined || isFinding(issue)),
  );
}
