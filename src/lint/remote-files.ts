// SPDX-License-Identifier: Apache-2.0
import { findUrlProblem } from '../fetch/http-url.ts';
import { type EntryUrl, type LintModule, urlsOf } from './lint-module.ts';
import type { LintTools } from './tools.ts';
import type { RemoteFile, UrlProbe } from './url-probe.ts';

/** A URL of an entry, and the file that it should lead to. */
export interface AskedUrl extends EntryUrl {
  readonly file: RemoteFile;
}

const known = new WeakMap<LintModule, Promise<readonly AskedUrl[]>>();

/** The URLs of the selected entries that can be asked; those with a fetcher that nobody knows are left out. */
export function remoteFiles(module: LintModule, probe: UrlProbe): Promise<readonly AskedUrl[]> {
  const found = known.get(module) ?? findRemoteFiles(module, probe);
  known.set(module, found);
  return found;
}

async function findRemoteFiles({ entries }: LintModule, probe: UrlProbe): Promise<readonly AskedUrl[]> {
  const asked: AskedUrl[] = [];
  const sizes = new Map<EntryUrl['entry'], number | undefined>();
  for (const one of urlsOf(entries)) {
    const { blob } = one.entry;
    const isLfs = blob.fetcher === 'lfs';
    // A Git LFS server cannot be asked without a size.
    const isOdd = !isLfs && blob.fetcher !== undefined && !/^https?$/.test(blob.fetcher);
    if (isOdd || (isLfs && blob.size === undefined) || findUrlProblem(one.url)) continue;
    if (!sizes.has(one.entry)) sizes.set(one.entry, blob.size ?? (await probe.findPresentBytes(blob)));
    const bytes = sizes.get(one.entry);
    const size = bytes === undefined ? {} : { bytes };
    asked.push({ ...one, file: { url: one.url, digest: blob.digest, isLfs, ...size } });
  }
  return asked;
}

/** Each of {@link remoteFiles} with what `ask` says of it; nothing where the network is not to be asked. */
export async function askAll<Answer>(
  module: LintModule,
  { probe }: LintTools,
  ask: (probe: UrlProbe, files: readonly RemoteFile[]) => Promise<readonly Answer[]>,
): Promise<readonly (readonly [AskedUrl, Answer])[]> {
  if (probe === undefined) return [];
  const files = await remoteFiles(module, probe);
  const answers = await ask(
    probe,
    files.map(({ file }) => file),
  );
  return files.flatMap((file, index) => {
    const answer = answers[index];
    return answer === undefined ? [] : [[file, answer] as const];
  });
}
