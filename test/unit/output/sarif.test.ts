// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from 'vitest';
import type { Issue } from '../../../src/core/report.ts';
import { ALL_RULES } from '../../../src/lint/rules.ts';
import { sarifText } from '../../../src/output/sarif.ts';
import { needPublishedSchemas, sarifValidator } from '../../support/published-schemas.ts';

interface Result {
  readonly ruleId: string;
  readonly ruleIndex: number;
  readonly level: string;
  readonly message: { readonly text: string };
  readonly locations: readonly {
    readonly physicalLocation: { readonly artifactLocation: unknown; readonly region: unknown };
  }[];
}

interface Run {
  readonly tool: { readonly driver: { readonly rules: readonly { readonly id: string }[] } };
  readonly originalUriBaseIds: unknown;
  readonly invocations: readonly [
    { readonly executionSuccessful: boolean; readonly toolExecutionNotifications: readonly Result[] },
  ];
  readonly results: readonly Result[];
}

function runOf(issues: readonly Issue[], root = '/ws'): Run {
  const text = sarifText(issues, { rules: ALL_RULES, version: '1.2.3', root });
  expect(text.endsWith('}\n')).toBe(true);
  return (JSON.parse(text) as { runs: [Run] }).runs[0];
}

const FINDING: Issue = {
  severity: 'error',
  code: 'BLOBS_MALFORMED_MODULE',
  rule: 'schema',
  message: '"version" is missing',
  file: '/ws/hal x/zephyr/module.yml',
  line: 3,
  column: 5,
};

describe('sarifText', () => {
  it('makes a result of each finding, which names its rule and its place', () => {
    const { results, tool, originalUriBaseIds } = runOf([
      { ...FINDING, facts: ['one'], hint: 'add it' },
      { ...FINDING, severity: 'warning', rule: 'null-blobs' },
      { ...FINDING, severity: 'info' },
    ]);
    expect(results.map(({ ruleId, level }) => [ruleId, level])).toEqual([
      ['schema', 'error'],
      ['null-blobs', 'warning'],
      ['schema', 'note'],
    ]);
    for (const { ruleId, ruleIndex } of results) expect(tool.driver.rules[ruleIndex]?.id).toBe(ruleId);
    expect(results[0]?.message.text).toBe('"version" is missing\none\nhint: add it');
    expect(results[0]?.locations).toEqual([
      {
        physicalLocation: {
          artifactLocation: { uri: 'hal%20x/zephyr/module.yml', uriBaseId: 'SRCROOT' },
          region: { startLine: 3, startColumn: 5 },
        },
      },
    ]);
    expect(originalUriBaseIds).toEqual({ SRCROOT: { uri: 'file:///ws/' } });
  });

  it.each([
    ['/elsewhere/a b.yml', { uri: 'file:///elsewhere/a%20b.yml' }],
    ['/ws2/m.yml', { uri: 'file:///ws2/m.yml' }],
    ['/ws/..m/module.yml', { uri: '..m/module.yml', uriBaseId: 'SRCROOT' }],
    ['/ws/a:b#c/%/m.yml', { uri: 'a%3Ab%23c/%25/m.yml', uriBaseId: 'SRCROOT' }],
  ])('names %s so that no reader takes it for another file', (file, artifactLocation) => {
    expect(runOf([{ ...FINDING, file }]).results[0]?.locations[0]?.physicalLocation.artifactLocation).toEqual(
      artifactLocation,
    );
  });

  it('tells what kept the run from being whole', () => {
    const { results, invocations } = runOf([
      { severity: 'error', code: 'BLOBS_MALFORMED_MANIFEST', message: 'm', file: '/ws/west.yml', line: 1 },
      { severity: 'info', code: 'BLOBS_NOTHING_SELECTED', message: 'nothing' },
    ]);
    expect(results).toEqual([]);
    expect(invocations[0].executionSuccessful).toBe(false);
    expect(invocations[0].toolExecutionNotifications.map(({ level }) => level)).toEqual(['error', 'note']);
    expect(runOf([FINDING]).invocations[0].executionSuccessful).toBe(true);
  });

  it('prints no secret and no control character', () => {
    const [result] = runOf([{ ...FINDING, message: 'https://user:secret@h/x \u001b[31m\u202e' }]).results;
    expect(result?.message.text).toContain('https://');
    expect(result?.message.text).not.toMatch(/secret|\u001b|\u202e/);
  });

  it('follows the published schema', (context) => {
    needPublishedSchemas(context);
    const errorsOf = sarifValidator();
    const issues: Issue[] = [
      FINDING,
      { ...FINDING, file: '/else where/ü\n.yml', message: '\u0000"\\\ud800', facts: ['x'.repeat(100_000)] },
      { severity: 'error', code: 'BLOBS_INTERNAL', message: '' },
    ];
    for (const some of [[], issues]) {
      const text = sarifText(some, { rules: ALL_RULES, version: '1.2.3', root: '/' });
      expect(errorsOf(JSON.parse(text))).toEqual([]);
    }
    expect(errorsOf({ version: '2.1.0' })).not.toEqual([]);
  });
});
