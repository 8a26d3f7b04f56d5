// SPDX-License-Identifier: Apache-2.0
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
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
