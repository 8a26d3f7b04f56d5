// SPDX-License-Identifier: Apache-2.0
import type { ErrorObject } from 'ajv';
import type { Issue } from '../core/report.ts';
import { escapeControls, shorten } from '../core/text.ts';
import type { DocumentView, ValuePath } from '../yaml/document-view.ts';
import { MAX_PROBLEMS } from '../yaml/limits.ts';

const MAX_FOUND_CHARACTERS = 60;
const MAX_HINT_CHARACTERS = 100;

/** A violation of the schema, ready to be reported once it is known which module it is in. */
export type SchemaIssue = Pick<
  Issue,
  'severity' | 'code' | 'message' | 'file' | 'line' | 'column' | 'sourceLine'
> & {
  readonly hint?: string;
};

interface Violation {
  readonly path: ValuePath;
  readonly message: string;
  readonly hint?: string;
}

/**
 * Words for what ajv found wrong with the value at `base` of `document`: for each violation where it stands, what
 * is there and what is allowed. `label` names the part of the file, for example "blobs[2] (lib/fw.a)".
 */
export function describeViolations(
  document: DocumentView,
  base: ValuePath,
  label: string,
  errors: readonly ErrorObject[],
): SchemaIssue[] {
  return violations(document, base, errors.slice(0, MAX_PROBLEMS)).map(({ path, message, hint }) => ({
    severity: 'error',
    code: 'BLOBS_MALFORMED_MODULE',
    message: escapeControls(label === '' ? message : `${label}: ${message}`),
    ...(hint === undefined ? {} : { hint }),
    ...document.positionOf(path),
  }));
}

/** The path that a JSON Pointer (RFC 6901) names, below `base`. */
export function pathOfPointer(base: ValuePath, pointer: string): ValuePath {
  const parts = pointer.split('/').slice(1);
  return [...base, ...parts.map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'))];
}

/** A value that breaks the schema: its key, what it is in words, and how it is spelt where it is unquoted. */
interface Value {
  readonly name: string;
  readonly found: string;
  readonly spelling: string;
}

function violations(document: DocumentView, base: ValuePath, errors: readonly ErrorObject[]): Violation[] {
  // A value that fits neither branch of an anyOf is one violation, not three.
  const choices = errors.filter((error) => error.keyword === 'anyOf').map((error) => error.instancePath);
  const result: Violation[] = [];
  for (const error of errors) {
    const path = pathOfPointer(base, error.instancePath);
    const name = String(path.at(-1) ?? '');
    const found = describeFound(document, path);
    if (error.keyword === 'anyOf') {
      const bad = indexOfNoString(document, path);
      const item = bad === undefined ? [] : [bad];
      const which =
        bad === undefined ? '' : ` whose item ${bad} is ${describeFound(document, [...path, bad])}`;
      const message = `"${name}" must be a string or a list of at least one string, but is ${found}${which}`;
      result.push({ path: [...path, ...item], message });
    } else if (
      !choices.some((choice) => error.instancePath === choice || error.instancePath.startsWith(`${choice}/`))
    ) {
      result.push({
        path,
        ...describeOne(error, { name, found, spelling: document.findPlainScalar(path) ?? '' }),
      });
    }
  }
  return result;
}

function describeOne(error: ErrorObject, { name, found, spelling }: Value): Omit<Violation, 'path'> {
  const params = error.params as Record<string, unknown>;
  const subject = /^\d+$/.test(name) ? `item ${name}` : name === '' ? 'the file' : `"${name}"`;
  switch (error.keyword) {
    case 'required':
      return { message: `"${String(params['missingProperty'])}" is missing` };
    case 'type': {
      const quote = params['type'] === 'string' && /^the (number|boolean)/.test(found);
      const hint =
        spelling.length > MAX_HINT_CHARACTERS ? 'put it in quotes' : `quote it: ${name}: "${spelling}"`;
      return {
        message: `${subject} must be ${TYPE_NAMES[String(params['type'])] ?? String(params['type'])}, but is ${found}`,
        ...(quote ? { hint } : {}),
      };
    }
    case 'enum': {
      const allowed = (params['allowedValues'] as unknown[])
        .map((value) => `"${String(value)}"`)
        .join(' or ');
      return { message: `${subject} must be ${allowed}, but is ${found}` };
    }
    case 'pattern':
      return { message: `${subject} must be 64 hexadecimal digits, but is ${found}` };
    case 'minLength':
      return { message: `${subject} must not be empty` };
    default:
      return { message: `${subject} ${error.message ?? 'is not allowed'}, but is ${found}` };
  }
}

const TYPE_NAMES: Record<string, string> = {
  string: 'a string',
  boolean: 'true or false',
  integer: 'a whole number',
  array: 'a list',
  object: 'a map',
};

function valueAt(document: DocumentView, path: ValuePath): unknown {
  let value = document.value;
  for (const part of path) value = (value as Record<string, unknown> | null)?.[part];
  return value;
}

function indexOfNoString(document: DocumentView, path: ValuePath): number | undefined {
  const value = valueAt(document, path);
  const index = Array.isArray(value) ? value.findIndex((item) => typeof item !== 'string') : -1;
  return index === -1 ? undefined : index;
}

function describeFound(document: DocumentView, path: ValuePath): string {
  const value = valueAt(document, path);
  if (value === null) return 'empty';
  if (Array.isArray(value)) return value.length === 0 ? 'an empty list' : 'a list';
  if (typeof value === 'object') return 'a map';
  const text = shorten(document.findPlainScalar(path) ?? String(value), MAX_FOUND_CHARACTERS);
  return typeof value === 'string' ? `"${text}"` : `the ${typeof value} ${text}`;
}
