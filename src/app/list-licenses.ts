// SPDX-License-Identifier: Apache-2.0
import type { Blob } from '../core/blob.ts';
import type { LicenseRow, LicensesReport } from '../core/license-report.ts';
import type { BlobRow, Issue } from '../core/report.ts';
import type { Sha256 } from '../core/sha256.ts';
import { count, shorten } from '../core/text.ts';
import { findPlaceholder, isLicenseText, type LicenseText } from '../module/license-file.ts';
import { parseLicenseList } from '../spdx/license-list.ts';
import { type LicenseAnswer, LicenseAnswers } from '../store/license-answers.ts';
import { findBlobStates } from './blob-state.ts';
import { findLicenses } from './find-licenses.ts';
import { LicenseFiles, licenseFileKey } from './license-files.ts';
import { collectTexts } from './license-texts.ts';
import { judgeLicenses } from './license-verdicts.ts';
import { type BlobQuery, loadModules } from './load-modules.ts';

export interface LicensesOptions extends BlobQuery {
  /** SPDX expressions, of licences that alone are allowed, and of those that are not; absent for no such gate. */
  readonly allow?: readonly string[];
  readonly deny?: readonly string[];
  /** The file that remembers accepted licences. */
  readonly answersFile: string;
}

const MAX_SHOWN_CHARACTERS = 100;

/**
 * The licence of each selected blob, with its texts, and whether a click-through licence was accepted; an error for each
 * blob that does not pass the lists, and a warning for each licence file that is none. Changes nothing.
 *
 * @throws BlobsError where there is nothing to look at, or a list is no list; the signal's reason.
 */
export async function listLicenses(options: LicensesOptions, signal: AbortSignal): Promise<LicensesReport> {
  const { allow, deny } = options;
  const lists = {
    ...(allow === undefined ? {} : { allow: await parseLicenseList('--allow', allow) }),
    ...(deny === undefined ? {} : { deny: await parseLicenseList('--deny', deny) }),
  };
  const { blobs, issues } = await loadModules(options, signal);
  const states = await findBlobStates(blobs, signal, options.index);
  await options.index?.save();
  const { licenses, issues: passedOver } = await findLicenses(blobs, signal);
  const files = new LicenseFiles();
  const answers = new LicenseAnswers(options.answersFile).all();
  const rows = states.flatMap(({ row }): LicenseRow[] => {
    const license = licenses.get(row.blob);
    if (license === undefined) return [];
    return [{ ...row, license, ...acceptanceOf(row, files.find(row.blob), answers) }];
  });
  const judged = await judgeLicenses(rows, lists);
  return {
    rows: judged.rows,
    ...(await collectTexts(judged.rows, files)),
    issues: [
      ...issues,
      ...states.flatMap(({ issue }) => issue ?? []),
      ...passedOver,
      ...missingTexts(blobs, files),
      ...judged.issues,
    ],
  };
}

function acceptanceOf(
  { blob }: BlobRow,
  text: LicenseText | undefined,
  answers: ReadonlyMap<Sha256, LicenseAnswer>,
): Pick<LicenseRow, 'licenseSha256' | 'isAccepted' | 'acceptedTime'> {
  const digest = text === undefined ? {} : { licenseSha256: text.sha256 };
  if (blob.clickThrough !== true) return digest;
  const answer = text && answers.get(text.sha256);
  return {
    ...digest,
    isAccepted: answer !== undefined,
    ...(answer === undefined ? {} : { acceptedTime: answer.time }),
  };
}

/** A warning for each licence file that holds no licence. */
function missingTexts(blobs: readonly Blob[], files: LicenseFiles): Issue[] {
  const without = new Map<string, Blob[]>();
  for (const blob of blobs) {
    const text = files.find(blob)?.text;
    if (text !== undefined && isLicenseText(text)) continue;
    const same = without.get(licenseFileKey(blob)) ?? [];
    same.push(blob);
    without.set(licenseFileKey(blob), same);
  }
  return [...without.values()].flatMap(([first, ...others]): Issue[] => {
    if (first === undefined) return [];
    const text = files.find(first)?.text;
    const what = text === undefined ? 'is missing or cannot be read' : 'holds no licence';
    const placeholder = text === undefined ? undefined : findPlaceholder(text);
    const said = placeholder === undefined ? [] : [`it says "${shorten(placeholder, MAX_SHOWN_CHARACTERS)}"`];
    return [
      {
        severity: 'warning',
        code: 'BLOBS_LICENSE_MISSING',
        message: `the licence file "${shorten(first.licensePath, MAX_SHOWN_CHARACTERS)}" of ${first.module} ${what}`,
        facts: [...said, `${count(others.length + 1, 'blob names', 'blobs name')} it`],
        module: first.module,
        ...(others.length === 0 ? { path: first.path } : {}),
      },
    ];
  });
}
