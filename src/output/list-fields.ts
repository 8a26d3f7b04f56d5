// SPDX-License-Identifier: Apache-2.0
import type { Blob } from '../core/blob.ts';
import { BlobsError } from '../core/errors.ts';
import type { BlobRow } from '../core/report.ts';
import { escapeControls } from '../core/text.ts';
import { redactText, redactUrl } from '../core/url.ts';
import { FormatTemplate, type FormatValue } from './python-format/template.ts';

const MISSING: FormatValue = { kind: 'missing' };
const string = (value: string | undefined): FormatValue =>
  value === undefined ? MISSING : { kind: 'string', value: escapeControls(value) };
const path = (value: string): FormatValue => ({ kind: 'path', value: escapeControls(value) });

/** The keys that every template may name, with the value for a blob. */
const FIELDS: Readonly<Record<string, (row: BlobRow) => FormatValue>> = {
  module: ({ blob }) => string(blob.module),
  status: ({ status }) => string(status),
  path: ({ blob }) => string(blob.path),
  abspath: ({ blob }) => path(blob.abspath),
  sha256: ({ blob }) => string(blob.sha256),
  size: ({ blob }) => (blob.size === undefined ? MISSING : { kind: 'integer', value: blob.size }),
  type: ({ blob }) => string(blob.type),
  version: ({ blob }) => string(blob.version),
  'license-path': ({ blob }) => string(blob.licensePath),
  license_path: ({ blob }) => string(blob.licensePath),
  'license-abspath': ({ blob }) => path(blob.licenseAbspath),
  'click-through': ({ blob }) => ({ kind: 'boolean', value: blob.clickThrough ?? false }),
  url: ({ blob }) => string(blob.urls.map(redactUrl).join(' ')),
  fetcher: ({ blob }) => string(blob.fetcher),
  description: ({ blob }) => string(blob.description),
  'doc-url': ({ blob }) => string(blob.docUrl === undefined ? undefined : redactUrl(blob.docUrl)),
  license: ({ blob }) => string(blob.license),
};

/** The names of the keys that every template may use. */
export const FIELD_NAMES: readonly string[] = Object.keys(FIELDS);

/** What `west blobs list` prints for a blob. */
export const DEFAULT_FORMAT = '{module} {status} {path} {type} {abspath}';

/** Stands in where nothing is selected, so that a malformed template is found all the same. */
const SAMPLE: BlobRow = { status: 'D', blob: sampleBlob() };

/** @throws BlobsError `BLOBS_BAD_FORMAT` for a template that is malformed whatever it is filled with. */
export function assertFormat(text: string): void {
  FormatTemplate.parse(text);
}

/**
 * A line for each row by a Python format string, each ended by a line feed.
 *
 * @throws BlobsError `BLOBS_BAD_FORMAT` for a malformed template, also when there are no rows, and for a key that
 *   neither every blob has nor any of the rows' entries.
 */
export function formatRows(text: string, rows: readonly BlobRow[]): string {
  const template = FormatTemplate.parse(text);
  assertKnown(template, rows);
  if (rows.length === 0) {
    template.render((name) => FIELDS[name]?.(SAMPLE));
    return '';
  }
  return rows.map((row) => `${template.render((name) => fieldValue(row, name))}\n`).join('');
}

function assertKnown(template: FormatTemplate, rows: readonly BlobRow[]): void {
  const unknown = template.fields.find(
    (name) => !Object.hasOwn(FIELDS, name) && !rows.some(({ blob }) => Object.hasOwn(blob.extra, name)),
  );
  if (unknown === undefined) return;
  throw new BlobsError('BLOBS_BAD_FORMAT', `the format names an unknown key: ${escapeControls(unknown)}`, {
    hint: `known are ${FIELD_NAMES.join(', ')}, and what the selected entries hold beside`,
  });
}

function fieldValue({ blob, ...row }: BlobRow, name: string): FormatValue {
  const known = Object.hasOwn(FIELDS, name) ? FIELDS[name] : undefined;
  if (known) return known({ blob, ...row });
  const value = Object.hasOwn(blob.extra, name) ? blob.extra[name] : undefined;
  switch (typeof value) {
    case 'boolean':
      return { kind: 'boolean', value };
    case 'number':
      return Number.isSafeInteger(value) ? { kind: 'integer', value } : string(String(value));
    case 'string':
      return string(redactText(value));
    default:
      if (value === undefined || value === null) return MISSING;
      return string(Array.isArray(value) ? value.map(plainText).join(' ') : plainText(value));
  }
}

function plainText(value: unknown): string {
  return redactText(typeof value === 'string' ? value : JSON.stringify(value));
}

function sampleBlob(): Blob {
  return {
    module: '1',
    moduleDirectory: '/1',
    path: '1',
    abspath: '/1',
    digest: '' as Blob['digest'],
    sha256: '1',
    type: 'img',
    version: '1',
    licensePath: '1',
    licenseAbspath: '/1',
    urls: ['1'],
    description: '1',
    docUrl: '1',
    fetcher: '1',
    size: 1,
    license: '1',
    extra: {},
    index: 0,
    origin: { file: '/1', line: 1, column: 1 },
  };
}
