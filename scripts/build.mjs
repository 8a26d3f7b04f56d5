// SPDX-License-Identifier: Apache-2.0
// Bundles the program into dist/: one small entry, and a chunk for each command that is loaded when it is used.
import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { generate } from './generate.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));

await generate();
/** What each of these files uses of undici, put together as its index.js does. */
const UNDICI = {
  'transport.ts': `
import Agent from 'undici/lib/dispatcher/agent.js';
import Dispatcher from 'undici/lib/dispatcher/dispatcher.js';
import Pool from 'undici/lib/dispatcher/pool.js';
import request from 'undici/lib/api/api-request.js';
Object.assign(Dispatcher.prototype, { request });
export { Agent, Pool };`,
  // Loaded after the one above, and only where there is a proxy.
  'proxy-tunnel.ts': `
import Dispatcher from 'undici/lib/dispatcher/dispatcher.js';
import Pool from 'undici/lib/dispatcher/pool.js';
import ProxyAgent from 'undici/lib/dispatcher/proxy-agent.js';
import connect from 'undici/lib/api/api-connect.js';
Object.assign(Dispatcher.prototype, { connect });
export { Pool, ProxyAgent };`,
};

/** Of CycloneDX's library, models and what writes them as JSON; XML and validators ask for packages of their own. */
const CYCLONEDX = ['enums/index', 'models/index', 'spec/index', 'serialize/json/normalize'].map((name) =>
  JSON.stringify(join(root, 'node_modules/@cyclonedx/cyclonedx-library/dist.node', `${name}.js`)),
);

/** How a method of undici's parser begins. */
const FINISH = `  finish () {
    assert(currentParser === null)
    assert(this.ptr != null)
    assert(!this.paused)
`;

// Asked of process.stdout, which takes milliseconds to make: cli/config.ts decides about colours.
const ASKS_STDOUT = '(p.stdout || {}).isTTY';

/** Leaves out of the bundle what the program does not use of its libraries, for a faster start. */
const slim = {
  name: 'slim',
  setup(builder) {
    // The build for browsers is the same code as ES modules, of which esbuild keeps the half that parses.
    builder.onResolve({ filter: /^yaml$/ }, () => ({
      path: join(root, 'node_modules/yaml/browser/index.js'),
    }));
    // commander runs subcommands that are programs of their own; ours are not.
    builder.onResolve({ filter: /^node:child_process$/ }, ({ importer }) =>
      /node_modules[\\/]commander/.test(importer)
        ? { path: 'child_process', namespace: 'unused' }
        : undefined,
    );
    builder.onLoad({ filter: /node_modules[\\/]picocolors[\\/]picocolors\.js$/ }, ({ path }) => {
      const text = readFileSync(path, 'utf8');
      if (!text.includes(ASKS_STDOUT))
        throw new Error('picocolors has changed: look at what it does at start');
      return { contents: text.replace(ASKS_STDOUT, 'false') };
    });
    // undici can do HTTP/2, and loads it even where that is off.
    builder.onResolve({ filter: /^node:http2$/ }, () => ({ path: 'http2', namespace: 'unused' }));
    // All that undici wants of Node's own client is a default and a class to compare with.
    builder.onResolve({ filter: /^node:http$/ }, ({ importer }) =>
      /node_modules[\\/]undici/.test(importer) ? { path: 'http', namespace: 'little-http' } : undefined,
    );
    builder.onLoad({ filter: /.*/, namespace: 'little-http' }, () => ({
      contents: 'export const maxHeaderSize = 16384; export class IncomingMessage {}',
    }));
    builder.onLoad({ filter: /.*/, namespace: 'unused' }, () => ({
      contents: 'export const constants = {}',
    }));
    // Of undici, two methods and the pools below them; the rest is fetch, WebSocket, caches and mocks.
    builder.onResolve({ filter: /^undici$/ }, ({ importer }) => ({
      path: basename(importer),
      namespace: 'slim-undici',
    }));
    builder.onLoad({ filter: /.*/, namespace: 'slim-undici' }, ({ path }) => ({
      contents: UNDICI[path],
      resolveDir: root,
    }));
    builder.onResolve({ filter: /^@cyclonedx\/cyclonedx-library$/ }, () => ({
      path: 'cyclonedx',
      namespace: 'slim-cyclonedx',
    }));
    builder.onLoad({ filter: /.*/, namespace: 'slim-cyclonedx' }, () => {
      const [enums, models, spec, normalize] = CYCLONEDX;
      const contents = `
export * as Enums from ${enums};
export * as Models from ${models};
export * as Spec from ${spec};
import * as Normalize from ${normalize};
export const Serialize = { JSON: { Normalize } };`;
      return { contents, resolveDir: root };
    });
    // Where the server closes a connection that is paused, an assertion would end the program (nodejs/undici#5360, fixed
    // in undici 8, which wants a later Node.js). Without it the request fails, and is tried again.
    builder.onLoad({ filter: /undici[\\/]lib[\\/]dispatcher[\\/]client-h1\.js$/ }, ({ path }) => {
      const [before, after, ...rest] = readFileSync(path, 'utf8').split(FINISH);
      if (after === undefined || rest.length > 0)
        throw new Error('undici has changed: look at Parser.finish() again');
      return { contents: before + FINISH.replace(/.*this\.paused.*\n/, '') + after };
    });
    // Of proxies, those that speak HTTP.
    builder.onResolve({ filter: /socks5-proxy-agent$/ }, () => ({ path: 'socks5', namespace: 'unused' }));
  },
};

/** In the programs that start fast: what is loaded later is not there, and says so by throwing. */
const quick = {
  name: 'quick',
  setup(builder) {
    builder.onResolve({ filter: /.*/ }, ({ kind, path }) =>
      kind === 'dynamic-import' ? { path, namespace: 'later' } : undefined,
    );
    builder.onLoad({ filter: /.*/, namespace: 'later' }, ({ path }) => ({
      contents: `throw new Error(${JSON.stringify(`${path} is left to the whole program`)});`,
    }));
  },
};

/** @type {import('esbuild').BuildOptions & { metafile: true, write: false }} */
const common = {
  absWorkingDir: root,
  outdir: 'dist',
  bundle: true,
  platform: 'node',
  target: 'node20.18',
  minify: true,
  sourcemap: 'linked',
  sourcesContent: false,
  metafile: true,
  write: false,
  legalComments: 'none',
  define: { BLOBS_VERSION: JSON.stringify(version), BLOBS_BUILD: JSON.stringify(buildId()) },
};
const result = await build({
  ...common,
  entryPoints: { main: 'src/cli/main.ts' },
  splitting: true,
  format: 'esm',
  plugins: [slim],
  // Bundled CommonJS dependencies ask for node: modules with require().
  banner: {
    js: "import{createRequire as blobsCreateRequire}from'node:module';const require=blobsCreateRequire(import.meta.url);",
  },
});
// CommonJS starts faster than ES modules do.
const quickResult = await build({
  ...common,
  entryPoints: { 'quick-list': 'src/cli/quick-list.ts', 'quick-fetch': 'src/cli/quick-fetch.ts' },
  format: 'cjs',
  outExtension: { '.js': '.cjs' },
  plugins: [quick, slim],
});
// What was built before stays until the new build is whole.
rmSync(join(root, 'dist'), { recursive: true, force: true });
mkdirSync(join(root, 'dist'));
for (const file of [...result.outputFiles, ...quickResult.outputFiles])
  writeFileSync(file.path, file.contents);
writeFileSync(join(root, 'dist', 'THIRD-PARTY-NOTICES.txt'), notices(Object.keys(result.metafile.inputs)));

/** A name for what is built: the version, and a digest of the sources and of the libraries' versions. */
function buildId() {
  const hash = createHash('sha256');
  const sources = readdirSync(join(root, 'src'), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
  for (const file of [join(root, 'package-lock.json'), ...sources])
    hash.update(readFileSync(file)).update('\0');
  return `${version}+${hash.digest('hex').slice(0, 16)}`;
}

/** The licence texts of the packages that the bundle holds; their licences ask for it. */
function notices(inputs) {
  const packages = new Set(
    inputs.flatMap((input) => input.match(/^.*node_modules\/(?:@[^/]+\/)?[^/]+/)?.slice(0, 1) ?? []),
  );
  return [...packages]
    .sort()
    .map((directory) => {
      const manifest = JSON.parse(readFileSync(join(root, directory, 'package.json'), 'utf8'));
      const files = readdirSync(join(root, directory)).sort();
      // The Apache licence asks for the NOTICE, too.
      const text = [/^licen[cs]e/i, /^notice/i]
        .flatMap((name) => files.find((file) => name.test(file)) ?? [])
        .map((file) => readFileSync(join(root, directory, file), 'utf8').trim())
        .join('\n\n');
      return `${manifest.name} ${manifest.version} (${manifest.license})\n\n${text}\n`;
    })
    .join(`\n${'-'.repeat(78)}\n\n`);
}
