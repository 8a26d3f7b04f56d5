// SPDX-License-Identifier: Apache-2.0
import type { Prompt } from '../core/deps.ts';
import { escapeControlsInText } from '../core/text.ts';
import type { Session } from './session.ts';

/**
 * The answer to `question`, asked on stderr; undefined at the end of input.
 *
 * @throws the signal's reason
 */
export async function ask(question: string, signal: AbortSignal): Promise<string | undefined> {
  const { createInterface } = await import('node:readline');
  signal.throwIfAborted();
  const lines = createInterface({ input: process.stdin, output: process.stderr, terminal: false });
  try {
    return await new Promise<string | undefined>((resolve, reject) => {
      signal.addEventListener('abort', () => reject(signal.reason), { once: true });
      lines.once('close', () => resolve(undefined));
      lines.question(question, resolve);
    });
  } finally {
    lines.close();
  }
}

/** Whether there is a person to ask. */
export function isInteractive({ terminals }: Session): boolean {
  return terminals.stdin && terminals.stderr;
}

/** Asks on stderr and reads from stdin, if both are terminals. */
export function createPrompt(session: Session): Prompt {
  return {
    isInteractive: isInteractive(session),
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
