// SPDX-License-Identifier: Apache-2.0
// Compiles schemas/module.schema.json to code, so that the program neither ships nor loads a schema compiler; and makes the
// table of the licences that SPDX lists.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import Ajv2020 from 'ajv/dist/2020.js';
import standaloneCode from 'ajv/dist/standalone/index.js';
import { build } from 'esbuild';
import { generateLicenseTexts } from './license-texts.mjs';

const root = new URL('..', import.meta.url);
const directory = new URL('src/module/generated/', root);

export async function generate() {
  await generateLicenseTexts();
  const schema = JSON.parse(readFileSync(new URL('schemas/module.schema.json', root), 'utf8'));
  const { blob } = schema.$defs;
  // Entries are validated one by one, so that a bad one is left out alone.
  const { items: _, ...blobs } = schema.properties.blobs;
  const module = { ...schema, properties: { ...schema.properties, blobs }, $defs: undefined };
  delete module.$defs;
  const ajv = new Ajv2020.default({
    allErrors: true,
    strict: true,
    allowUnionTypes: true,
    // Only "is it empty" is asked of a length: no need to count the characters of what may be a megabyte.
    unicode: false,
    // Or it says on every build that this option may go; strict mode throws where something is wrong.
    logger: false,
    code: { source: true, esm: true, lines: true },
    schemas: {
      module: { ...module, $id: 'module' },
      blob: { ...blob, $schema: schema.$schema, $id: 'blob' },
    },
  });
  const code = standaloneCode.default(ajv, { validateModule: 'module', validateBlob: 'blob' });
  const bundle = await build({
    stdin: { contents: code, resolveDir: fileURLToPath(root), loader: 'js' },
    bundle: true,
    format: 'esm',
    platform: 'node',
    write: false,
  });
  mkdirSync(directory, { recursive: true });
  const keys = [
    `export const MODULE_KEYS = ${JSON.stringify(Object.keys(schema.properties))};`,
    `export const BLOB_KEYS = ${JSON.stringify(Object.keys(blob.properties))};`,
    '',
  ].join('\n');
  writeFileSync(new URL('validate-module.js', directory), bundle.outputFiles[0].text + keys);
  writeFileSync(
    new URL('validate-module.d.ts', directory),
    [
      "import type { ErrorObject } from 'ajv';",
      'interface Validate { (value: unknown): boolean; errors?: ErrorObject[] | null }',
      '/** Everything in a module.yml but the entries of `blobs`. */',
      'export const validateModule: Validate;',
      '/** One entry of `blobs`. */',
      'export const validateBlob: Validate;',
      '/** The keys that the schema knows at the top of a module.yml. */',
      'export const MODULE_KEYS: readonly string[];',
      '/** The keys that the schema knows in an entry. */',
      'export const BLOB_KEYS: readonly string[];',
      '',
    ].join('\n'),
  );
}
