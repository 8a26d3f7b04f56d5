// SPDX-License-Identifier: Apache-2.0
import { type Command, Option } from 'commander';
import type { DiffReport } from '../../core/diff.ts';
import { BlobsError } from '../../core/errors.ts';
import { createColors } from '../../output/colors.ts';
import { addJsonFormat, parseSelection, type SelectionOptions } from '../options.ts';
import { present } from '../session.ts';
import { addBlobCommand, type Run } from './command.ts';

interface DiffOptions extends SelectionOptions {
  readonly format?: 'text' | 'json' | 'markdown';
  readonly exitCode?: boolean;
}

/** `blobs diff` */
export function addDiffCommand(program: Command, run: Run): void {
  addBlobCommand(program, {
    name: 'diff',
    summary: 'show which blobs a revision adds, changes and removes',
    description:
      'Show how the blobs that module.yml files declare differ between two git revisions, or between one and the working tree: of the module that the current directory is in, or -m names; else, in a west workspace, of all projects between two revisions of the manifest repository. Other revisions are read from the clones that are there; nothing is checked out or fetched.',
    addOptions: (command) =>
      addJsonFormat(
        command
          .usage('[options] <REV[..REV]> [MODULE...]')
          .argument('<REV>', 'a git revision, or two as REV..REV')
          .addOption(
            new Option(
              '--format <format>',
              'text, json (as --json) or markdown (for a pull request) (default: text)',
            ).choices(['text', 'json', 'markdown']),
          ),
      ).option('--exit-code', 'exit with 1 if there are differences'),
    examples: [
      ['blobs diff HEAD', 'what changed in the working tree, in a clone of a module'],
      ['blobs diff v1.0..v2.0 -m hal_x', 'between two releases of a module'],
      ['blobs diff main..HEAD --format markdown', 'what a pull request to a module brings'],
      ['blobs diff HEAD~1..HEAD hal_nxp', 'what a new manifest means, in a workspace'],
    ],
  }).action(async (range: string, modules: string[], options: DiffOptions, command: Command) => {
    await run(command, async (session) => {
      const { config, signal } = session;
      const { format } = options;
      if (config.json && format !== undefined && format !== 'json')
        throw new BlobsError('BLOBS_USAGE', `--json and --format ${format} exclude each other`);
      const [{ diffBlobs }, { diffDocument }, { diffSummaryText, diffText }] = await Promise.all([
        import('../../app/diff/diff-blobs.ts'),
        import('../../output/diff-document.ts'),
        import('../../output/diff-text.ts'),
      ]);
      const selection = parseSelection(modules, options);
      const report = await diffBlobs({ search: config.search, selection, range }, signal);
      const markdown = format === 'markdown' ? await markdownOf(report) : undefined;
      const code = present(session, report, {
        document: () => diffDocument(report),
        text: () => markdown?.text ?? diffText(report, createColors(config.colorStdout)),
        summary: () => `${diffSummaryText(report)}${markdown?.note ?? ''}`,
      });
      return code === 0 && options.exitCode && report.modules.length > 0 ? 1 : code;
    });
  });
}

async function markdownOf(report: DiffReport): Promise<{ readonly text: string; readonly note: string }> {
  const { diffMarkdown, MAX_GITHUB_CHARACTERS } = await import('../../output/diff-markdown.ts');
  const text = diffMarkdown(report);
  const isLong = text.length > MAX_GITHUB_CHARACTERS;
  const note = `the Markdown has ${text.length} characters, of which GitHub takes ${MAX_GITHUB_CHARACTERS}; choose modules or -l\n`;
  return { text, note: isLong ? note : '' };
}
