// SPDX-License-Identifier: Apache-2.0
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { expect, it } from 'vitest';
import { validateBlob } from '../../../src/module/generated/validate-module.js';
import { readModule } from '../../../src/module/read-module.ts';
import { CORPUS, corpusModules, needCorpus } from '../../support/corpus.ts';
import { tempDir } from '../../support/temp.ts';
import { entryText, readText, soundValue } from '../samples.ts';

const SCHEMA = JSON.parse(
  readFileSync(new URL('../../../schemas/module.schema.json', import.meta.url), 'utf8'),
);

function compile() {
  return new Ajv2020({ strict: true, allErrors: true, allowUnionTypes: true }).compile(SCHEMA);
}

it('is a sound JSON Schema 2020-12', () => {
  expect(SCHEMA.$schema).toBe('https://json-schema.org/draft/2020-12/schema');
  expect(compile()(soundValue(`name: x\nblobs:\n${entryText()}`))).toBe(true);
});

it('says of every key what it is for', () => {
  const missing: string[] = [];
  const visit = (node: unknown, where: string): void => {
    if (typeof node !== 'object' || node === null) return;
    for (const [key, value] of Object.entries((node as { properties?: object }).properties ?? {})) {
      const { title, description } = value as { title?: string; description?: string };
      if (!title || !description) missing.push(`${where}/${key}`);
    }
    for (const [key, value] of Object.entries(node)) visit(value, `${where}/${key}`);
  };
  visit(SCHEMA, '');
  expect(missing).toEqual([]);
});

it.each([
  ['1', true],
  ['9007199254740991', true],
  ['9007199254740992', false],
])('agrees with the compiled validators about a size of %s', (size, isValid) => {
  const value = soundValue(`blobs:\n${entryText({ size })}`) as { blobs: unknown[] };
  expect([validateBlob(value.blobs[0]), compile()(value)]).toEqual([isValid, isValid]);
});

it('accepts every module.yml of the corpus, but for "blobs:" without a value', (context) => {
  needCorpus(context);
  const validate = compile();
  const refused = corpusModules().filter((module) => {
    const { document } = readText(readFileSync(join(CORPUS, module, 'zephyr', 'module.yml')));
    const isNull = (document?.value as { blobs?: unknown } | undefined)?.blobs === null;
    return document === undefined || (!validate(document.value) && !isNull);
  });
  expect(corpusModules().length).toBeGreaterThan(10);
  expect(refused).toEqual([]);
});

it('is all that keeps an entry of the corpus out: every one of them becomes a blob', (context) => {
  needCorpus(context);
  const directory = tempDir();
  for (const module of corpusModules()) {
    const file = join(CORPUS, module, 'zephyr', 'module.yml');
    const { document } = readText(readFileSync(file));
    const declared = ((document?.value as { blobs?: unknown[] } | undefined)?.blobs ?? []).length;
    const { module: read, issues } = readModule({ directory, defaultName: 'x' }, file);
    expect([module, issues.filter((issue) => issue.severity === 'error')]).toEqual([module, []]);
    expect([module, read.blobs.length]).toEqual([module, declared]);
  }
});
