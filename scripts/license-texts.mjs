// SPDX-License-Identifier: Apache-2.0
// Makes the table by which src/spdx/recognize-license.ts knows the texts of the SPDX list: keys instead of 5 MB of text.
import { mkdirSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const require = createRequire(import.meta.url);
const root = new URL('..', import.meta.url);
const directory = new URL('src/spdx/generated/', root);

export async function generateLicenseTexts() {
  const { hashListedText } = await loadSource('src/spdx/license-hashes.ts');
  const listed = require('spdx-license-list/full.js');
  const current = new Set(require('spdx-license-ids'));
  /** @type {Map<string, Set<string>>} The licences with this key, deprecated ones too. */
  const byKey = new Map();
  for (const [id, { name, licenseText }] of Object.entries(listed))
    for (const key of hashListedText(licenseText, `${id} ${name}`))
      byKey.set(key, (byKey.get(key) ?? new Set()).add(id));
  /** @type {Map<string, string[]>} */
  const keys = new Map();
  for (const [key, ids] of byKey) {
    const id = findPlain([...ids].filter((one) => current.has(one)));
    if (id !== undefined) keys.set(id, [...(keys.get(id) ?? []), key]);
  }
  const lines = [...keys].map(([id, all]) => `${id}\t${listed[id].name}\t${all.join(' ')}`).sort();
  mkdirSync(directory, { recursive: true });
  writeFileSync(
    new URL('license-texts.js', directory),
    `export const LICENSE_TEXTS = ${JSON.stringify(lines.join('\n'))};\n`,
  );
  writeFileSync(
    new URL('license-texts.d.ts', directory),
    '/** A line for each licence whose text says which it is: identifier, name, keys of its forms; by tabs. */\n' +
      'export const LICENSE_TEXTS: string;\n',
  );
}

/**
 * Of licences with one text: the only one, or the one that the others add a statement to, as OFL-1.1-RFN to OFL-1.1.
 * None for GPL-2.0-only and GPL-2.0-or-later: each says what the text does not.
 */
function findPlain(ids) {
  return ids.find((id) => ids.every((other) => other === id || other.startsWith(`${id}-`)));
}

/** What a source file exports, compiled. */
async function loadSource(path) {
  const bundle = await build({
    entryPoints: [fileURLToPath(new URL(path, root))],
    bundle: true,
    format: 'cjs',
    platform: 'node',
    write: false,
  });
  const module = { exports: {} };
  new Function('module', 'require', bundle.outputFiles[0].text)(module, require);
  return module.exports;
}
