// SPDX-License-Identifier: Apache-2.0
import { READING_RULES } from './reading-rules.ts';
import type { Rule, RuleTexts } from './rule.ts';
import { bareRefUrl } from './rules/bare-ref-url.ts';
import { basenameDiffers } from './rules/basename-differs.ts';
import { commentedOutBlob } from './rules/commented-out-blob.ts';
import { crlf } from './rules/crlf.ts';
import { damagedBinary } from './rules/damaged-binary.ts';
import { deadUrl } from './rules/dead-url.ts';
import { doubleSlashUrl } from './rules/double-slash-url.ts';
import { duplicateSha256 } from './rules/duplicate-sha256.ts';
import { duplicateUrl } from './rules/duplicate-url.ts';
import { hashMismatch } from './rules/hash-mismatch.ts';
import { insecureDocUrl } from './rules/insecure-doc-url.ts';
import { insecureHttp } from './rules/insecure-http.ts';
import { lfsWithoutSize } from './rules/lfs-without-size.ts';
import { licenseExpression } from './rules/license-expression.ts';
import { licenseIsHeader } from './rules/license-is-header.ts';
import { licensePathDotSlash } from './rules/license-path-dot-slash.ts';
import { licensePlaceholder } from './rules/license-placeholder.ts';
import { missingDocUrl } from './rules/missing-doc-url.ts';
import { missingLicenseFile } from './rules/missing-license-file.ts';
import { missingName } from './rules/missing-name.ts';
import { mixedArchitecture } from './rules/mixed-architecture.ts';
import { mutableUrl } from './rules/mutable-url.ts';
import { noFinalNewline } from './rules/no-final-newline.ts';
import { noInterfaceHeader } from './rules/no-interface-header.ts';
import { noSpdxLicense } from './rules/no-spdx-license.ts';
import { notABinary } from './rules/not-a-binary.ts';
import { pathCaseCollision } from './rules/path-case-collision.ts';
import { privateHost } from './rules/private-host.ts';
import { remoteHash } from './rules/remote-hash.ts';
import { remoteSize } from './rules/remote-size.ts';
import { shortHashRef } from './rules/short-hash-ref.ts';
import { signInPage } from './rules/sign-in-page.ts';
import { sizeMismatch } from './rules/size-mismatch.ts';
import { tagUrl } from './rules/tag-url.ts';
import { trackedBlob } from './rules/tracked-blob.ts';
import { trailingWhitespace } from './rules/trailing-whitespace.ts';
import { unignoredBlob } from './rules/unignored-blob.ts';
import { unknownKey } from './rules/unknown-key.ts';
import { unsupportedTarget } from './rules/unsupported-target.ts';
import { unsupportedUrl } from './rules/unsupported-url.ts';
import { unusualArchive } from './rules/unusual-archive.ts';
import { uppercaseSha256 } from './rules/uppercase-sha256.ts';
import { urlCredentials } from './rules/url-credentials.ts';
import { versionPlaceholder } from './rules/version-placeholder.ts';
import { versionZero } from './rules/version-zero.ts';
import { webPageUrl } from './rules/web-page-url.ts';
import { windowsName } from './rules/windows-name.ts';
import { zephyrSymbol } from './rules/zephyr-symbol.ts';
import { SUPPRESSION_RULES } from './suppressions.ts';

/** What the engine runs, in the order of the things that a reviewer looks at. */
export const RULES: readonly Rule[] = [
  unknownKey,
  missingName,
  commentedOutBlob,
  trailingWhitespace,
  crlf,
  noFinalNewline,
  pathCaseCollision,
  windowsName,
  uppercaseSha256,
  duplicateSha256,
  lfsWithoutSize,
  missingLicenseFile,
  licensePathDotSlash,
  licenseIsHeader,
  licensePlaceholder,
  noSpdxLicense,
  noInterfaceHeader,
  missingDocUrl,
  versionPlaceholder,
  versionZero,
  trackedBlob,
  unignoredBlob,
  licenseExpression,
  // What the URLs say without being asked.
  unsupportedUrl,
  mutableUrl,
  shortHashRef,
  bareRefUrl,
  tagUrl,
  webPageUrl,
  urlCredentials,
  insecureHttp,
  privateHost,
  doubleSlashUrl,
  duplicateUrl,
  basenameDiffers,
  insecureDocUrl,
  // What the network says.
  deadUrl,
  signInPage,
  remoteSize,
  remoteHash,
  // What the files that are there hold.
  hashMismatch,
  sizeMismatch,
  notABinary,
  damagedBinary,
  unusualArchive,
  unsupportedTarget,
  mixedArchitecture,
  zephyrSymbol,
];

/** Everything that lint can find, in the order in which it is listed. */
export const ALL_RULES: readonly RuleTexts[] = [...READING_RULES, ...RULES, ...SUPPRESSION_RULES];

const BY_ID = new Map(ALL_RULES.map((rule) => [rule.id, rule]));

/** The rule of that name. */
export function findRule(id: string): RuleTexts | undefined {
  return BY_ID.get(id);
}
