// SPDX-License-Identifier: Apache-2.0
import { type BlobsError, systemCode } from '../../core/errors.ts';
import type { Severity } from '../../core/report.ts';
import { HttpStatusError } from '../../fetch/http-status-error.ts';
import { askAll } from '../remote-files.ts';
import type { Finding, Rule } from '../rule.ts';
import type { RemoteAnswer } from '../url-probe.ts';

/** Nothing is there. */
export const deadUrl: Rule = {
  id: 'dead-url',
  severity: 'error',
  otherwise: { warning: 'what may pass, such as a server that fails', info: 'what was not asked' },
  checks: 'each `url` leads to something, and each Git LFS server has the object',
  why: 'A blob that is gone can be fetched by nobody who has no copy yet. Servers that fail or do not answer now are warnings, since they may tomorrow.',
  mend: 'Find out where the vendor has moved the file to. A later URL in a list is tried when the first fails.',
  needs: 'online',
  async check(module, tools) {
    const answers = await askAll(module, tools, (probe, files) => probe.ask(files));
    return answers.flatMap(([{ entry, at }, answer]): Finding[] => {
      const problem = findProblem(answer);
      return problem === undefined ? [] : [{ entry, at, ...problem }];
    });
  },
};

function findProblem(answer: RemoteAnswer): Omit<Finding, 'entry' | 'at'> | undefined {
  if (answer.kind === 'found') return undefined;
  if (answer.kind === 'skipped')
    return { severity: 'info', message: `its URL was not asked: ${answer.reason}` };
  const { error } = answer;
  // That is another rule's.
  if (error instanceof HttpStatusError && [401, 403].includes(error.status)) return undefined;
  const severity = severityOf(error);
  return {
    severity,
    message: error.message,
    ...(error.details.facts === undefined ? {} : { facts: error.details.facts }),
    hint:
      severity === 'error'
        ? 'find out where the vendor has moved the file to'
        : 'try again later, or ask the vendor',
  };
}

/** What is gone, or can never work, is an error; what may pass is not. */
function severityOf(error: BlobsError): Severity {
  if (error instanceof HttpStatusError) return [404, 410, 451].includes(error.status) ? 'error' : 'warning';
  if (error.code === 'BLOBS_NETWORK') return systemCode(error.cause) === 'ENOTFOUND' ? 'error' : 'warning';
  return error.code === 'BLOBS_LFS_OBJECT' || error.code === 'BLOBS_REDIRECT' ? 'error' : 'warning';
}
