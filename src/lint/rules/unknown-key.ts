// SPDX-License-Identifier: Apache-2.0
import { findMeantName } from '../../core/closest-names.ts';
import { isRecord } from '../../core/record.ts';
import { shorten } from '../../core/text.ts';
import { BLOB_KEYS, MODULE_KEYS } from '../../module/generated/validate-module.js';
import type { Finding, Rule } from '../rule.ts';

const MAX_SHOWN_CHARACTERS = 60;

// A longer key is none of ours, and comparing costs the product of both lengths.
const MAX_COMPARED_CHARACTERS = 40;

const CLICK_THROUGH = 'click-through';

export const unknownKey: Rule = {
  id: 'unknown-key',
  severity: 'warning',
  otherwise: { error: 'what seems to mean click-through' },
  checks: 'all keys of entries, and at the top of the file, are known',
  why: 'A misspelt key passes west unseen and does nothing. A real module had "license-click-through: True", so that its users were never asked to accept the licence. Older Zephyr releases refuse the whole file for a key that they do not know.',
  mend: 'Write the key as the schema does, or remove it. What is near "click-through" is an error.',
  check({ document, entries }) {
    const top = isRecord(document.value) ? Object.keys(document.value) : [];
    return [
      ...top.filter((key) => !MODULE_KEYS.includes(key)).map((key) => report(key, MODULE_KEYS)),
      ...entries.flatMap((entry): Finding[] =>
        Object.keys(entry.value)
          .filter((key) => !BLOB_KEYS.includes(key))
          .map((key) => ({ ...report(key, BLOB_KEYS), entry })),
      ),
    ];
  },
};

function report(key: string, known: readonly string[]): Finding {
  const subject = `the key "${shorten(key, MAX_SHOWN_CHARACTERS)}" is not known`;
  if (meansClickThrough(key)) {
    const isEntry = known === BLOB_KEYS;
    return {
      at: [key],
      isAboutKey: true,
      severity: 'error',
      message: `${subject}${isEntry ? '' : ' here'}, so that nobody is asked to accept the licence`,
      hint: isEntry ? `did you mean "${CLICK_THROUGH}"?` : `write "${CLICK_THROUGH}" into each entry`,
    };
  }
  const meant = findMeant(key, known);
  const hint = meant === undefined ? {} : { hint: `did you mean "${meant}"?` };
  return { at: [key], isAboutKey: true, message: subject, ...hint };
}

/** Whether the user was to be asked: "license-click-through", "clickthru", "Click_Through". */
function meansClickThrough(key: string): boolean {
  if (key.length > MAX_COMPARED_CHARACTERS) return false;
  return /click.{0,2}thr/i.test(key) || findMeant(key, [CLICK_THROUGH]) !== undefined;
}

function findMeant(key: string, known: readonly string[]): string | undefined {
  return key.length > MAX_COMPARED_CHARACTERS ? undefined : findMeantName(key.replaceAll('_', '-'), known);
}
