// SPDX-License-Identifier: Apache-2.0
import { Readable } from 'node:stream';
import { expect, test } from 'vitest';
import type { Body } from '../../../src/fetch/body.ts';
import type { Room } from '../../../src/fetch/free-space.ts';
import type { Prefix } from '../../../src/fetch/receive.ts';
import { reserveAnnounced } from '../../../src/fetch/reserve-room.ts';

/** What is reserved for a body of `length` bytes behind so many. */
async function reservedFor(length: number | undefined, presentBytes: number): Promise<unknown[]> {
  const reserved: unknown[] = [];
  const room = { reserve: async (...given: unknown[]) => void reserved.push(given) } as unknown as Room;
  const body = { stream: Readable.from([]), length } as unknown as Body;
  const prefix = presentBytes === 0 ? undefined : ({ bytes: presentBytes } as unknown as Prefix);
  expect(await reserveAnnounced(body, prefix, { room, maxSizeBytes: 1000 })).toBe(true);
  return reserved;
}

test('room is reserved for the whole that a source announces, up to what is allowed', async () => {
  expect(await reservedFor(1000, 0)).toEqual([[1000, undefined]]);
  expect(await reservedFor(600, 400)).toEqual([[1000, 400]]);
});

test('no room is asked for that is more than allowed, or that nobody knows', async () => {
  expect(await reservedFor(1001, 0)).toEqual([]);
  expect(await reservedFor(601, 400)).toEqual([]);
  expect(await reservedFor(undefined, 400)).toEqual([]);
});
