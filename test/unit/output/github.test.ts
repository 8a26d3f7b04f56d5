// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from 'vitest';
import type { Issue } from '../../../src/core/report.ts';
import { githubText } from '../../../src/output/github.ts';

const FINDING: Issue = {
  severity: 'error',
  code: 'BLOBS_LINT',
  rule: 'mutable-url',
  message: 'lib/a.a: "main" moves',
  file: '/ws/hal_x/zephyr/module.yml',
  line: 3,
  column: 5,
};

describe('githubText', () => {
  it('is one workflow command a finding', () => {
    expect(
      githubText([FINDING, { ...FINDING, severity: 'warning' }, { ...FINDING, severity: 'info' }], '/ws'),
    ).toBe(
      [
        '::error file=hal_x/zephyr/module.yml,line=3,col=5,title=mutable-url::lib/a.a: "main" moves',
        '::warning file=hal_x/zephyr/module.yml,line=3,col=5,title=mutable-url::lib/a.a: "main" moves',
        '::notice file=hal_x/zephyr/module.yml,line=3,col=5,title=mutable-url::lib/a.a: "main" moves',
        '',
      ].join('\n'),
    );
  });

  it('says facts and hint in lines of their own', () => {
    expect(githubText([{ ...FINDING, facts: ['100 % sure'], hint: 'pin it' }], '/ws')).toContain(
      'moves%0A100 %25 sure%0Ahint: pin it\n',
    );
  });

  it('names what has no rule by its code, and files elsewhere by their whole path', () => {
    const { rule: _, column: __, ...issue } = FINDING;
    expect(githubText([{ ...issue, message: 'm' }], '/other')).toBe(
      '::error file=/ws/hal_x/zephyr/module.yml,line=3,title=BLOBS_LINT::m\n',
    );
    expect(githubText([{ severity: 'error', code: 'BLOBS_USAGE', message: 'm' }], '/')).toBe(
      '::error title=BLOBS_USAGE::m\n',
    );
  });

  it('lets no value end its property, its command or its line', () => {
    const text = githubText(
      [{ ...FINDING, file: '/ws/a,b:c%0A\r\n::stop/m.yml', message: 'x%0A\r\n::error::y' }],
      '/ws',
    );
    expect(text).toBe(
      '::error file=a%2Cb%3Ac%250A%0D%0A%3A%3Astop/m.yml,line=3,col=5,title=mutable-url::x%250A\\r\\n::error::y\n',
    );
  });
});
