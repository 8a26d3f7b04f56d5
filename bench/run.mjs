// SPDX-License-Identifier: Apache-2.0
import { availableParallelism, cpus } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { fetchLarge, fetchLargeStore } from './cases/fetch-large.mjs';
import { fetchSmall0Ms, fetchSmall30Ms, fetchSmallStore } from './cases/fetch-small.mjs';
import { lint } from './cases/lint.mjs';
import { list } from './cases/list.mjs';
import { memory } from './cases/memory.mjs';
import { sbom } from './cases/sbom.mjs';
import { serveLarge, serveSmall } from './cases/serve-hits.mjs';
import { serveMiss } from './cases/serve-miss.mjs';
import { verify } from './cases/verify.mjs';
import { fetchWarm, listWarm } from './cases/warm.mjs';
import { workspace } from './cases/workspace.mjs';
import { formatTable } from './support/format-table.mjs';
import { withScratchDirectory } from './support/scratch.mjs';

/** @typedef {import('./support/case.mjs').Measured} Measured */
/** @typedef {import('./support/case.mjs').Bench} Bench */
/** @typedef {import('./support/case.mjs').Case} Case */

/** @type {Case[]} */
const cases = [
  list,
  listWarm,
  fetchWarm,
  workspace,
  fetchSmall0Ms,
  fetchSmall30Ms,
  fetchSmallStore,
  fetchLarge,
  fetchLargeStore,
  verify,
  memory,
  lint,
  sbom,
  serveSmall,
  serveLarge,
  serveMiss,
];

const usage = `Usage: node bench/run.mjs [options] [CASE...]

Measures the built program against what a user would run instead.

Cases (default: all):
${cases.map((each) => `  ${each.name.padEnd(18)}${each.about}`).join('\n')}

Options:
  --json            print JSON
  --strict          exit 1 when a target is missed
  --program FILE    measure another build (default: bin/blobs.js)
  -h, --help
`;

/** @param {string[]} argv */
function readArguments(argv) {
  const { values, positionals } = parseArgs({
    args: argv,
    allowPositionals: true,
    options: {
      json: { type: 'boolean', default: false },
      strict: { type: 'boolean', default: false },
      program: { type: 'string', default: fileURLToPath(new URL('../bin/blobs.js', import.meta.url)) },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  const unknown = positionals.filter((name) => !cases.some((each) => each.name === name));
  if (unknown.length > 0) throw new Error(`no such case: ${unknown.join(', ')}`);
  const selected = positionals.length === 0 ? cases : cases.filter((each) => positionals.includes(each.name));
  return { ...values, program: path.resolve(values.program), selected };
}

/**
 * A case that fails does not keep the others from being measured.
 * @param {Case} selected
 * @param {Omit<Bench, 'scratch'>} bench
 * @returns {Promise<Measured>}
 */
async function measure(selected, bench) {
  process.stderr.write(`${selected.name}: ${selected.about}\n`);
  try {
    return await withScratchDirectory((scratch) => selected.run({ ...bench, scratch }));
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    process.stderr.write(`error: ${selected.name}: ${message}\n`);
    return { case: selected.name, rows: [], notes: [], error: message };
  }
}

async function main() {
  const options = readArguments(process.argv.slice(2));
  if (options.help) return void process.stdout.write(usage);

  const interrupted = new AbortController();
  for (const name of /** @type {const} */ (['SIGINT', 'SIGTERM'])) {
    process.once(name, () => interrupted.abort());
  }
  const machine = {
    node: process.version,
    platform: `${process.platform} ${process.arch}`,
    cpu: cpus()[0]?.model ?? 'unknown',
    cores: availableParallelism(),
  };
  /** @type {Measured[]} */
  const measured = [];
  for (const selected of options.selected) {
    if (interrupted.signal.aborted) break;
    measured.push(await measure(selected, { program: options.program, signal: interrupted.signal }));
  }

  process.stdout.write(
    options.json
      ? `${JSON.stringify({ machine, cases: measured }, null, 2)}\n`
      : formatTable(machine, measured),
  );
  const missed = measured.some((each) => each.rows.some((row) => row.withinTarget === false));
  if (interrupted.signal.aborted) process.exitCode = 130;
  else if (measured.some((each) => each.error !== undefined)) process.exitCode = 1;
  else if (options.strict && missed) process.exitCode = 1;
}

try {
  await main();
} catch (error) {
  process.stderr.write(`error: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 2;
}
