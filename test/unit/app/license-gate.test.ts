// SPDX-License-Identifier: Apache-2.0
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { LicenseGate, type LicenseOptions } from '../../../src/app/license-gate.ts';
import type { Blob } from '../../../src/core/blob.ts';
import { tempDir } from '../../support/temp.ts';
import { digestOf, FakeClock, FakePrompt, NEVER, sampleBlob } from '../samples.ts';

const TEXT = 'Terms and conditions.\n';

/** A click-through blob of a module with this licence text. */
function makeBlob(text = TEXT, changes: Partial<Blob> = {}): Blob {
  const moduleDirectory = tempDir();
  writeFileSync(join(moduleDirectory, 'LICENSE'), text);
  return sampleBlob({ moduleDirectory, clickThrough: true, ...changes });
}

function makeGate(answers: readonly boolean[] | undefined, changes: Partial<LicenseOptions> = {}) {
  const prompt = new FakePrompt(answers);
  const answersFile = join(tempDir(), 'licenses.json');
  const options = {
    autoAccept: false,
    acceptedTexts: new Set<never>(),
    answersFile,
    dryRun: false,
    ...changes,
  };
  const gate = new LicenseGate(options, { prompt, clock: new FakeClock() });
  const obstacles = async (...blobs: Blob[]) => {
    const codes: (string | undefined)[] = [];
    for (const blob of blobs) codes.push((await gate.findObstacle(blob, NEVER))?.code);
    return codes;
  };
  return { gate, prompt, obstacles, answersFile: options.answersFile };
}

describe('LicenseGate', () => {
  it('asks nothing for blobs without click-through', async () => {
    const { prompt, obstacles } = makeGate([]);
    const { clickThrough: _, ...plain } = makeBlob();
    expect(await obstacles(plain, makeBlob(TEXT, { clickThrough: false }))).toEqual([undefined, undefined]);
    expect(prompt.asked).toEqual([]);
  });

  it('shows the text, and asks once for each text', async () => {
    const { prompt, obstacles } = makeGate([true, true]);
    expect(await obstacles(makeBlob(), makeBlob(), makeBlob('Others.\n'), makeBlob())).toEqual(
      Array(4).fill(undefined),
    );
    expect(prompt.asked.map(({ text }) => text)).toEqual([TEXT, 'Others.\n']);
    expect(prompt.asked[0]?.question).toBe('Do you accept the licence LICENSE of hal_x? [y/N] ');
  });

  it('blocks every blob with a text that was refused, and no other', async () => {
    const { prompt, obstacles, answersFile } = makeGate([false, true]);
    expect(await obstacles(makeBlob(), makeBlob('Others.\n'), makeBlob())).toEqual([
      'BLOBS_LICENSE_NOT_ACCEPTED',
      undefined,
      'BLOBS_LICENSE_NOT_ACCEPTED',
    ]);
    expect(prompt.asked).toHaveLength(2);
    expect(readFileSync(answersFile, 'utf8')).not.toContain(digestOf(TEXT));
  });

  it('says how the licence that was not accepted can be', async () => {
    const { gate } = makeGate(undefined);
    const blob = makeBlob();
    expect(await gate.findObstacle(blob, NEVER)).toMatchObject({
      message: 'its licence was not accepted',
      details: {
        facts: [`${blob.licenseAbspath}, SHA-256 ${digestOf(TEXT)}`],
        hint: `read it; then use --accept-license ${digestOf(TEXT)}, or --auto-accept for all`,
      },
    });
  });

  it('remembers an acceptance by the text, with module, path and time', async () => {
    const { obstacles, answersFile } = makeGate([true]);
    await obstacles(makeBlob());
    expect(JSON.parse(readFileSync(answersFile, 'utf8'))).toEqual({
      schemaVersion: 1,
      accepted: [
        { sha256: digestOf(TEXT), module: 'hal_x', path: 'LICENSE', time: '2024-01-02T03:04:05.000Z' },
      ],
    });
    const later = makeGate(undefined, { answersFile });
    expect(await later.obstacles(makeBlob(), makeBlob(`${TEXT} `))).toEqual([
      undefined,
      'BLOBS_LICENSE_NOT_ACCEPTED',
    ]);
  });

  it('accepts a text by its digest, and all of them with --auto-accept, and remembers neither', async () => {
    for (const changes of [{ acceptedTexts: new Set([digestOf(TEXT)]) }, { autoAccept: true }]) {
      const { prompt, obstacles, answersFile } = makeGate([], changes);
      expect(await obstacles(makeBlob())).toEqual([undefined]);
      expect(prompt.asked).toEqual([]);
      expect(() => readFileSync(answersFile)).toThrow();
    }
    expect(
      await makeGate(undefined, { acceptedTexts: new Set([digestOf(TEXT)]) }).obstacles(
        makeBlob('Others.\n'),
      ),
    ).toEqual(['BLOBS_LICENSE_NOT_ACCEPTED']);
  });

  it('asks nobody where there is no terminal', async () => {
    const { prompt, obstacles } = makeGate(undefined);
    expect(await obstacles(makeBlob())).toEqual(['BLOBS_LICENSE_NOT_ACCEPTED']);
    expect(prompt.asked).toEqual([]);
  });

  it('asks nothing in a dry run, and says once that it would', async () => {
    const { gate, prompt, obstacles, answersFile } = makeGate([], { dryRun: true });
    expect(await obstacles(makeBlob(), makeBlob())).toEqual([undefined, undefined]);
    expect(prompt.asked).toEqual([]);
    expect(gate.issues).toMatchObject([
      { severity: 'info', code: 'BLOBS_LICENSE_NOT_ACCEPTED', module: 'hal_x' },
    ]);
    expect(() => readFileSync(answersFile)).toThrow();
  });

  it('lets a blob without a licence file pass only with --auto-accept, with a warning', async () => {
    const missing = makeBlob(TEXT, { licensePath: 'gone' });
    const byDigest = { acceptedTexts: new Set([digestOf('')]) };
    for (const gate of [
      makeGate([]),
      makeGate(undefined),
      makeGate([], { dryRun: true }),
      makeGate([], byDigest),
    ]) {
      expect(await gate.obstacles(missing)).toEqual(['BLOBS_LICENSE_MISSING']);
      expect(gate.prompt.asked).toEqual([]);
    }
    const auto = makeGate([], { autoAccept: true });
    expect(await auto.obstacles(missing)).toEqual([undefined]);
    expect(auto.gate.issues).toMatchObject([
      { severity: 'warning', code: 'BLOBS_LICENSE_MISSING', path: 'fw.bin' },
    ]);
  });

  it('goes on where the answer cannot be remembered, with a warning', async () => {
    const answersFile = join(tempDir(), 'directory');
    mkdirSync(answersFile);
    const { gate, obstacles } = makeGate([true], { answersFile });
    expect(await obstacles(makeBlob())).toEqual([undefined]);
    expect(gate.issues).toMatchObject([{ severity: 'warning', code: 'BLOBS_FILE_ACCESS' }]);
  });

  it('shows no control characters in its question', async () => {
    const { prompt, obstacles } = makeGate([true]);
    const moduleDirectory = tempDir();
    writeFileSync(join(moduleDirectory, 'L'), TEXT);
    await obstacles(
      sampleBlob({ moduleDirectory, clickThrough: true, licensePath: 'L', module: 'x\u001b[2J' }),
    );
    expect(prompt.asked[0]?.question).not.toMatch(/[\u0000-\u001f]/);
  });
});
