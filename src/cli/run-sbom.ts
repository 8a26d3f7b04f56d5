// SPDX-License-Identifier: Apache-2.0
import { randomUUID } from 'node:crypto';
import { resolve } from 'node:path';
import type { BlobQuery } from '../app/load-modules.ts';
import { makeSbom } from '../app/make-sbom.ts';
import { BlobsError } from '../core/errors.ts';
import { jsonPieces, jsonText } from '../output/json-text.ts';
import { sbomDocument, sbomSummaryText } from '../output/sbom-document.ts';
import type { SbomFormat } from '../sbom/facts.ts';
import { findOutputFile, writeOutput } from '../store/write-output.ts';
import { findStoreDirectory } from './blobs-config.ts';
import { parseBuildDirectory } from './build-directory.ts';
import { systemClock } from './deps.ts';
import type { ExitCode } from './exit-codes.ts';
import { present, type Session } from './session.ts';
import { VERSION } from './version.ts';

/** The options that `sbom` alone has, as commander gives them. */
export interface SbomCommandOptions {
  readonly format: SbomFormat;
  readonly declared?: boolean;
  readonly buildDir?: string;
  readonly output?: string;
}

/**
 * What `blobs sbom` does once its options are parsed; in a file of its own, since only it loads it.
 *
 * @throws BlobsError `BLOBS_USAGE` for an output that cannot be a file, `BLOBS_BAD_CONFIG` for a malformed
 *   SOURCE_DATE_EPOCH
 */
export async function runSbom(
  session: Session,
  query: BlobQuery,
  options: SbomCommandOptions,
): Promise<ExitCode> {
  const { config, signal } = session;
  const { environment } = config.given;
  if (options.output === '') throw new BlobsError('BLOBS_USAGE', 'cannot write to "": -o names no file');
  const named = options.output === '-' ? undefined : options.output;
  const output = named === undefined ? undefined : resolve(config.cwd, named);
  // Better said now than after all files were hashed.
  if (output !== undefined) findOutputFile(output);
  const sourceDateMs = parseSourceDate(environment.sourceDateEpoch);
  const report = await makeSbom(
    {
      ...query,
      format: options.format,
      declared: options.declared ?? false,
      storeDirectory: findStoreDirectory(environment, config.search),
      tool: { name: 'zephyr-blobs', version: VERSION },
      ...parseBuildDirectory(config.cwd, options.buildDir),
      ...(sourceDateMs === undefined ? {} : { sourceDateMs }),
    },
    { now: systemClock.now, makeUuid: randomUUID, signal },
  );
  signal.throwIfAborted();
  if (output !== undefined) await writeOutput(output, jsonPieces(report.sbom));
  return present(session, report, {
    document: () => sbomDocument(report, output),
    text: () => (output === undefined ? jsonText(report.sbom) : ''),
    summary: () => sbomSummaryText(report, output),
  });
}

// The last second of the year 9999: SPDX and CycloneDX write years with four digits.
const MAX_SECONDS = 253_402_300_799;

/** Milliseconds since 1970. @throws BlobsError `BLOBS_BAD_CONFIG` */
function parseSourceDate(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const seconds = /^\d{1,12}$/.test(text) ? Number(text) : Number.NaN;
  if (seconds <= MAX_SECONDS) return seconds * 1000;
  throw new BlobsError(
    'BLOBS_BAD_CONFIG',
    `SOURCE_DATE_EPOCH must be a number of seconds, but is "${text}"`,
    {
      hint: 'seconds since 1970, before the year 10000, such as $(git log -1 --format=%ct)',
    },
  );
}
