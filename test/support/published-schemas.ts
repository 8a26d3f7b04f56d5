// SPDX-License-Identifier: Apache-2.0
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Ajv } from 'ajv';
import AjvDraft04 from 'ajv-draft-04';
import addFormats from 'ajv-formats';
import type { TestContext } from 'vitest';

/** The published schemas of formats that others read; they lie beside the project and are often absent. */
const SCHEMAS = fileURLToPath(new URL('../../../shared/schemas', import.meta.url));

/** Skips the running test when the published schemas are absent. */
export function needPublishedSchemas(context: TestContext): void {
  if (!existsSync(join(SCHEMAS, 'README.md'))) context.skip('shared schemas absent, skipped');
}

/** A validator by SARIF's schema (JSON Schema draft 4): what is wrong with a log; empty if nothing. */
export function sarifValidator(): (log: unknown) => string[] {
  const ajv = new AjvDraft04.default({ strict: false, allErrors: true });
  addFormats.default(ajv);
  const validate = ajv.compile(JSON.parse(readFileSync(join(SCHEMAS, 'sarif-schema-2.1.0.json'), 'utf8')));
  return (log) =>
    validate(log) ? [] : (validate.errors ?? []).map((error) => `${error.instancePath} ${error.message}`);
}

/** A validator by SPDX 2.3's schema (JSON Schema draft 7). */
export function spdxValidator(): (document: unknown) => string[] {
  return draft7Validator('spdx-2.3.schema.json', []);
}

/** A validator by CycloneDX 1.6's schema (JSON Schema draft 7), and those that it refers to. */
export function cyclonedxValidator(): (document: unknown) => string[] {
  return draft7Validator('bom-1.6.schema.json', ['spdx.schema.json', 'jsf-0.82.schema.json']);
}

function draft7Validator(name: string, others: readonly string[]): (document: unknown) => string[] {
  const read = (file: string) => JSON.parse(readFileSync(join(SCHEMAS, file), 'utf8'));
  const ajv = new Ajv({ strict: false, allErrors: true });
  addFormats.default(ajv);
  // Ours are in ASCII, for which the stricter of both is the same.
  ajv.addFormat('iri-reference', (text) => isUriReference(ajv, text));
  ajv.addFormat('idn-email', true);
  for (const other of others) ajv.addSchema(read(other));
  const validate = ajv.compile(read(name));
  return (document) =>
    validate(document)
      ? []
      : (validate.errors ?? []).map((error) => `${error.instancePath} ${error.message}`);
}

function isUriReference(ajv: Ajv, text: string): boolean {
  const validate = ajv.getSchema('uri-reference-alone') ?? addUriReference(ajv);
  return validate(text) === true;
}

function addUriReference(ajv: Ajv) {
  return ajv.compile({ $id: 'uri-reference-alone', type: 'string', format: 'uri-reference' });
}
