// SPDX-License-Identifier: Apache-2.0
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { runCli } from '../../support/run-cli.ts';

function optionsIn(text: string): string[] {
  return [...new Set([...text.matchAll(/(?<![\w-])--[a-z][a-z-]+/g)].map(([option]) => option))].sort();
}

function docs(name: string): string {
  return readFileSync(new URL(`../../../${name}`, import.meta.url), 'utf8');
}

/** What a document shows of a command's options: the first cells of its tables, and what stands behind `blobs serve`. */
function shownIn(text: string): string[] {
  const cells = [...text.matchAll(/^\| `(--[^|]*)`[^|]*\|/gm)].map(([, cell]) => cell ?? '');
  const commands = [...text.matchAll(/blobs serve [^`\n]*/g)].map(([command]) => command);
  return optionsIn([...cells, ...commands].join('\n'));
}

describe('docs/serving.md', () => {
  it('names options of blobs serve that are there', async () => {
    const help = optionsIn((await runCli(['serve', '--help'])).stdout);
    const shown = shownIn(docs('docs/serving.md'));
    expect(shown).toContain('--quota');
    expect(shown.filter((option) => !help.includes(option))).toEqual([]);
  });
});

describe('README.md', () => {
  it('shows blobs serve with options that are there', async () => {
    const help = optionsIn((await runCli(['serve', '--help'])).stdout);
    const commands = [...docs('README.md').matchAll(/blobs serve [^`\n]*/g)].map(([command]) => command);
    expect(optionsIn(commands.join('\n')).filter((option) => !help.includes(option))).toEqual([]);
  });
});
