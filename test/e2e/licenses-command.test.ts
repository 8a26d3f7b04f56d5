// SPDX-License-Identifier: Apache-2.0
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { LICENSE_TEXT, type ModuleSpec, makeModule } from '../support/modules.ts';
import { type CliOptions, type CliResult, runCli, runCliOnTerminal } from '../support/run-cli.ts';
import { schemaErrors } from '../support/schema.ts';
import { sha256, tempDir, testHome, withDirectory } from '../support/temp.ts';

const TAG = 'SPDX-License-Identifier';
const OWN = `LicenseRef-hal-x-LICENSE-${sha256(LICENSE_TEXT).slice(0, 16)}`;
const CLICKED = 'Click here.\n';
const TIME = '2026-03-01T10:20:30.000Z';

const MODULE: ModuleSpec = {
  name: 'hal_x',
  blobs: [
    { path: 'own.a' },
    { path: 'free.a', license: 'MIT OR GPL-2.0-only' },
    { path: 'both.a', license: 'MIT AND Zlib' },
    { path: 'tagged.bin', type: 'img', 'license-path': 'docs/zlib.txt' },
    { path: 'unknown.bin', type: 'img', 'license-path': 'docs/todo.txt' },
    {
      path: 'clicked.a',
      'license-path': 'docs/click.txt',
      'click-through': true,
      license: 'LicenseRef-Click',
    },
  ],
  files: {
    'docs/zlib.txt': `${TAG}: Zlib\n\nTerms\fof Zlib\u001b[2J.\r\n`,
    'docs/todo.txt': 'TODO\n',
    'docs/click.txt': CLICKED,
  },
};

/** What `--json` prints, with what `licenses` has beside the usual keys. */
interface LicensesDocument {
  readonly licenses: readonly unknown[];
  readonly texts: readonly {
    readonly sha256: string;
    readonly text: string;
    readonly licenses: readonly string[];
    readonly blobs: readonly unknown[];
  }[];
  readonly revoked?: unknown;
}

function makeLicensed(spec: ModuleSpec = MODULE): string {
  return makeModule(tempDir(), spec).directory;
}

function licenses(args: readonly string[], options: CliOptions = {}, spec = MODULE): Promise<CliResult> {
  return runCli(['licenses', '-m', makeLicensed(spec), ...args], options);
}

function checked(result: CliResult): ReturnType<CliResult['json']> & LicensesDocument {
  const document = result.json() as ReturnType<CliResult['json']> & LicensesDocument;
  expect(schemaErrors('licenses', document)).toEqual([]);
  return document;
}

/** Remembers the click-through licence as accepted; returns the file. */
function accept(home: string, digest = sha256(CLICKED)): string {
  const file = withDirectory(join(home, '.local', 'state', 'zephyr-blobs', 'licenses.json'));
  const others = [{ sha256: sha256('other'), module: 'hal_y', path: 'L', time: TIME }];
  const accepted = [...others, { sha256: digest, module: 'hal_x', path: 'docs/click.txt', time: TIME }];
  writeFileSync(file, JSON.stringify({ schemaVersion: 1, accepted }));
  return file;
}

describe('blobs licenses', () => {
  test('prints a line for each blob when piped', async () => {
    const result = await licenses([]);

    expect(result.stdout.split('\n')).toEqual([
      `hal_x own.a license-file - ${OWN}`,
      'hal_x free.a module-yml - MIT OR GPL-2.0-only',
      'hal_x both.a module-yml - MIT AND Zlib',
      'hal_x tagged.bin tag - Zlib',
      'hal_x unknown.bin none - NOASSERTION',
      'hal_x clicked.a module-yml unaccepted LicenseRef-Click',
      '',
    ]);
    expect(result.stderr).toContain('warning: the licence file "docs/todo.txt" of hal_x holds no licence');
    expect(result.stderr).toContain(
      '6 blobs under 5 licences, 1 of unknown licence, 1 click-through (0 accepted)',
    );
    expect(result.code).toBe(0);
  });

  test('looks at the blobs that are selected', async () => {
    const result = await licenses(['-t', 'img', '-l', 'tag', 'hal_x']);
    expect(result.stdout).toBe('hal_x tagged.bin tag - Zlib\n');
    expect((await licenses(['-l', 'nothing'])).code).toBe(0);
    expect((await licenses(['hal_y'])).code).toBe(2);
  });

  test('groups by licence on a terminal, with when a click-through licence was accepted', async () => {
    const home = testHome();
    const unaccepted = await runCliOnTerminal(['licenses', '-l', 'click', '-m', makeLicensed()], { home });
    expect(unaccepted.stdout).toContain(`; click-through: not accepted, SHA-256 ${sha256(CLICKED)}`);
    accept(home);
    const { stdout, code } = await runCliOnTerminal(['licenses', '--color', 'never', '-m', makeLicensed()], {
      home,
    });

    const lines = stdout.replaceAll('\r', '').split('\n');
    expect(lines.filter((line) => /^\S+.* \d+ blobs?$/.test(line))).toEqual([
      'LicenseRef-Click  1 blob',
      `${OWN}  1 blob`,
      'MIT AND Zlib  1 blob',
      'MIT OR GPL-2.0-only  1 blob',
      'Zlib  1 blob',
      'NOASSERTION  1 blob',
    ]);
    expect(lines).toContain(
      `  hal_x: "license" in zephyr/module.yml; click-through: accepted 2026-03-01, SHA-256 ${sha256(CLICKED)}`,
    );
    expect(lines).toContain('  hal_x: tag in docs/zlib.txt');
    expect(lines).toContain('    tagged.bin');
    expect(lines).toContain('  hal_x: no licence in docs/todo.txt');
    expect(code).toBe(0);
  });

  test('tells a program all of it, with the texts', async () => {
    const home = testHome();
    accept(home);
    const document = checked(await licenses(['--json'], { home }));

    expect(document.summary).toEqual({ total: 6, licenses: 5, unknown: 1, 'click-through': 1, accepted: 1 });
    expect(document.blobs[5]).toMatchObject({
      license: 'LicenseRef-Click',
      status: 'D',
      'license-expression': 'LicenseRef-Click',
      'license-source': 'module-yml',
      'license-sha256': sha256(CLICKED),
      accepted: true,
      'accepted-time': TIME,
    });
    expect(document.blobs[4]).not.toHaveProperty('license-source-file');
    expect(document.blobs[4]).not.toHaveProperty('allowed');
    expect(document.licenses[4]).toEqual({ expression: 'Zlib', blobs: 1, modules: ['hal_x'] });
    expect(document.texts.map((one) => [one.text, one.sha256, one.licenses])).toEqual([
      [LICENSE_TEXT, sha256(LICENSE_TEXT), [OWN]],
      [`${TAG}: Zlib\n\nTerms\fof Zlib\u001b[2J.\r\n`, expect.any(String), ['Zlib']],
      [CLICKED, sha256(CLICKED), ['LicenseRef-Click']],
    ]);
    expect(document.texts[0]?.blobs).toEqual([
      { module: 'hal_x', path: 'own.a', 'license-expression': OWN },
      { module: 'hal_x', path: 'free.a', 'license-expression': 'MIT OR GPL-2.0-only' },
      { module: 'hal_x', path: 'both.a', 'license-expression': 'MIT AND Zlib' },
    ]);
    expect(document.blobs.map((blob) => blob['license-text'])).toEqual([true, true, true, true, false, true]);
  });

  test('works on the other modules where one is malformed, and says 65', async () => {
    const broken = makeLicensed({ yaml: 'name: [' });
    const result = await licenses(['-m', broken, '--json']);
    expect(result.code).toBe(65);
    expect(checked(result).blobs).toHaveLength(6);
  });

  test('escapes what could control a terminal, wherever it stands', async () => {
    const evil = '\u001b[31mMIT\u202e';
    const spec = {
      name: 'hal_x',
      blobs: [{ path: 'a', license: evil, 'license-path': '\u001b[2J' }],
      files: {
        '\u001b[2J': evil,
        'REUSE.toml': `version = 1\n[[annotations]]\npath = "**"\n${TAG} = "\\u001b"\n`,
      },
    };
    for (const args of [[], ['--text'], ['--json'], ['--allow', evil], ['--allow', 'MIT']]) {
      const { stdout, stderr } = await licenses(args, {}, spec);
      expect(stdout + stderr).not.toContain('\u001b');
      expect(stdout + stderr).not.toContain('\u202e');
    }
  });
});

describe('blobs licenses --text', () => {
  test('prints each text once, with what it is for, and who has none', async () => {
    const { stdout, stderr, code } = await licenses(['--text']);

    expect(code).toBe(0);
    expect(stdout.split(LICENSE_TEXT)).toHaveLength(2);
    const rule = '-'.repeat(80);
    expect(stdout).toContain(
      [
        rule,
        `Licence: ${OWN}`,
        'File: hal_x: LICENSE',
        `Blob: hal_x: own.a (${OWN})`,
        'Blob: hal_x: free.a (MIT OR GPL-2.0-only)',
        'Blob: hal_x: both.a (MIT AND Zlib)',
        rule,
        '',
        LICENSE_TEXT,
      ].join('\n'),
    );
    expect(stdout).toContain('Terms\nof Zlib\\x1b[2J.\n');
    expect(stdout).toContain('No licence text in the module of:\nBlob: hal_x: unknown.bin (NOASSERTION)\n');
    expect(stderr).toContain('BLOBS_LICENSE_MISSING');
  });

  test('has the texts that LICENSES/ holds for a LicenseRef-, beside the licence file', async () => {
    const files = { 'LICENSES/LicenseRef-V.txt': 'Vendor terms.\n' };
    const blobs = [{ path: 'a', license: 'LicenseRef-V' }];
    const { stdout } = await licenses(['--text'], {}, { name: 'hal_x', blobs, files });
    expect(stdout).toContain('Licences of 1 binary blob: 2 texts\n');
    expect(stdout).toContain(
      'Licence: LicenseRef-V\nFile: hal_x: LICENSES/LicenseRef-V.txt\nBlob: hal_x: a (LicenseRef-V)\n',
    );
    expect(stdout).toContain('\nVendor terms.\n');
    expect(stdout).toContain(`\n${LICENSE_TEXT}`);
  });

  test('excludes --json, which has the texts', async () => {
    const result = await licenses(['--text', '--json']);
    expect(result.code).toBe(2);
    expect(checked(result).issues[0]).toMatchObject({ code: 'BLOBS_USAGE' });
  });
});

describe('blobs licenses as a gate', () => {
  const failing = async (...args: string[]): Promise<(string | undefined)[]> => {
    const result = await licenses([...args, '--json']);
    const document = checked(result);
    const errors = document.issues.filter(({ severity }) => severity === 'error');
    expect(new Set(errors.map(({ code }) => code)).size).toBeLessThanOrEqual(1);
    expect(result.code).toBe(errors.length > 0 ? 1 : 0);
    const paths = errors.map(({ path }) => path);
    expect(document.blobs.filter((blob) => blob['allowed'] === false).map(({ path }) => path)).toEqual(paths);
    expect(document.summary['not-allowed']).toBe(paths.length);
    return paths;
  };

  test.each(['--allow', '--deny'])(
    'lets nothing pass %s that was said and not understood',
    async (option) => {
      const spec: ModuleSpec = {
        name: 'hal_x',
        blobs: [{ path: 'a', license: 'Proprietary' }, { path: 'b' }, { path: 'c', license: 'MIT' }],
        files: { LICENSE: `${TAG}: MIT\n` },
      };
      const args = ['--json', option, option === '--allow' ? 'MIT' : 'ISC'];
      const result = await licenses(args, {}, spec);
      const document = checked(result);
      expect(document.blobs.map((blob) => [blob['license-expression'], blob['allowed']])).toEqual([
        ['MIT', false],
        ['MIT', true],
        ['MIT', true],
      ]);
      expect(document.issues.map(({ severity, path }) => `${severity} ${path}`)).toEqual([
        'warning a',
        'error a',
      ]);
      expect(result.code).toBe(1);
    },
  );

  test('lets pass what is allowed, and nothing else', async () => {
    expect(await failing('--allow', 'MIT')).toEqual([
      'own.a',
      'both.a',
      'tagged.bin',
      'unknown.bin',
      'clicked.a',
    ]);
    expect(await failing('--allow', 'mit OR Zlib', '--allow', `LicenseRef-Click OR ${OWN}`)).toEqual([
      'unknown.bin',
    ]);
    expect(await failing('--allow', `MIT OR Zlib OR LicenseRef-Click OR ${OWN}`, '-l', '[^u]')).toEqual([]);
  });

  test('stops what is denied, and what is unknown', async () => {
    expect(await failing('--deny', 'GPL-2.0-or-later')).toEqual(['unknown.bin']);
    expect(await failing('--deny', 'MIT', '--deny', 'ISC')).toEqual(['both.a', 'unknown.bin']);
    expect(await failing('--deny', 'MIT OR GPL-2.0-only', '-t', 'lib')).toEqual(['free.a', 'both.a']);
    expect(await failing('--allow', 'MIT OR Zlib', '--deny', 'Zlib', '-l', '[bt]')).toEqual([
      'both.a',
      'tagged.bin',
    ]);
  });

  test('says why, and warns where it cannot tell', async () => {
    const { stderr, code } = await licenses(['--deny', 'Zlib', '--allow', `MIT OR GPL-2.0-only OR ${OWN}`]);
    expect(code).toBe(1);
    expect(stderr).toContain(
      'error: the licence of hal_x: both.a is not allowed: Zlib [BLOBS_LICENSE_NOT_ALLOWED]\n  it is MIT AND Zlib\n  found in zephyr/module.yml\n',
    );
    expect(stderr).toContain('error: the licence of hal_x: both.a is denied: Zlib [');
    expect(stderr).toContain('error: the licence of hal_x: unknown.bin is unknown [');
    expect(stderr).toContain('  there is none in docs/todo.txt\n');
    expect(stderr).toContain('warning: 1 blob has a licence that SPDX does not list: --deny cannot tell');
  });

  test.for([
    ['--allow', 'MIT AND Zlib'],
    ['--allow', 'NOASSERTION'],
    ['--allow', ''],
    ['--deny', 'GPL'],
    ['--deny', `MIT${' OR MIT'.repeat(1_000)}`],
  ])('refuses a list that is none: %j', async (args) => {
    const result = await licenses([...args, '--json']);
    expect(result.code).toBe(2);
    expect(checked(result).issues[0]).toMatchObject({ code: 'BLOBS_USAGE' });
  });

  test('keeps its result where nobody reads it', async () => {
    expect((await licenses(['--allow', 'MIT'], { stdout: 'closed' })).code).toBe(1);
    expect((await licenses(['--deny', 'MIT'], { stdout: 'closed' })).code).toBe(1);
    expect((await licenses(['--allow', 'MIT AND Zlib', '--json'], { stdout: 'closed' })).code).toBe(2);
    expect((await licenses([], { stdout: 'closed' })).code).toBe(0);
  });

  test('takes no time for licences with more choices than can be counted', async () => {
    const license = Array.from({ length: 115 }, () => '(MIT OR ISC)').join(' AND ');
    const blobs = Array.from({ length: 200 }, (_, n) => ({
      path: `b${n}`,
      license: `${license} AND LicenseRef-${n}`,
    }));
    const result = await licenses(['--allow', 'MIT', '--deny', 'ISC'], {}, { name: 'hal_x', blobs });
    expect(result.code).toBe(1);
  });
});

describe('blobs licenses --revoke', () => {
  test('forgets one accepted licence, without any module around', async () => {
    const home = testHome();
    const file = accept(home);
    const digest = sha256(CLICKED);
    const cwd = tempDir();

    const revoked = await runCli(['licenses', '--revoke', digest.toUpperCase()], { home, cwd });
    expect(revoked.code).toBe(0);
    expect(revoked.stdout).toBe(`forgotten: ${digest} (docs/click.txt of hal_x, accepted ${TIME})\n`);
    expect(
      JSON.parse(readFileSync(file, 'utf8')).accepted.map((one: { module: string }) => one.module),
    ).toEqual(['hal_y']);
    const again = await runCli(['licenses', '--revoke', digest], { home, cwd });
    expect(again.code).toBe(1);
    expect(again.stderr).toContain('[BLOBS_LICENSE_NOT_REMEMBERED]');
    expect((await licenses(['-l', 'clicked'], { home })).stdout).toContain(' unaccepted ');
  });

  test('lists what is remembered, of other workspaces too, where the hash is unknown', async () => {
    const home = testHome();
    const file = accept(home);
    const run = () => runCli(['licenses', '--revoke', sha256('x')], { home, cwd: tempDir() });
    const { code, stderr } = await run();
    expect(code).toBe(1);
    expect(stderr).toContain(
      [
        `  looked at: ${file}`,
        `  accepted: ${sha256(CLICKED)} (docs/click.txt of hal_x, ${TIME})`,
        `  accepted: ${sha256('other')} (L of hal_y, ${TIME})`,
        '',
      ].join('\n'),
    );

    const accepted = Array.from({ length: 60 }, (_, n) => ({ sha256: sha256(`${n}`), module: '\u001b[2J' }));
    writeFileSync(file, JSON.stringify({ schemaVersion: 1, accepted }));
    const many = await run();
    expect(many.stderr).toContain(`accepted: ${sha256('10')} ( of \\x1b[2J, )\n  and 10 more\n`);
    expect(many.stderr).not.toContain(sha256('9'));
    expect(many.stderr).not.toContain('\u001b');
  });

  test('tells a program what it forgot', async () => {
    const home = testHome();
    accept(home);
    const run = () => runCli(['licenses', '--json', '--revoke', sha256(CLICKED)], { home });
    expect(checked(await run()).revoked).toMatchObject({ module: 'hal_x', time: TIME });
    const again = await run();
    expect(again.code).toBe(1);
    expect(checked(again).revoked).toBeNull();
  });

  test('makes no file where nothing was accepted', async () => {
    const home = testHome();
    const { code, stderr } = await runCli(['licenses', '--revoke', sha256('x')], { home });
    expect(code).toBe(1);
    expect(stderr).toContain('no accepted licence is remembered');
    expect(existsSync(join(home, '.local'))).toBe(false);
  });

  test('escapes what the file says', async () => {
    const home = testHome();
    const file = accept(home);
    writeFileSync(
      file,
      readFileSync(file, 'utf8').replaceAll('hal_x', '\\u001b[2J').replaceAll(`"${TIME}"`, '7'),
    );
    const { stdout } = await runCli(['licenses', '--revoke', sha256(CLICKED)], { home });
    expect(stdout).toContain('of \\x1b[2J, accepted )\n');
  });

  test('does not call forgotten what it cannot read', async () => {
    const home = testHome();
    writeFileSync(
      withDirectory(join(home, '.local', 'state', 'zephyr-blobs', 'licenses.json', 'a directory')),
      '',
    );
    const { code, stderr } = await runCli(['licenses', '--revoke', sha256(CLICKED)], { home });
    expect(code).toBe(1);
    expect(stderr).toContain('BLOBS_FILE_ACCESS');
  });

  test.for([
    ['--revoke', 'abc'],
    ['--revoke', sha256('x'), 'hal_x'],
    ['--revoke', sha256('x'), '--text'],
    ['--revoke', sha256('x'), '-l', 'a'],
    ['--revoke', sha256('x'), '-t', 'lib'],
    ['--revoke', sha256('x'), '--allow', 'MIT'],
  ])('is refused with anything else: %j', async (args) => {
    expect((await runCli(['licenses', ...args])).code).toBe(2);
  });
});
