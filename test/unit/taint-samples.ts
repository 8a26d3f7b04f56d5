// SPDX-License-Identifier: Apache-2.0
import type { Blob, BlobStatus } from '../../src/core/blob.ts';
import type { Issue } from '../../src/core/report.ts';
import type { LinkedBlobs, ModuleTaint, TaintReport } from '../../src/core/taint.ts';
import { judgeModule } from '../../src/taint/taint-state.ts';
import { sampleBlob, sampleModule } from './samples.ts';

/** A blob of a module that is being made up. */
export interface TaintSpec {
  readonly path: string;
  readonly status: BlobStatus;
  readonly isLinked?: boolean;
}

/** What a build that names `blobs` says. */
export function linkedBlobs(blobs: readonly Blob[], issues: readonly Issue[] = []): LinkedBlobs {
  const because = { kind: 'link-command', file: '/build/build.ninja' } as const;
  return { evidence: new Map(blobs.map((blob) => [blob, [because]])), issues };
}

/** A judged module with these blobs. */
export function sampleTaint(
  name: string,
  specs: readonly TaintSpec[],
  options: {
    readonly build?: boolean;
    readonly unread?: readonly Issue[];
    readonly isMalformed?: boolean;
  } = {},
): ModuleTaint {
  const rows = specs.map(({ path, status }) => ({ blob: sampleBlob({ module: name, path }), status }));
  const named = rows.filter((_, i) => specs[i]?.isLinked).map(({ blob }) => blob);
  return judgeModule({
    module: sampleModule(
      name,
      rows.map(({ blob }) => blob),
    ),
    rows,
    isMalformed: options.isMalformed ?? false,
    ...(options.build ? { linked: linkedBlobs(named, options.unread) } : {}),
  });
}

/** A report on these modules. */
export function sampleTaintReport(modules: readonly ModuleTaint[], buildDirectory?: string): TaintReport {
  const isTainted = modules.some((module) => module.isTainted);
  const isKnown = isTainted || modules.every((module) => module.isTainted !== undefined);
  return {
    modules,
    isAboutSome: false,
    buildDirectory,
    isTainted: isKnown ? isTainted : undefined,
    issues: [],
  };
}
