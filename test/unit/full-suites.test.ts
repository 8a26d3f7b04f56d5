// SPDX-License-Identifier: Apache-2.0
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { filesBelow } from '../support/temp.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

it('every suite that takes a sample is run in full before a change lands', () => {
  const sampled = filesBelow(join(ROOT, 'test'))
    .filter((name) => name.endsWith('.test.ts'))
    .map((name) => `test/${name}`)
    .filter((name) => readFileSync(join(ROOT, name), 'utf8').includes("process.env['BLOBS_TEST_FULL']"))
    .filter((name) => name !== 'test/unit/full-suites.test.ts');
  const command = /BLOBS_TEST_FULL=1 npx vitest run (.*)$/m.exec(
    readFileSync(join(ROOT, '.ci', 'run'), 'utf8'),
  );
  expect(sampled.length).toBeGreaterThan(5);
  expect(command?.[1]?.split(' ').sort()).toEqual(sampled.sort());
});
