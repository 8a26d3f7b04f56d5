// SPDX-License-Identifier: Apache-2.0
import type { DescribedBlob } from './manifest.ts';
import type { Registry } from './registry.ts';

/** A file that is to be in a registry, and what module.yml files say of it, if any do. */
export interface PushedBlob extends DescribedBlob {
  /** Absolute. It is hashed while it is sent. */
  readonly file: string;
}

/** Whether a blob had to be sent, and whether its manifest had to be written. */
export interface PushOutcome {
  readonly blob: 'pushed' | 'present';
  readonly manifest: 'pushed' | 'present';
}

/**
 * Whether what a mirror says to have in the place of a blob is that blob, by its size where both are known: `bytes` is that
 * of the bytes here.
 */
export function isPresent(
  found: { readonly bytes?: number } | undefined,
  bytes: number | undefined,
): found is { readonly bytes?: number } {
  if (found === undefined) return false;
  return found.bytes === undefined || bytes === undefined || found.bytes === bytes;
}

/**
 * Sees to it that a registry has a blob, under a manifest that keeps its garbage collection away from it. A blob that the
 * registry says to have with another size is sent again.
 *
 * @throws as `Registry.push` and `Registry.describe`
 */
export async function pushBlob(registry: Registry, pushed: PushedBlob): Promise<PushOutcome> {
  const { digest, bytes, file } = pushed;
  const found = await registry.has(digest);
  const isThere = isPresent(found, bytes);
  if (!isThere) await registry.push(digest, file);
  return { blob: isThere ? 'present' : 'pushed', manifest: await registry.describe(pushed) };
}
