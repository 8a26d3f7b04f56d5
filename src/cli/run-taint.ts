// SPDX-License-Identifier: Apache-2.0
import type { BlobQuery } from '../app/load-modules.ts';
import { taintModules } from '../app/taint-modules.ts';
import { BlobsError } from '../core/errors.ts';
import type { TaintReport } from '../core/taint.ts';
import { createColors } from '../output/colors.ts';
import { taintCmake } from '../output/taint-cmake.ts';
import { taintDocument } from '../output/taint-document.ts';
import { taintKconfig } from '../output/taint-kconfig.ts';
import { taintSummaryText, taintTable, taintText } from '../output/taint-text.ts';
import { parseBuildDirectory } from './build-directory.ts';
import type { ExitCode } from './exit-codes.ts';
import { present, type Session } from './session.ts';

/** The options that taint alone has. */
export interface TaintCommandOptions {
  readonly buildDir?: string;
  readonly kconfig?: boolean;
  readonly cmake?: boolean;
  readonly failIf?: 'fetched' | 'linked';
}

/** What `blobs taint` does once its options are parsed; in a file of its own, since only taint loads it. */
export async function runTaint(
  session: Session,
  query: BlobQuery,
  options: TaintCommandOptions,
): Promise<ExitCode> {
  const { config, signal } = session;
  const { kconfig = false, cmake = false, buildDir, failIf } = options;
  assertTogether(options, config.json);
  const report = await taintModules(
    {
      ...query,
      ...config.index(),
      // Kconfig files are made for the build, which has no order for such modules.
      strictDependencies: kconfig,
      isForBuild: kconfig || cmake,
      ...parseBuildDirectory(config.cwd, buildDir),
      ...(failIf === undefined ? {} : { failIf }),
    },
    signal,
  );
  const isForPeople = !(kconfig || cmake);
  return present(session, report, {
    document: () => taintDocument(report),
    text: () => {
      if (kconfig) return taintKconfig(report);
      return cmake ? taintCmake(report) : textForPeople(session, report);
    },
    ...(isForPeople ? { summary: () => taintSummaryText(report) } : {}),
  });
}

/** @throws BlobsError `BLOBS_USAGE` for options that do not go together. */
function assertTogether({ kconfig, cmake, buildDir, failIf }: TaintCommandOptions, json: boolean): void {
  const forms = [kconfig && '--kconfig', cmake && '--cmake', json && '--json'].filter(Boolean);
  if (forms.length > 1) throw new BlobsError('BLOBS_USAGE', `${forms.join(' and ')} exclude each other`);
  if (failIf !== 'linked' || buildDir !== undefined) return;
  throw new BlobsError('BLOBS_USAGE', '--fail-if linked needs --build-dir', {
    hint: 'without a build directory nobody can say what is linked',
  });
}

function textForPeople({ config, width }: Session, report: TaintReport): string {
  if (width === undefined) return taintText(report);
  return taintTable(report, { width, cwd: config.cwd, colors: createColors(config.colorStdout) });
}
