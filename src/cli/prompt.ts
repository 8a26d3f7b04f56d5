// SPDX-License-Identifier: Apache-2.0
import type { Prompt } from '../core/deps.ts';
import { escapeControlsInText } from '../core/text.ts';
import type { Session } from './session.ts';

/** Asks on stderr and reads from stdin, if both are terminals. */
export function createPrompt(session: Session): Prompt {
  return {
    isInteractive: session.terminals.stdin && session.terminals.stderr,
    confirm: async (text, question, signal) => {
      const { createInterface } = await import('node:readline');
      session.stderr.write(`\n${escapeControlsInText(text).trimEnd()}\n\n`);
      const lines = createInterface({ input: process.stdin, output: process.stderr, terminal: false });
      try {
        return await new Promise<boolean>((resolve, reject) => {
          // What comes next must not stand behind the question.
          const unanswered = (): void => session.stderr.write('\n');
          signal.addEventListener(
            'abort',
            () => {
              unanswered();
              reject(signal.reason);
            },
            { once: true },
          );
          // The end of input is no consent.
          lines.once('close', () => {
            unanswered();
            resolve(false);
          });
          lines.question(question, (answer) => {
            lines.removeAllListeners('close');
            resolve(/^y(es)?$/i.test(answer.trim()));
          });
        });
      } finally {
        lines.close();
      }
    },
  };
}
