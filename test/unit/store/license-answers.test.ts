// SPDX-License-Identifier: Apache-2.0
import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type LicenseAnswer, LicenseAnswers } from '../../../src/store/license-answers.ts';
import { tempDir, withDirectory } from '../../support/temp.ts';
import { digestOf } from '../samples.ts';

const ONE: LicenseAnswer = {
  sha256: digestOf('one'),
  module: 'hal_x',
  path: 'LICENSE',
  time: '2024-01-02T03:04:05.000Z',
};
const TWO: LicenseAnswer = { ...ONE, sha256: digestOf('two'), module: 'hal_y' };

function makeFile(content?: string): string {
  const file = join(tempDir(), 'state', 'zephyr-blobs', 'licenses.json');
  if (content !== undefined) writeFileSync(withDirectory(file), content);
  return file;
}

function acceptedIn(file: string): unknown {
  return JSON.parse(readFileSync(file, 'utf8')).accepted;
}

describe('LicenseAnswers', () => {
  it('remembers for those who come later', () => {
    const file = makeFile();
    expect(new LicenseAnswers(file).has(ONE.sha256)).toBe(false);
    new LicenseAnswers(file).add(ONE);
    new LicenseAnswers(file).add(TWO);
    const later = new LicenseAnswers(file);
    expect([later.has(ONE.sha256), later.has(TWO.sha256), later.has(digestOf('three'))]).toEqual([
      true,
      true,
      false,
    ]);
  });

  it('writes what is documented, and leaves nothing beside it', () => {
    const file = makeFile();
    new LicenseAnswers(file).add(ONE);
    expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual({ schemaVersion: 1, accepted: [ONE] });
    expect(readFileSync(file, 'utf8')).toMatch(/\}\n$/);
    expect(readdirSync(dirname(file))).toEqual(['licenses.json']);
  });

  it.skipIf(process.platform === 'win32')('makes a directory that only the user can read', () => {
    const file = makeFile();
    new LicenseAnswers(file).add(ONE);
    expect(statSync(dirname(file)).mode & 0o077).toBe(0);
  });

  it('holds an answer once: the last one', () => {
    const answers = new LicenseAnswers(makeFile());
    const file = makeFile();
    const same = new LicenseAnswers(file);
    for (const answer of [ONE, TWO, { ...ONE, time: '2025-01-01T00:00:00.000Z' }]) same.add(answer);
    expect(acceptedIn(file)).toEqual([TWO, { ...ONE, time: '2025-01-01T00:00:00.000Z' }]);
    expect(answers.has(ONE.sha256)).toBe(false);
  });

  it.each([
    '',
    '{',
    'null',
    '[]',
    '{"accepted": 1}',
    '{"accepted": "x"}',
    '{"accepted": [null]}',
    '\0',
    `{"accepted":[{"sha256":"${'A'.repeat(64)}"}]}`,
  ])('takes a damaged file for an empty one, and mends it: %j', (content) => {
    const file = makeFile(content);
    const answers = new LicenseAnswers(file);
    expect(answers.has(ONE.sha256)).toBe(false);
    answers.add(ONE);
    expect(acceptedIn(file)).toEqual([ONE]);
  });

  it('passes over entries without a digest', () => {
    const file = makeFile(JSON.stringify({ accepted: [{}, { sha256: 7 }, { sha256: 'x' }, TWO] }));
    const answers = new LicenseAnswers(file);
    expect(answers.has(TWO.sha256)).toBe(true);
    answers.add(ONE);
    expect(acceptedIn(file)).toEqual([TWO, ONE]);
  });

  it.each(['{', '[]', '{"accepted": 1}', `{"accepted":[${JSON.stringify(ONE)}`])(
    'does not take an answer of a damaged file for forgotten: %j',
    (content) => {
      const file = makeFile(content);
      expect(() => new LicenseAnswers(file).remove(ONE.sha256)).toThrow('damaged');
      expect(readFileSync(file, 'utf8')).toBe(content);
    },
  );

  it('forgets an answer beside entries that are none', () => {
    const file = makeFile(JSON.stringify({ accepted: [ONE, null, TWO] }));
    expect(new LicenseAnswers(file).remove(ONE.sha256)).toEqual(ONE);
    expect(acceptedIn(file)).toEqual([TWO]);
  });

  it('takes a file of more than 4 MiB for damaged', () => {
    const file = makeFile(JSON.stringify({ accepted: [ONE], pad: 'x'.repeat(4 * 1024 * 1024) }));
    expect(new LicenseAnswers(file).has(ONE.sha256)).toBe(false);
  });

  it('throws when it cannot be written, and keeps the rest as it was', () => {
    const file = makeFile();
    mkdirSync(file, { recursive: true });
    expect(() => new LicenseAnswers(file).add(ONE)).toThrow();
    expect(readdirSync(dirname(file))).toEqual(['licenses.json']);
  });
});
