// SPDX-License-Identifier: Apache-2.0
import type { FetchEvent } from '../app/fetch-events.ts';
import type { FetchReport, Issue } from '../core/report.ts';
import {
  fetchRetryText,
  fetchRowText,
  fetchSummaryText,
  fetchWaitingText,
  upToDateText,
} from '../output/fetch-text.ts';
import type { ProgressDisplay } from '../output/progress.ts';
import { printIssues, type Session } from './session.ts';

/** Shows a fetch while it runs: a line on stdout for each blob, and progress on a terminal. */
export class FetchView {
  readonly #session: Session;
  readonly #progress: ProgressDisplay | undefined;
  readonly #told = new Set<Issue>();

  private constructor(session: Session, progress: ProgressDisplay | undefined) {
    this.#session = session;
    this.#progress = progress;
  }

  static async create(session: Session): Promise<FetchView> {
    if (!session.config.showProgress) return new FetchView(session, undefined);
    const { ProgressDisplay: Display } = await import('../output/progress.ts');
    return new FetchView(session, new Display(process.stderr, () => Date.now()));
  }

  /** What of the report's issues nobody has read yet. */
  untold(issues: readonly Issue[]): readonly Issue[] {
    return issues.filter((issue) => !this.#told.has(issue));
  }

  observe(event: FetchEvent): void {
    const { config, stdout, stderr } = this.#session;
    const isVerbose = config.verbosity === 'verbose';
    if (event.kind === 'row' && event.issues.length > 0) {
      // Now, and not at the end: a long run may be ended before.
      this.#above(() => printIssues(this.#session, event.issues));
      for (const issue of event.issues) this.#told.add(issue);
    }
    if (event.kind === 'row' && !config.json) {
      const text = fetchRowText(event.row);
      if (text !== undefined) this.#above(() => stdout.write(text));
      else if (isVerbose && event.row.result === 'up-to-date')
        this.#above(() => stderr.write(upToDateText(event.row)));
    } else if (event.kind === 'retry' && isVerbose) {
      this.#above(() => stderr.write(fetchRetryText(event)));
    } else if (event.kind === 'waiting' && isVerbose) {
      this.#above(() => stderr.write(fetchWaitingText(event)));
    }
    this.#progress?.observe(event);
  }

  summary(report: FetchReport): string {
    return fetchSummaryText(report);
  }

  end(): void {
    this.#progress?.end();
  }

  #above(write: () => void): void {
    if (this.#progress) this.#progress.above(write);
    else write();
  }
}
