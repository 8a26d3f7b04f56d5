// SPDX-License-Identifier: Apache-2.0
import { readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';

/** What is wrong with the `--json` document of a command by schemas/<command>.schema.json; empty if nothing. */
export function schemaErrors(command: string, document: unknown): string[] {
  const file = new URL(`../../schemas/${command}.schema.json`, import.meta.url);
  const ajv = new Ajv2020({ allErrors: true, strict: true, allowUnionTypes: true });
  const validate = ajv.compile(JSON.parse(readFileSync(file, 'utf8')));
  if (validate(document)) return [];
  return (validate.errors ?? []).map((error) => `${error.instancePath} ${error.message}`);
}
