// SPDX-License-Identifier: Apache-2.0
import { expect, it, vi } from 'vitest';
import { readingFixFinder } from '../../../src/lint/reading-fixes.ts';
import { readDocument } from '../../../src/module/read-document.ts';
import { readYaml } from '../../../src/yaml/read-yaml.ts';
import { tempDir } from '../../support/temp.ts';
import { entryText } from '../samples.ts';

const MANY = 300;

function read(text: string) {
  const { document } = readYaml('/m/zephyr/module.yml', Buffer.from(text));
  if (document === undefined) throw new Error('no YAML');
  const { issues } = readDocument({ directory: tempDir(), defaultName: 'm' }, document);
  return { document, issues };
}

it('looks once at each boolean of a module, however many are to be mended', () => {
  const entries = Array.from({ length: MANY }, (_, i) =>
    entryText({ path: `${i}.bin`, 'click-through': i % 2 ? 'yes' : 'no' }),
  );
  const { document, issues } = read(`blobs:\n${entries.join('')}`);
  const asked = vi.spyOn(document, 'positionOf');
  const find = readingFixFinder(document);
  const fixes = issues.flatMap((issue) => find(issue) ?? []);
  expect(fixes).toEqual(
    Array.from({ length: MANY }, (_, i) => ({
      path: ['blobs', i, 'click-through'],
      change: { value: i % 2 === 1 },
    })),
  );
  expect(asked).toHaveBeenCalledTimes(MANY);
});

it('looks at nothing where there is nothing of the kind', () => {
  const { document } = read(`blobs:\n${entryText({ 'click-through': 'true' })}`);
  const asked = vi.spyOn(document, 'findPlainScalar');
  const issue = { severity: 'error', code: 'BLOBS_MALFORMED_MODULE', message: 'm' } as const;
  expect(readingFixFinder(document)(issue)).toBeUndefined();
  expect(asked).not.toHaveBeenCalled();
});
