#!/usr/bin/env node
// SPDX-License-Identifier: Apache-2.0
// Whatever is done ends by process.exit. Without work left, Node.js would end with 0 as if all were well.
process.once('beforeExit', () => {
  process.stderr.write('error: the program ended before its work did [BLOBS_INTERNAL]\n');
  process.exit(1);
});

// The usual list and fetch are done by a small program that starts fast; where it answers false, and for all else, the
// whole program is loaded.
const command = process.argv.slice(2).find((word) => word === 'list' || word === 'fetch');
const run =
  command === 'list'
    ? require('../dist/quick-list.cjs').runQuickList
    : command === 'fetch'
      ? require('../dist/quick-fetch.cjs').runQuickFetch
      : () => Promise.resolve(false);
run().then((isDone) => isDone || import('../dist/main.js'));
