// SPDX-License-Identifier: Apache-2.0
import { type AskedUrl, askAll } from '../remote-files.ts';
import type { Finding, Rule } from '../rule.ts';
import type { RemoteBytes } from '../url-probe.ts';
import { findWebAnswer } from '../web-answer.ts';

/** Other bytes than module.yml promises. */
export const remoteHash: Rule = {
  id: 'remote-hash',
  severity: 'error',
  otherwise: { warning: 'what breaks off' },
  checks: 'what each `url` leads to has the declared `sha256`',
  why: 'Such a blob fails for everybody who fetches it. One cause in real modules: the file is kept in Git LFS, and the URL leads to the pointer that stands for it.',
  mend: 'Name the revision that the entry means; or, where the new file is meant, write its sha256, size and version. For a Git LFS pointer, write the URL of media.githubusercontent.com or the like.',
  needs: 'download',
  async check(module, tools) {
    const found = await askAll(module, tools, (probe, files) => probe.ask(files));
    // That a page comes is another rule's finding.
    const pages = new Set(
      found.filter((one) => findWebAnswer(...one) !== undefined).map(([{ file }]) => file),
    );
    const answers = await askAll(module, tools, (probe, files) => probe.download(files));
    return answers.flatMap(([asked, answer]): Finding[] => {
      if (pages.has(asked.file)) return [];
      const problem = findProblem(asked, answer);
      return problem === undefined ? [] : [{ entry: asked.entry, at: asked.at, ...problem }];
    });
  },
};

function findProblem({ file }: AskedUrl, answer: RemoteBytes): Omit<Finding, 'entry' | 'at'> | undefined {
  if (answer.kind === 'skipped') return undefined;
  if (answer.kind === 'failed') {
    const { code, message } = answer.error;
    const isWrong = code === 'BLOBS_SIZE_MISMATCH';
    return { message: `it cannot be downloaded: ${message}`, severity: isWrong ? 'error' : 'warning' };
  }
  if (answer.sha256 === file.digest) return undefined;
  const facts = [`expected ${file.digest}  got ${answer.sha256} (${answer.bytes} bytes)`];
  if (answer.pointsTo !== undefined) {
    const whose =
      answer.pointsTo === file.digest ? 'the file that is meant' : `another file, ${answer.pointsTo}`;
    return {
      message: 'the URL leads to a Git LFS pointer, not to the file',
      facts: [...facts, `the pointer stands for ${whose}`],
      hint: 'write the URL that looks into Git LFS, such as https://media.githubusercontent.com/media/…',
    };
  }
  return {
    message: answer.isPage
      ? 'the URL leads to a web page'
      : 'the URL leads to other bytes than "sha256" says',
    facts,
    hint: 'name the revision that is meant, or update the entry',
  };
}
