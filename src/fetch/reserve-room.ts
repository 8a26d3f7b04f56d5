// SPDX-License-Identifier: Apache-2.0
import type { Body } from './body.ts';
import type { Follower } from './follower.ts';
import type { Room } from './free-space.ts';
import { LocalFileError } from './local-file-error.ts';
import type { Prefix } from './receive.ts';

interface RoomOptions {
  readonly room?: Room;
  readonly follower?: Follower;
  readonly maxSizeBytes: number;
}

/**
 * Reserves room for a file of `bytes`, where its size is known. False where there is none, and somebody follows the
 * download who can do without a file.
 *
 * @throws LocalFileError `BLOBS_NO_SPACE`
 */
export async function reserveRoom(
  bytes: number | undefined,
  prefix: Prefix | undefined,
  { room, follower }: RoomOptions,
): Promise<boolean> {
  if (bytes === undefined) return true;
  try {
    await room?.reserve(bytes, prefix?.bytes);
    return true;
  } catch (error) {
    if (follower && error instanceof LocalFileError && error.code === 'BLOBS_NO_SPACE') return false;
    throw error;
  }
}

/**
 * As {@link reserveRoom}, for as much as the source announces. More than is allowed is refused for that alone, soon
 * after. Where it throws, the body and the prefix are gone.
 */
export async function reserveAnnounced(
  { stream, length }: Body,
  prefix: Prefix | undefined,
  options: RoomOptions,
): Promise<boolean> {
  const present = prefix?.bytes ?? 0;
  if (length === undefined || present + length > options.maxSizeBytes) return true;
  try {
    return await reserveRoom(present + length, prefix, options);
  } catch (error) {
    stream.destroy();
    await prefix?.file.discard();
    throw error;
  }
}
