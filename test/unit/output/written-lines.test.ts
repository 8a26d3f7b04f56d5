// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from 'vitest';
import { addDocument } from '../../../src/output/add-document.ts';
import { addText } from '../../../src/output/add-text.ts';
import { createColors } from '../../../src/output/colors.ts';
import { updateText } from '../../../src/output/update-text.ts';

const TOKEN = 'ghp_abcdefghijklmnopqrstuvwxyz0123456789';
const LINES = [
  `    url: https://h.invalid/f.bin?v=1&token=${TOKEN}`,
  '    description: "see https://bob:hunter2@e.invalid/ \u001b[31m"',
];

describe('the lines that are written into module.yml', () => {
  it('are shown by update without secrets and control characters', () => {
    const hunk = { line: 3, newLine: 3, before: LINES, after: LINES, path: 'f.bin' };
    const files = [{ file: '/m/zephyr/module.yml', module: 'm', blobs: 1, hunks: [hunk] }];
    const report = { rows: [], issues: [], files, dryRun: true, downloadedBytes: 0 };
    const text = updateText(report, { colors: createColors(false), cwd: '/m' });
    expect(text).toContain('-    url: https://h.invalid/f.bin?v=1&token=REDACTED\n');
    expect(text).not.toMatch(/hunter2|ghp_|\u001b/);
  });

  it('are shown by add without secrets, as JSON too', () => {
    const added = { file: '/m/zephyr/module.yml', line: 3, text: `${LINES.join('\n')}\n` };
    const report = { rows: [], pinned: [], issues: [], added, dryRun: false };
    expect(addText(report)).toContain('    url: https://h.invalid/f.bin?v=1&token=REDACTED\n');
    expect(addText(report)).not.toMatch(/hunter2|ghp_|\u001b/);
    expect(JSON.stringify(addDocument(report))).not.toMatch(/hunter2|ghp_/);
  });
});
