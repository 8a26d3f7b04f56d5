// SPDX-License-Identifier: Apache-2.0
import { expect, test } from 'vitest';
import { parseLocation } from '../../../../src/fetch/oci/upload-answer.ts';
import { caught } from '../../samples.ts';

const AT = '/v2/team/blobs/blobs/uploads/';

test.each([
  ['https://registry.invalid', 'http://registry.invalid/x'],
  ['https://registry.invalid', 'http://127.0.0.1:5000/x'],
  ['https://127.0.0.1:5000', 'http://127.0.0.1:5000/x'],
  ['http://127.0.0.1:5000', 'http://registry.invalid/x'],
])('an upload to %s does not go on over plain http at %s', async (origin, location) => {
  const error = await caught(async () => parseLocation(location, new URL(AT, origin)));
  expect(error).toMatchObject({ code: 'BLOBS_REDIRECT' });
});

test.each([
  ['https://registry.invalid', 'https://storage.invalid/x?y=z#part', 'https://storage.invalid/x?y=z'],
  ['https://registry.invalid', '/x', 'https://registry.invalid/x'],
  ['http://127.0.0.1:5000', 'http://localhost:5001/x', 'http://localhost:5001/x'],
])('an upload to %s goes on at %s', (origin, location, expected) => {
  expect(parseLocation(location, new URL(AT, origin)).href).toBe(expected);
});
