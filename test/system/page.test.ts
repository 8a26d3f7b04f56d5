// SPDX-License-Identifier: Apache-2.0
import { existsSync } from 'node:fs';
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';
import { afterAll, describe, expect, it, onTestFinished, type TestContext } from 'vitest';
import { makePage, NOW_MS, putEntry, sampleBlobs, type TestPage } from '../support/page.ts';
import { digestOf, sampleBlob } from '../unit/samples.ts';

// The page as Debian's chromium shows it.

const CHROMIUM = '/usr/bin/chromium';
const FLAGS = [
  ...['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-sync'],
  ...['--disable-background-networking', '--disable-component-update'],
];

let browser: Promise<Browser> | undefined;

afterAll(async () => {
  await (await browser)?.close();
});

interface Opened {
  readonly tab: Page;
  /** What the browser asked for, and what its console said. */
  readonly requests: string[];
  readonly complaints: string[];
}

/** Opens `path` in a context of its own. */
async function open(
  context: TestContext,
  { app }: TestPage,
  { path = '/', ...settings }: BrowserContextOptions & { readonly path?: string } = {},
): Promise<Opened> {
  if (!existsSync(CHROMIUM)) context.skip('chromium is not installed');
  browser ??= chromium.launch({ executablePath: CHROMIUM, args: FLAGS });
  const url = app.server.listening ? app.listeningOrigin : await app.listen({ host: '127.0.0.1', port: 0 });
  const opened = await (await browser).newContext({ viewport: { width: 1200, height: 900 }, ...settings });
  onTestFinished(() => opened.close());
  const tab = await opened.newPage();
  const [requests, complaints]: [string[], string[]] = [[], []];
  tab.on('request', (request) => requests.push(request.url().replace(url, '')));
  tab.on('console', (message) => complaints.push(message.text()));
  tab.on('pageerror', (error) => complaints.push(error.message));
  tab.on('dialog', (dialog) => {
    complaints.push(dialog.message());
    void dialog.dismiss();
  });
  await tab.goto(url + path);
  return { tab, requests, complaints };
}

/** A store with something of everything in it. */
async function makeFullPage(count = 240): Promise<TestPage> {
  const page = await makePage();
  page.blobs = sampleBlobs(count);
  for (let i = 0; i < 40; i++)
    putEntry(page.store, `content-${i}`, { url: `https://downloads.invalid/${i}.a` });
  putEntry(page.store, 'by url', { url: 'https://vendor.invalid/files/tool.zip' });
  for (let day = 20; day >= 0; day--) {
    page.clock.nowMs = NOW_MS - day * 24 * 60 * 60 * 1000;
    page.statistics.noteDownloaded(digestOf(`content-${day}`), 1_000_000);
    for (let i = 0; i < day; i++) page.statistics.noteServed(digestOf(`content-${i}`), 1_000_000);
  }
  return page;
}

/** Of every text that can be seen, the least contrast with what is behind it (WCAG 2.2, 1.4.3). */
const LEAST_CONTRAST = `(() => {
  const parse = (color) => (color.match(/[\\d.]+/g) ?? []).map(Number);
  const luminance = ([r, g, b]) => {
    const [x, y, z] = [r, g, b].map((c) => (c / 255 <= 0.04045 ? c / 255 / 12.92 : ((c / 255 + 0.055) / 1.055) ** 2.4));
    return 0.2126 * x + 0.7152 * y + 0.0722 * z;
  };
  const behind = (element) => {
    for (let e = element; e; e = e.parentElement) {
      const color = parse(getComputedStyle(e).backgroundColor);
      if (color[3] !== 0) return color;
    }
    return [255, 255, 255];
  };
  let least = { contrast: 21, text: '' };
  let looked = 0;
  for (const element of document.querySelectorAll('body *')) {
    const text = [...element.childNodes].filter((n) => n.nodeType === 3).map((n) => n.data.trim()).join('');
    if (!text || !element.checkVisibility() || element.closest('script, svg')) continue;
    looked += 1;
    const [one, other] = [parse(getComputedStyle(element).color), behind(element)].map(luminance);
    const contrast = (Math.max(one, other) + 0.05) / (Math.min(one, other) + 0.05);
    if (contrast < least.contrast) least = { contrast, text };
  }
  return { ...least, looked };
})()`;

const BACKGROUND = 'getComputedStyle(document.body).backgroundColor';

describe('the page in chromium', () => {
  it('can be searched, sorted and paged through, and asks nobody else for anything', async (context) => {
    const page = await makeFullPage();
    const { tab, requests, complaints } = await open(context, page);
    expect(await tab.title()).toBe('Blobs');
    const rows = tab.getByRole('rowheader').filter({ has: tab.locator('.name') });
    expect(await rows.count()).toBe(100);
    await tab.getByRole('link', { name: 'Next page' }).click();
    expect(await tab.locator('#list-title').innerText()).toBe('101–200 of 241 blobs');
    await tab.getByRole('link', { name: 'Next page' }).click();
    expect(await rows.count()).toBe(41);
    expect(await tab.getByRole('link', { name: 'Next page' }).count()).toBe(0);
    await tab.getByRole('searchbox').fill('00017');
    await tab.keyboard.press('Enter');
    await tab.waitForURL(/q=00017/);
    expect(await rows.count()).toBe(1);
    await tab.getByRole('link', { name: /search 00017/ }).click();
    await tab.waitForURL((url) => url.search === '');
    await tab.getByRole('columnheader').getByRole('link', { name: 'Size' }).click();
    await tab.waitForURL(/sort=size/);
    expect(await rows.first().innerText()).toContain('libfirmware_00239.a');
    expect(requests.filter((url) => !/^(?:\/\?|\/$|data:image\/svg)/.test(url))).toEqual([]);
    expect(complaints).toEqual([]);
  });

  it('copies the digest and the whole URL of a blob', async (context) => {
    const page = await makeFullPage(1);
    const { tab, complaints } = await open(context, page, {
      permissions: ['clipboard-read', 'clipboard-write'],
    });
    const digest = digestOf('content-0');
    await tab.locator('summary', { hasText: digest.slice(0, 12) }).click();
    await tab.getByRole('button', { name: 'Copy the digest' }).first().click();
    await tab.getByRole('button', { name: 'Copied' }).or(tab.getByText('Copied')).first().waitFor();
    expect(await tab.evaluate('navigator.clipboard.readText()')).toBe(digest);
    await tab.getByRole('button', { name: 'Copy the URL' }).first().click();
    await tab.getByText('Copied').nth(1).waitFor();
    expect(await tab.evaluate('navigator.clipboard.readText()')).toBe(
      new URL(`/sha256/${digest}`, tab.url()).href,
    );
    expect(complaints).toEqual([]);
  });

  it('is as useful without JavaScript', async (context) => {
    const page = await makeFullPage();
    const { tab } = await open(context, page, { javaScriptEnabled: false });
    await tab.getByRole('searchbox').fill('hal_nxp part3');
    await tab.getByRole('button', { name: 'Search' }).click();
    await tab.waitForURL(/q=hal_nxp/);
    const names = await tab.locator('.name').allInnerTexts();
    expect(names.length).toBeGreaterThan(3);
    expect(names.filter((name) => !name.startsWith('lib/part3/'))).toEqual([]);
    const details = tab.locator('.more details').first();
    await details.locator('summary').click();
    expect(await details.locator('.copyable').first().innerText()).toMatch(/^[0-9a-f]{64}$/);
    expect(await tab.getByRole('button', { name: /Copy/ }).count()).toBe(0);
  });

  for (const colorScheme of ['light', 'dark'] as const) {
    it(`is ${colorScheme} for whoever wants it so, with enough contrast everywhere`, async (context) => {
      const { tab } = await open(context, await makeFullPage(30), { colorScheme });
      await tab.locator('.more summary').first().click();
      const [red = 0] =
        String(await tab.evaluate(BACKGROUND))
          .match(/\d+/g)
          ?.map(Number) ?? [];
      expect(red > 128).toBe(colorScheme === 'light');
      const { contrast, text, looked } = (await tab.evaluate(LEAST_CONTRAST)) as Record<string, number>;
      expect(looked).toBeGreaterThan(100);
      expect(contrast, `${text}`).toBeGreaterThanOrEqual(4.5);
    });
  }

  for (const width of [320, 390, 1200]) {
    it(`needs no scrolling to the side at ${width} pixels, whatever names it shows`, async (context) => {
      const page = await makePage();
      const names = [
        'a'.repeat(400),
        '𝕬'.repeat(200),
        'שלום-עולם',
        '<b>x</b>',
        'z\u0335'.repeat(90),
        'lib/fw.bin',
      ];
      page.blobs = names.map((name) =>
        sampleBlob({
          ...{ content: name, module: name, path: name, version: name, license: name, description: name },
          ...{ urls: [`https://x.invalid/${'y'.repeat(900)}`], clickThrough: true, size: 123_456_789 },
        }),
      );
      page.statistics.noteServed(digestOf('lib/fw.bin'), 123_456_789_012);
      const { tab, complaints } = await open(context, page, { viewport: { width, height: 800 } });
      for (const summary of await tab.locator('summary').all()) await summary.click();
      const [scrolled, shown] = (await tab.evaluate(
        '[document.documentElement.scrollWidth, document.documentElement.clientWidth]',
      )) as [number, number];
      expect(scrolled).toBeLessThanOrEqual(shown);
      // A table where there is room, and cards where there is none.
      expect(await tab.locator('.sorts').isVisible()).toBe(width < 832);
      expect(complaints).toEqual([]);
    });
  }

  it('shows the focus of the keyboard, and begins with a way past the numbers', async (context) => {
    const { tab } = await open(context, await makeFullPage(5));
    await tab.keyboard.press('Tab');
    const focused = 'document.activeElement';
    expect(await tab.evaluate(`${focused}.textContent`)).toBe('Skip to the list');
    expect(await tab.evaluate(`${focused}.getBoundingClientRect().left >= 0`)).toBe(true);
    await tab.getByRole('searchbox').focus();
    await tab.keyboard.press('Tab');
    expect(await tab.evaluate(`${focused}.textContent`)).toBe('Search');
    expect(await tab.evaluate(`getComputedStyle(${focused}).outlineStyle`)).toBe('solid');
  });

  it('runs nothing that a module says', async (context) => {
    const page = await makePage();
    const evil = [
      '<script>alert(1)</script>',
      '"><img src=x onerror=alert(1)>',
      "' autofocus onfocus='alert(1)",
      '</style><svg onload=alert(1)>',
    ];
    page.blobs = evil.map((text) =>
      sampleBlob({
        ...{ content: text, module: text, path: text, version: text, license: text, description: text },
        ...{ urls: [`https://x.invalid/${text}`, 'javascript:alert(1)'], docUrl: 'javascript:alert(1)' },
      }),
    );
    const path = `/?q=${encodeURIComponent('alert(1)')}&module=${encodeURIComponent(evil[1] ?? '')}`;
    for (const shown of ['/', path]) {
      const { tab, complaints } = await open(context, page, { path: shown });
      expect(await tab.locator('.name').count()).toBe(shown === '/' ? 4 : 1);
      expect(
        await tab.locator('img, main script, [onerror], [onload], [onfocus], [href^=javascript]').count(),
      ).toBe(0);
      expect(complaints).toEqual([]);
    }
  });
});
