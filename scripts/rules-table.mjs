// SPDX-License-Identifier: Apache-2.0
// The table of lint's rules in the README: `node scripts/rules-table.mjs` writes it anew, with --check it only says
// whether it is as it should be.
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const root = new URL('..', import.meta.url);
const readme = new URL('README.md', root);
const BEGIN = '<!-- rules, written by scripts/rules-table.mjs -->';
const END = '<!-- end of rules -->';

/**
 * The rules as a Markdown table.
 * @param {readonly { id: string, severity: string, checks: string, isFixable?: boolean, needs?: string }[]} rules
 * @returns {string}
 */
function rulesTable(rules) {
  const rows = rules.map(({ id, severity, checks, isFixable, needs }) => {
    const notes = [isFixable ? '--fix' : '', needs === undefined ? '' : `--${needs}`];
    const cell = checks.replaceAll('|', '\\|').replace(/<([^>]*)>/g, '&lt;$1&gt;');
    return `| \`${id}\` | ${severity} | ${cell} | ${notes.filter((note) => note !== '').join(' ')} |`;
  });
  return ['| rule | severity | checks that | |', '| --- | --- | --- | --- |', ...rows].join('\n');
}

/**
 * `text` with the table of `rules` in its place.
 * @param {string} text
 * @param {Parameters<typeof rulesTable>[0]} rules
 * @returns {string}
 */
function withRules(text, rules) {
  const [before, , after] = text.split(new RegExp(`(${BEGIN}[\\s\\S]*${END})`));
  if (after === undefined) throw new Error('the README has no place for the rules');
  return `${before}${BEGIN}\n\n${rulesTable(rules)}\n\n${END}${after}`;
}

async function main() {
  const { outputFiles } = await build({
    stdin: {
      contents:
        "export { ALL_RULES } from './lint/rules.ts'; export { describeChecks } from './output/rule-text.ts';",
      resolveDir: fileURLToPath(new URL('src', root)),
    },
    bundle: true,
    format: 'esm',
    platform: 'node',
    write: false,
    // Bundled CommonJS dependencies ask for node: modules with require().
    banner: {
      js: `import{createRequire}from'node:module';const require=createRequire(${JSON.stringify(readme)});`,
    },
  });
  const url = `data:text/javascript;base64,${Buffer.from(outputFiles[0].contents).toString('base64')}`;
  const { ALL_RULES, describeChecks } = await import(url);
  const text = readFileSync(readme, 'utf8');
  const wanted = withRules(
    text,
    ALL_RULES.map((rule) => ({ ...rule, checks: describeChecks(rule) })),
  );
  if (!process.argv.includes('--check')) writeFileSync(readme, wanted);
  else if (text !== wanted) {
    console.error('the rules in README.md are out of date: run "node scripts/rules-table.mjs"');
    process.exitCode = 1;
  }
}

await main();
