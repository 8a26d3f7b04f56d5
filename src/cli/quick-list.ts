// SPDX-License-Identifier: Apache-2.0
import { runList } from './run-list.ts';
import { runQuickly } from './run-quickly.ts';

/** Runs `blobs list` if that can be done quickly; false if not. */
export function runQuickList(): Promise<boolean> {
  return runQuickly({
    name: 'list',
    showsProgress: false,
    run: (session, query, { format }) => runList(session, query, format === undefined ? {} : { format }),
  });
}
