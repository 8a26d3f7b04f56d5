// SPDX-License-Identifier: Apache-2.0
import { expect, test } from 'vitest';
import { parseLocation } from '../../../../src/fetch/oci/upload-answer.ts';
import { caught } from '../../samples.ts';

const AT = '/v2/team/blobs/blobs/uploads/';

test.each([
  ['https://oci.invalid', 'http://oci.invalid/x'],
  ['https://oci.invalid', 'http://127.0.0.1:5000/x'],
  ['https://127.0.0.1:5000', 'http://127.0.0.1:5000/x'],
  ['http://127.0.0.1:5000', 'http://oci.invalid/x'],
])('an upload to %s does not go on over plain http at %s', async (origin, location) => {
  const error = await caught(async () => parseLocation(location, new URL(AT, origin)));
  expect(error).toMatchObject({ code: 'BLOBS_REDIRECT' });
});

test.each([
  ['https://oci.invalid', 'https://storage.invalid/x?y=z#part', 'https://storage.invalid/x?y=z'],
  ['https://oci.invalid', '/x', 'https://oci.invalid/x'],
  ['http://127.0.0.1:5000', 'http://localhost:5001/x', 'http://localhost:5001/x'],
])('an upload to %s goes on at %s', (origin, location, expected) => {
  expect(parseLocation(location, new URL(AT, origin)).href).toBe(expected);
});
