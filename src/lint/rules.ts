// SPDX-License-Identifier: Apache-2.0
import { READING_RULES } from './reading-rules.ts';
import type { Rule, RuleTexts } from './rule.ts';
import { bareRefUrl } from './rules/bare-ref-url.ts';
import { basenameDiffers } from './rules/basename-differs.ts';
import { deadUrl } from './rules/dead-url.ts';
import { doubleSlashUrl } from './rules/double-slash-url.ts';
import { duplicateUrl } from './rules/duplicate-url.ts';
import { insecureDocUrl } from './rules/insecure-doc-url.ts';
import { insecureHttp } from './rules/insecure-http.ts';
import { licenseExpression } from './rules/license-expression.ts';
import { mutableUrl } from './rules/mutable-url.ts';
import { privateHost } from './rules/private-host.ts';
import { remoteHash } from './rules/remote-hash.ts';
import { remoteSize } from './rules/remote-size.ts';
import { shortHashRef } from './rules/short-hash-ref.ts';
import { signInPage } from './rules/sign-in-page.ts';
import { tagUrl } from './rules/tag-url.ts';
import { unsupportedUrl } from './rules/unsupported-url.ts';
import { uppercaseSha256 } from './rules/uppercase-sha256.ts';
import { urlCredentials } from './rules/url-credentials.ts';
import { webPageUrl } from './rules/web-page-url.ts';
import { SUPPRESSION_RULES } from './suppressions.ts';

/** What the engine runs, in the order of the things that a reviewer looks at. */
export const RULES: readonly Rule[] = [
  uppercaseSha256,
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
];

/** Everything that lint can find, in the order in which it is listed. */
export const ALL_RULES: readonly RuleTexts[] = [...READING_RULES, ...RULES, ...SUPPRESSION_RULES];

const BY_ID = new Map(ALL_RULES.map((rule) => [rule.id, rule]));

/** The rule of that name. */
export function findRule(id: string): RuleTexts | undefined {
  return BY_ID.get(id);
}
