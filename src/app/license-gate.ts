// SPDX-License-Identifier: Apache-2.0
import type { Blob } from '../core/blob.ts';
import type { Clock, Prompt } from '../core/deps.ts';
import { BlobsError, describeError } from '../core/errors.ts';
import type { Issue } from '../core/report.ts';
import type { Sha256 } from '../core/sha256.ts';
import { escapeControls } from '../core/text.ts';
import { findLicenseText, type LicenseText } from '../module/license-file.ts';
import { LicenseAnswers } from '../store/license-answers.ts';

export interface LicenseOptions {
  /** Accept every licence, for this run alone. */
  readonly autoAccept: boolean;
  /** Licence texts that are accepted by their digest. */
  readonly acceptedTexts: ReadonlySet<Sha256>;
  /** The file that remembers answers. */
  readonly answersFile: string;
  /** Whether to only tell what would be asked. */
  readonly dryRun: boolean;
}

/** Asks for click-through licences: each text once, and none that was accepted before. */
export class LicenseGate {
  readonly issues: Issue[] = [];
  readonly #options: LicenseOptions;
  readonly #prompt: Prompt;
  readonly #clock: Clock;
  readonly #remembered: LicenseAnswers;
  readonly #answers = new Map<Sha256, boolean>();

  constructor(options: LicenseOptions, deps: { prompt: Prompt; clock: Clock }) {
    this.#options = options;
    this.#prompt = deps.prompt;
    this.#clock = deps.clock;
    this.#remembered = new LicenseAnswers(options.answersFile);
  }

  /** Why `blob` must not be put into its module; undefined when it may. */
  async findObstacle(blob: Blob, signal: AbortSignal): Promise<BlobsError | undefined> {
    if (blob.clickThrough !== true) return undefined;
    const license = findLicenseText(blob);
    if (license === undefined) return this.#missing(blob);
    if (await this.#isAccepted(blob, license, signal)) return undefined;
    return new BlobsError('BLOBS_LICENSE_NOT_ACCEPTED', 'its licence was not accepted', {
      facts: [`${blob.licenseAbspath}, SHA-256 ${license.sha256}`],
      hint: `read it; then use --accept-license ${license.sha256}, or --auto-accept for all`,
    });
  }

  #missing(blob: Blob): BlobsError | undefined {
    const message = `the licence file "${blob.licensePath}" is missing or cannot be read`;
    if (!this.#options.autoAccept) {
      return new BlobsError('BLOBS_LICENSE_MISSING', `${message}, so it cannot be accepted`, {
        hint: "tell the module's maintainer; --auto-accept fetches all the same",
      });
    }
    const { module, path } = blob;
    this.issues.push({
      severity: 'warning',
      code: 'BLOBS_LICENSE_MISSING',
      message: `${module}: ${message}`,
      module,
      path,
    });
    return undefined;
  }

  async #isAccepted(blob: Blob, license: LicenseText, signal: AbortSignal): Promise<boolean> {
    const { sha256 } = license;
    if (this.#options.autoAccept || this.#options.acceptedTexts.has(sha256)) return true;
    const answered = this.#answers.get(sha256) ?? (this.#remembered.has(sha256) || undefined);
    if (answered !== undefined) return answered;
    if (!this.#prompt.isInteractive) return false;
    if (this.#options.dryRun) {
      const { module, path } = blob;
      const message = `the licence "${blob.licensePath}" of ${module} would be asked for`;
      this.issues.push({ severity: 'info', code: 'BLOBS_LICENSE_NOT_ACCEPTED', message, module, path });
      this.#answers.set(sha256, true);
      return true;
    }
    const question = `Do you accept the licence ${escapeControls(blob.licensePath)} of ${escapeControls(blob.module)}? [y/N] `;
    const accepted = await this.#prompt.confirm(license.text, question, signal);
    this.#answers.set(sha256, accepted);
    if (accepted) this.#remember(blob, sha256);
    return accepted;
  }

  #remember(blob: Blob, sha256: Sha256): void {
    const time = new Date(this.#clock.now()).toISOString();
    try {
      this.#remembered.add({ sha256, module: blob.module, path: blob.licensePath, time });
    } catch (error) {
      this.issues.push({
        severity: 'warning',
        code: 'BLOBS_FILE_ACCESS',
        message: `the accepted licence cannot be remembered: ${describeError(error)}`,
      });
    }
  }
}
