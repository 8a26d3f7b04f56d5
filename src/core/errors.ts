// SPDX-License-Identifier: Apache-2.0

/**
 * Every code that an error, warning or note can carry, with what it means. Codes are stable: scripts match on
 * them, so one is never renamed or given another meaning. `blobs help errors` and the README print this list.
 */
export const ERROR_MEANINGS = {
  BLOBS_USAGE: 'a wrong option or argument',
  BLOBS_BAD_REGEX: 'the regular expression of --allow-regex is malformed',
  BLOBS_BAD_FORMAT: 'the format string of --format is malformed or names an unknown key',
  BLOBS_UNKNOWN_MODULE: 'no module has this name',
  BLOBS_NO_MODULES: 'neither a module directory, a west workspace, nor a module around the current directory',
  BLOBS_NOT_A_MODULE: 'a directory that was named as a module holds none',
  BLOBS_UNKNOWN_REVISION: 'git knows no such revision here, or there is no git repository',
  BLOBS_BAD_CONFIG: 'a configuration file or environment variable cannot be understood',
  BLOBS_MALFORMED_YAML:
    'a YAML file cannot be read: syntax, encoding, duplicate keys, several documents, size',
  BLOBS_MALFORMED_MODULE: 'a module.yml or one of its blob entries breaks the schema',
  BLOBS_UNSAFE_PATH: "a blob's path leaves zephyr/blobs, or could on some platform",
  BLOBS_CANNOT_EDIT:
    'a YAML file cannot be changed in place without changing anything else, or it changed meanwhile',
  BLOBS_DUPLICATE_PATH: 'two blobs of one module claim the same path, or one lies below the other',
  BLOBS_MALFORMED_MANIFEST: 'a west manifest is malformed',
  BLOBS_IMPORT_FAILED: 'what a manifest imports from a project is not there, or the imports are too many',
  BLOBS_UNMET_DEPENDENCY: 'a module depends on one that is not there, or on itself through others',
  BLOBS_HASH_MISMATCH: 'the bytes do not have the declared SHA-256',
  BLOBS_SIZE_MISMATCH: 'the bytes are more than the declared size, or the declared size is wrong',
  BLOBS_LICENSE_NOT_ACCEPTED: 'a click-through licence was not accepted',
  BLOBS_LICENSE_MISSING: "a blob's licence file is missing, cannot be read, or holds no licence",
  BLOBS_LICENSE_NOT_ALLOWED:
    "a blob's licence is not among those of --allow, needs one of --deny, or nothing is known of it",
  BLOBS_LICENSE_NOT_REMEMBERED: 'no accepted licence has the SHA-256 that is to be forgotten',
  BLOBS_MISSING: 'a blob is not there',
  BLOBS_HTTP_STATUS: 'the server answered with an error status',
  BLOBS_NETWORK: 'the connection failed, or ended before the whole body arrived',
  BLOBS_TIMEOUT: 'no byte arrived for as long as --timeout allows',
  BLOBS_REDIRECT: 'too many redirects, or one that is not allowed',
  BLOBS_TOO_LARGE: 'more bytes than --max-size allows',
  BLOBS_URL_UNSUPPORTED:
    'a URL that is malformed or not http or https; asked of a server, also one that is too long or holds credentials',
  BLOBS_URL_NOT_ALLOWED:
    'a URL that the server does not ask for its clients: not declared, and on no host of --allow-host',
  BLOBS_ADDRESS_NOT_ALLOWED:
    'a host has no public address, and was not given to the server with --allow-host',
  BLOBS_BAD_REQUEST: 'a request to the server that is malformed, or larger than it takes',
  BLOBS_CLIENT_NOT_ALLOWED:
    'a client of the server is in none of its networks, or shows no token that is right',
  BLOBS_LOOP: 'a request to the server is its own, which a mirror or URL led back to it',
  BLOBS_BUSY: 'the server is ending, or does as much at once as it may',
  BLOBS_FETCHER_UNSUPPORTED: 'a fetcher that this version does not know',
  BLOBS_LFS_SIZE:
    'a blob with `fetcher: lfs` declares no size, without which a Git LFS server cannot be asked',
  BLOBS_LFS_ANSWER: 'the answer of a Git LFS server is malformed or not what was asked for',
  BLOBS_LFS_OBJECT: 'a Git LFS server does not hand out an object',
  BLOBS_LFS_DIGEST:
    'a blob with `fetcher: lfs` cannot be updated: a Git LFS server wants to know the digest that is looked for',
  BLOBS_OCI_ANSWER: 'the answer of an OCI registry, or of its token server, is not as it should be',
  BLOBS_NOT_A_BLOB: 'a URL leads to a web page, a Git LFS pointer or nothing at all in place of a blob',
  BLOBS_URLS_DIFFER: 'the URLs of an entry do not all give the same bytes',
  BLOBS_NOT_A_FILE: "something other than a regular file stands at a blob's place",
  BLOBS_FILE_ACCESS: 'a file or directory cannot be read, written or removed',
  BLOBS_NO_SPACE: 'a disk or quota has no room for a blob',
  BLOBS_GIT_FAILED: 'git cannot say what it tracks, or what a revision holds',
  BLOBS_REVISION_NOT_FETCHED: "a project's revision is not in its local clone",
  BLOBS_OFFLINE: 'a blob is only to be had over the network, which is off limits',
  BLOBS_BLOCKED: 'a mirror rule forbids to ask the URLs of a blob, and no mirror has it',
  BLOBS_BAD_MIRROR:
    "what a mirror tells of its blobs cannot be understood or is somebody else's: index.json, or a tag of a registry",
  BLOBS_CANNOT_PIN: 'it cannot be found out which commit a URL means',
  BLOBS_NOT_A_BUILD: 'the directory of --build-dir holds nothing that says what was linked',
  BLOBS_BUILD_UNREADABLE:
    'a part of a build cannot be read or understood, so that not all that it links is known',
  BLOBS_STOPPED: 'not tried, because --fail-fast stopped the run',
  BLOBS_INTERRUPTED: 'interrupted by a signal',
  BLOBS_INTERNAL: 'a defect of this program',
  BLOBS_NULL_BLOBS: '`blobs:` has no value and counts as an empty list',
  BLOBS_YAML11_BOOLEAN: 'an unquoted yes, no, on or off was read as a boolean, as YAML 1.1 did',
  BLOBS_DUPLICATE_MODULE: 'two modules have the same name',
  BLOBS_BAD_LICENSE_EXPRESSION:
    'the value of `license`, or what REUSE says of a licence, is not an SPDX licence expression',
  BLOBS_LINT: 'a rule of "blobs lint" found something; "blobs lint --explain RULE" says why it matters',
  BLOBS_DEPRECATED_MANIFEST: 'a manifest holds something that a later release of west will refuse',
  BLOBS_NOT_CLONED: 'a project of the manifest is not on disk',
  BLOBS_STORE_UNUSABLE: 'the local store cannot be used',
  BLOBS_UNUSED_MIRROR: 'a mirror stands for no URL of the selected blobs',
  BLOBS_LEFT_OUT: 'a click-through blob was left out of a mirror',
  BLOBS_NOTHING_LINKED: 'a build links none of the selected blobs',
  BLOBS_TAINTED: 'blobs taint the build, which --fail-if forbids',
  BLOBS_KCONFIG_NAME: 'several modules have the same name in Kconfig and CMake',
  BLOBS_NOTHING_SELECTED: 'the selection matches no blob',
} as const;

export type ErrorCode = keyof typeof ERROR_MEANINGS;

/** What an error knows beside its message; see {@link Issue} for the fields. */
export interface ErrorDetails {
  readonly facts?: readonly string[];
  readonly hint?: string;
  readonly module?: string;
  readonly path?: string;
  readonly file?: string;
  readonly line?: number;
  readonly column?: number;
  readonly sourceLine?: string;
}

/** An expected failure: bad input, a bad network, a full disk. Anything else that is thrown is a defect. */
export class BlobsError extends Error {
  readonly code: ErrorCode;
  readonly details: ErrorDetails;

  constructor(code: ErrorCode, message: string, details: ErrorDetails & { cause?: unknown } = {}) {
    const { cause, ...rest } = details;
    super(message, cause === undefined ? undefined : { cause });
    this.name = 'BlobsError';
    this.code = code;
    this.details = rest;
  }
}

/** The `code` of a system error (`ENOENT`, `ECONNRESET`, …), undefined for anything else. */
export function systemCode(error: unknown): string | undefined {
  const code = (error as { code?: unknown } | null)?.code;
  return typeof code === 'string' ? code : undefined;
}

/** One thing to try where it is not known which disk has no room. */
export const NO_SPACE_HINT =
  'make room on the disk that is full; if the local store is on it, "blobs cache prune" makes some';

/** One thing to try where the disk of the local store has no room. */
export const STORE_FULL_HINT =
  'make room, for example with "blobs cache prune", or name another place with BLOBS_STORE';

/** One thing to try where the disk of `directory`, which is no store, has no room. */
export function makeRoomHint(directory: string): string {
  return `make room on the file system of ${directory}`;
}

/** Whether a system error says that a disk or a quota has no room. */
export function saysNoSpace(error: unknown): boolean {
  return ['ENOSPC', 'EDQUOT'].includes(systemCode(error) ?? '');
}

/** A one-line description of anything that was thrown. */
export function describeError(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
