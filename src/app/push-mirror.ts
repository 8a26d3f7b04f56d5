// SPDX-License-Identifier: Apache-2.0
import type { Blob } from '../core/blob.ts';
import type { Issue, MirrorReport } from '../core/report.ts';
import { count } from '../core/text.ts';
import type { OciReference } from '../fetch/oci/reference.ts';
import { runPool } from '../fetch/pool.ts';
import { type BlobState, findBlobStates } from './blob-state.ts';
import { type CacheOptions, Caches } from './caches.ts';
import { DirectoryTarget } from './directory-target.ts';
import { type BlobQuery, loadModules } from './load-modules.ts';
import type { MirrorTarget, PushDeps } from './mirror-target.ts';
import { type Pushed, pushGroup } from './push-group.ts';

export interface PushOptions extends BlobQuery {
  /** A directory, absolute, or a repository of an OCI registry. */
  readonly destination: { readonly directory: string } | { readonly registry: OciReference };
  readonly caches: CacheOptions;
  /** Whether blobs go along whose licence must be accepted. */
  readonly includeClickThrough: boolean;
  readonly dryRun: boolean;
}

/**
 * Copies the selected blobs to where fetches can use them as a mirror, from their modules, the local store or west's
 * caches. One blob that is nowhere here, or cannot be sent, does not stop the others. The network is used for a registry
 * alone.
 *
 * @throws BlobsError where there is nothing to push from, or nowhere to push to; the signal's reason.
 */
export async function pushMirror(options: PushOptions, deps: PushDeps): Promise<MirrorReport> {
  const { destination, dryRun } = options;
  const { signal } = deps;
  const { modules, blobs, issues } = await loadModules(options, signal);
  // Of equal bytes, one entry that asks for acceptance speaks for all.
  const clickThrough = new Set(
    modules
      .flatMap((module) => module.blobs)
      .filter((blob) => blob.clickThrough)
      .map(({ digest }) => digest),
  );
  const isLeftOut = ({ digest }: Blob): boolean => !options.includeClickThrough && clickThrough.has(digest);
  const states = await findBlobStates(blobs, signal);
  const target = await openTarget(options, deps);
  const caches = new Caches(options.caches);
  const pushed = new Map<BlobState, Pushed>();
  const rows = (): MirrorReport['rows'] => states.flatMap((state) => pushed.get(state)?.row ?? []);
  let endIssues: readonly Issue[] = [];
  try {
    if (!blobs.every(isLeftOut)) await target.prepare();
    for (const state of states.filter(({ row }) => isLeftOut(row.blob))) {
      pushed.set(state, { row: { ...state.row, result: 'skipped' }, issues: [] });
    }
    const groups = groupByDigest(states.filter(({ row }) => !isLeftOut(row.blob)));
    await runPool(groups, target.jobs, async (group) => {
      for (const one of await pushGroup(group, { target, caches, dryRun, signal })) {
        pushed.set(one.state, one);
      }
      return undefined;
    });
  } finally {
    // Also of a run that was interrupted: what is in the mirror is made known.
    endIssues = await target.end(dryRun ? [] : rows());
  }
  return {
    ...('directory' in destination
      ? { directory: destination.directory }
      : { registry: destination.registry.text }),
    rows: rows(),
    issues: [
      ...issues,
      ...leftOutNote(blobs.filter(isLeftOut)),
      ...states.flatMap((state) => pushed.get(state)?.issues ?? []),
      ...endIssues,
    ],
    isIndexed: endIssues.every(({ severity }) => severity !== 'error'),
    dryRun,
  };
}

async function openTarget({ destination, dryRun }: PushOptions, deps: PushDeps): Promise<MirrorTarget> {
  if ('directory' in destination) {
    return new DirectoryTarget({ directory: destination.directory, dryRun, clock: deps.clock });
  }
  const { openRegistryTarget } = await import('./registry-target.ts');
  return openRegistryTarget(destination.registry, deps);
}

/** In the order of their first entries. */
function groupByDigest(states: readonly BlobState[]): readonly (readonly BlobState[])[] {
  const groups = new Map<string, BlobState[]>();
  for (const state of states) {
    const { digest } = state.row.blob;
    const group = groups.get(digest);
    if (group) group.push(state);
    else groups.set(digest, [state]);
  }
  return [...groups.values()];
}

function leftOutNote(blobs: readonly Blob[]): Issue[] {
  if (blobs.length === 0) return [];
  const message = `${count(blobs.length, 'click-through blob')} left out, since a licence that must be accepted may forbid to pass them on`;
  return [
    { severity: 'info', code: 'BLOBS_LEFT_OUT', message, hint: '--include-click-through takes them along' },
  ];
}
