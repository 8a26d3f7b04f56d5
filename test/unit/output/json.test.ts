// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from 'vitest';
import type { BlobReport, CleanReport, FetchReport, Issue, ModulesReport } from '../../../src/core/report.ts';
import {
  blobDocument,
  cleanDocument,
  failureDocument,
  fetchDocument,
  type JsonDocument,
  modulesDocument,
} from '../../../src/output/json.ts';
import { jsonPieces, jsonText } from '../../../src/output/json-text.ts';
import { lintDocument } from '../../../src/output/lint-document.ts';
import { schemaErrors } from '../../support/schema.ts';
import { sampleBlob, sampleModule } from '../samples.ts';

const ISSUE: Issue = {
  severity: 'error',
  code: 'BLOBS_MALFORMED_MODULE',
  message: 'm',
  facts: ['f'],
  hint: 'h',
  module: 'hal_x',
  path: 'p',
  file: '/m/module.yml',
  line: 1,
  column: 2,
  sourceLine: 'secret line',
};
const FINDING: Issue = { ...ISSUE, rule: 'schema' };
const FULL = sampleBlob({
  path: 'full',
  urls: ['https://user:hunter2@a.invalid/?token=hunter2', 'https://b.invalid/'],
  docUrl: 'https://user:hunter2@doc.invalid/',
  clickThrough: false,
  fetcher: 'http',
  size: 0,
  license: 'MIT',
});
const ROWS: BlobReport['rows'] = [
  { blob: FULL, status: 'A', bytes: 7 },
  { blob: sampleBlob(), status: 'D' },
  { blob: sampleBlob({ path: 'm' }), status: 'M', bytes: 1 },
];

function expectValid(command: string, document: JsonDocument): void {
  expect(schemaErrors(command, JSON.parse(jsonText(document)))).toEqual([]);
}

describe('the document of list and verify', () => {
  const document = blobDocument('list', { rows: ROWS, issues: [ISSUE] });

  it('agrees with its schema', () => {
    expectValid('list', document);
    expectValid('verify', blobDocument('verify', { rows: ROWS, issues: [] }));
  });

  it("has module.yml's own keys, and nothing that is absent", () => {
    const [full, plain] = document.blobs as [object, object];
    expect(Object.keys(plain)).toEqual([
      ...['module', 'status', 'path', 'abspath', 'sha256', 'type', 'version'],
      ...['license-path', 'license-abspath', 'url', 'description'],
    ]);
    expect(full).toMatchObject({ 'click-through': false, fetcher: 'http', size: 0, license: 'MIT' });
  });

  it('shows no credentials, and always a list of URLs', () => {
    expect(document.blobs[0]).toMatchObject({
      url: ['https://a.invalid/?token=REDACTED', 'https://b.invalid/'],
      'doc-url': 'https://doc.invalid/',
    });
    expect(jsonText(document)).not.toContain('hunter2');
  });

  it('counts by status', () => {
    expect(document.summary).toEqual({ total: 3, A: 1, M: 1, D: 1 });
  });

  it('holds what is known of an issue, but not the source line', () => {
    const { sourceLine: _, ...rest } = ISSUE;
    expect(document.issues).toEqual([rest]);
  });
});

describe('the other documents', () => {
  it('of fetch agrees with its schema, and counts by result', () => {
    const report: FetchReport = {
      rows: [
        { blob: FULL, status: 'A', bytes: 7, result: 'mirror', source: 'https://m.invalid/' },
        { blob: sampleBlob(), status: 'D', result: 'failed' },
        { blob: sampleBlob(), status: 'D', result: 'url', sources: ['https://a.invalid/'] },
        { blob: sampleBlob(), status: 'A', bytes: 1, result: 'up-to-date' },
      ],
      issues: [ISSUE],
      dryRun: true,
      durationMs: 1,
      downloadedBytes: 7,
    };
    const document = fetchDocument(report);
    expectValid('fetch', document);
    expect(document.summary).toMatchObject({
      total: 4,
      mirror: 1,
      failed: 1,
      url: 1,
      'up-to-date': 1,
      skipped: 0,
    });
    expect(document.blobs[0]).toMatchObject({ result: 'mirror', source: 'https://m.invalid/', bytes: 7 });
    expect(document.blobs[3]).not.toHaveProperty('source');
  });

  it('of clean agrees with its schema, and adds up the bytes', () => {
    const report: CleanReport = {
      rows: [
        { blob: FULL, status: 'D', removed: true, freedBytes: 7 },
        { blob: sampleBlob(), status: 'D', removed: false, freedBytes: 0 },
      ],
      issues: [],
      dryRun: false,
    };
    const document = cleanDocument(report);
    expectValid('clean', document);
    expect(document.summary).toEqual({ total: 2, removed: 1, bytes: 7 });
    expect(document.blobs).toMatchObject([
      { removed: true, bytes: 7 },
      { removed: false, bytes: 0 },
    ]);
  });

  it('of lint agrees with its schema, and counts by severity', () => {
    const document = lintDocument({ rows: ROWS, issues: [FINDING, { ...FINDING, severity: 'warning' }] });
    expectValid('lint', document);
    expect(document.summary).toEqual({ total: 3, errors: 1, warnings: 1, infos: 0 });
  });

  it('of modules agrees with its schema, with and without a workspace', () => {
    const project = {
      name: 'hal_x',
      path: 'm/hal_x',
      abspath: '/ws/m/hal_x',
      active: true,
      cloned: true,
      onDisk: true,
    };
    const rows = [
      { module: { ...sampleModule('x', [FULL]), project: 'hal_x' }, present: 1, bytes: 7 },
      { module: sampleModule('y'), present: 0, bytes: 0 },
    ];
    const projects = [
      project,
      { ...project, name: 'off', active: false },
      { ...project, name: 'away', cloned: false },
    ];
    const workspace = { topdir: '/ws', manifestPath: '/ws/west.yml', projects, withoutModule: new Map() };
    const modules = rows.map(({ module }) => module);
    const report: ModulesReport = { rows, modules, issues: [], workspace };
    const [some, all, none] = [
      modulesDocument(report, false),
      modulesDocument(report, true),
      modulesDocument({ ...report, workspace: undefined }, true),
    ];
    for (const document of [some, all, none]) expectValid('modules', document);
    expect(some).toMatchObject({
      workspace: { topdir: '/ws', manifestPath: '/ws/west.yml' },
      projects: [{ name: 'hal_x', module: 'x' }],
      modules: [
        { name: 'x', project: 'hal_x', blobs: 1, present: 1, bytes: 7 },
        { name: 'y', project: null, blobs: 0 },
      ],
    });
    expect((all['projects'] as unknown[]).length).toBe(3);
    expect([none['workspace'], none['projects']]).toEqual([null, []]);
  });

  it.each(['list', 'verify', 'fetch', 'clean', 'lint', 'modules', 'taint'])(
    'of a %s that failed agrees with its schema, and has no blobs',
    (command) => {
      const document = failureDocument(command, [ISSUE]);
      expect(document).toMatchObject({ schemaVersion: 1, command, blobs: [], summary: { total: 0 } });
      expectValid(command, document);
    },
  );
});

describe('jsonText', () => {
  it.each([
    [{}],
    [{ a: 1, b: 'x\ny', c: null, d: true, e: undefined }],
    [{ list: [], object: {}, nested: { list: [1, [2, { a: [] }], 'x\n'], text: '"\\' } }],
    [{ list: [{ a: 1, b: [2] }, 'text\nof lines', null, undefined, [[]], [{ a: {} }]], last: 1 }],
  ])('prints %j as JSON.stringify does', (value) => {
    expect(jsonText(value)).toBe(`${JSON.stringify(value, undefined, 2)}\n`);
  });

  it('comes in pieces where it is large', () => {
    const list = Array.from({ length: 10_000 }, (_, index) => ({ index, text: '\u202e\u2028' }));
    const pieces = [...jsonPieces({ list, end: true })];
    expect(pieces.length).toBeGreaterThan(5);
    expect(pieces.join('')).not.toMatch(/[\u2028\u202e]/);
    expect(JSON.parse(pieces.join(''))).toEqual({ list, end: true });
  });
});
