// SPDX-License-Identifier: Apache-2.0
import { FETCH_DEFAULTS } from './fetch-command-options.ts';
import { runFetch } from './run-fetch.ts';
import { runQuickly } from './run-quickly.ts';

/** Runs `blobs fetch` if everything is in place and that can be seen quickly; false if not. */
export function runQuickFetch(): Promise<boolean> {
  return runQuickly({
    name: 'fetch',
    showsProgress: true,
    run: (session, query) => runFetch(session, query, FETCH_DEFAULTS),
  });
}
