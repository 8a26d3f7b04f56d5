// SPDX-License-Identifier: Apache-2.0
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { tempDir } from './temp.ts';

/** What a process did. */
export interface Trace {
  /** Absolute paths of the files that were opened, the program's own not counted. */
  readonly opened: readonly string[];
  /** Whether the whole program ran, not just the small one that starts fast. */
  readonly isWhole: boolean;
}

/**
 * An environment for node processes in which it is ten seconds later, so that files made by the test are old enough to
 * be recognised, and which notes what they open. `read` tells of the process that ended last, once.
 */
export function tenSecondsLater(): {
  readonly env: Readonly<Record<string, string>>;
  readonly read: () => Trace | undefined;
} {
  const [preload, trace] = [join(tempDir(), 'later.mjs'), join(tempDir(), 'trace.json')];
  writeFileSync(
    preload,
    `import fs from 'node:fs';
     import { syncBuiltinESMExports } from 'node:module';
     import path from 'node:path';
     const now = Date.now;
     Date.now = () => now() + 10_000;
     const opened = [];
     for (const [owner, name] of [[fs, 'openSync'], [fs, 'open'], [fs, 'readFileSync'], [fs.promises, 'open'], [fs.promises, 'readFile']]) {
       const real = owner[name];
       owner[name] = (file, ...rest) => {
         if (typeof file === 'string') opened.push(path.resolve(file));
         return real.call(owner, file, ...rest);
       };
     }
     syncBuiltinESMExports();
     const { writeFileSync } = fs;
     process.on('exit', () => {
       // The whole program listens to signals.
       const isWhole = process.listenerCount('SIGTERM') > 0;
       writeFileSync(${JSON.stringify(trace)}, JSON.stringify({ opened, isWhole }));
     });`,
  );
  return {
    env: { NODE_OPTIONS: `--import=${preload}` },
    read: () => {
      if (!existsSync(trace)) return undefined;
      const found = JSON.parse(readFileSync(trace, 'utf8')) as Trace;
      rmSync(trace);
      return found;
    },
  };
}
