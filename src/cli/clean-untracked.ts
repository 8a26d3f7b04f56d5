// SPDX-License-Identifier: Apache-2.0
import { type CleanUntrackedOptions, cleanUntracked } from '../app/untracked/clean-untracked.ts';
import { untrackedDocument } from '../output/json.ts';
import { untrackedCleanSummary, untrackedCleanText } from '../output/untracked-text.ts';
import type { ExitCode } from './exit-codes.ts';
import { present, type Session } from './session.ts';

/** What `blobs clean --untracked` does, in a file of its own, since only few runs load it. */
export async function runCleanUntracked(session: Session, options: CleanUntrackedOptions): Promise<ExitCode> {
  const report = await cleanUntracked(options, session.signal);
  return present(session, report, {
    document: () => untrackedDocument('clean', report),
    text: () => untrackedCleanText(report),
    summary: () => untrackedCleanSummary(report),
  });
}
