// SPDX-License-Identifier: Apache-2.0
import listed from 'spdx-license-list/full.js';
import { describe, expect, it } from 'vitest';
import { recognizeLicense } from '../../../src/spdx/recognize-license.ts';

function textOf(id: string): string {
  const text = listed[id]?.licenseText;
  if (text === undefined) throw new Error(`SPDX lists no ${id}`);
  return text;
}

/** A listed text in which each of these places was found and changed. */
function changed(id: string, ...changes: readonly (readonly [string | RegExp, string])[]): string {
  return changes.reduce((text, [from, to]) => {
    const result = text.replace(from, to);
    if (result === text) throw new Error(`${id} has no ${from}`);
    return result;
  }, textOf(id));
}

const NAMES = [
  [/Neither the name of the copyright holder/, 'Neither the name of NXP Semiconductors'],
  [/BY THE COPYRIGHT HOLDERS AND CONTRIBUTORS/, 'BY NXP'],
  [/SHALL THE COPYRIGHT HOLDER OR CONTRIBUTORS/, 'SHALL NXP'],
] as const;

describe('names in a licence', () => {
  it.each([
    ['BSD-3-Clause', changed('BSD-3-Clause', ...NAMES)],
    [
      'BSD-3-Clause',
      changed('BSD-3-Clause', [/AND ANY EXPRESS/, 'AND ANY EXPRESSED'], [/are permitted/, 'is permitted']),
    ],
    [
      'BSD-3-Clause',
      changed('BSD-3-Clause', [
        /Neither the name of .* may be used/,
        'The name of the author may not be used',
      ]),
    ],
    ['BSD-2-Clause', changed('BSD-2-Clause', NAMES[1], NAMES[2])],
    ['BSD-1-Clause', changed('BSD-1-Clause', NAMES[1])],
    [
      'BSD-4-Clause',
      changed('BSD-4-Clause', [/developed by the organization/, 'developed by Foo, Inc. and Bar'], NAMES[0]),
    ],
    ['MIT', changed('MIT', [/THE AUTHORS OR COPYRIGHT HOLDERS/, 'FOO GMBH'])],
    [
      'ISC',
      changed('ISC', [/AND ISC DISCLAIMS/, 'AND THE AUTHORS DISCLAIM'], [/SHALL ISC/, 'SHALL THE AUTHORS']),
    ],
    ['ISC', changed('ISC', [/and\/or/, 'and'])],
    ['X11', changed('X11', [/the X CONSORTIUM/i, 'Foo'], [/of the X Consortium shall/, 'of Foo shall'])],
    [
      'Apache-2.0',
      changed('Apache-2.0', [/\[yyyy\] \[name of copyright owner\]/, '[2020] [BOUFFALO LAB CO., LTD.]']),
    ],
  ])('of %s may be others', async (id, text) => {
    expect(await recognizeLicense(text)).toBe(id);
  });

  it.each([
    changed('BSD-3-Clause', [
      /BY THE COPYRIGHT HOLDERS/,
      'BY FOO, FOR USE ON ITS CHIPS ONLY, AND THE COPYRIGHT HOLDERS',
    ]),
    changed('BSD-3-Clause', [
      /BY THE COPYRIGHT HOLDERS AND CONTRIBUTORS/,
      'BY ACME, to academia for research at universities alone, every other usage forbidden,',
    ]),
    changed('BSD-3-Clause', [/BY THE COPYRIGHT HOLDERS AND CONTRIBUTORS/, 'BY ACME, SELLING FORBIDDEN,']),
    changed('BSD-3-Clause', [/BY THE COPYRIGHT HOLDERS AND CONTRIBUTORS/, 'BY ACME 只能用于本公司芯片']),
    changed('MIT', [/THE AUTHORS OR COPYRIGHT HOLDERS/, 'FOO OR BAR OR ONE WHO TOOK ITS SILICON ELSEWHERE']),
    changed('BSD-3-Clause', [/name of the copyright holder/, `name of ${'a b '.repeat(11)}`]),
    changed('X11', [/from the X Consortium\.\s*X Window/, 'from Foo. You must pay Foo. X Window']),
  ])('never hold a condition or a speech', async (text) => {
    expect(await recognizeLicense(text)).toBeUndefined();
  });
});

const MIT_BODY = textOf('MIT').slice(textOf('MIT').indexOf('Permission'));

describe('what stands above a licence', () => {
  it.each([
    '',
    'MIT License\n\n',
    'The MIT License (MIT)\n=====================\n\n',
    '# MIT\n\n',
    'Copyright 2020 Foo\n',
    'Copyright (c) 1999, 2004-2020 Foo GmbH & Co. KG, Müller and\n  other contributors <a@b.example>\nAll rights reserved.\n\n',
    '(C) 2020 Foo\n© 2021 Bar\nCopyright \ufffd 2022 Baz\n\nMIT License\n\n',
    'SPDX-FileCopyrightText: 2020 Foo\n',
    'MIT License\n\nCopyright (c) 2020 Foo\nCopyright (c) 2021 Bar\n',
    'Copyright (C) 1990-1995 by the Massachusetts\nInstitute of Technology. All Rights Reserved.\n\n',
    'Copyright: 2020-present J. R. Foo, Jr. and the University of Bar, Baz e.V.\n',
    'COPYRIGHT (C) 2020 FOO CO., LTD. AND/OR ITS AFFILIATES - ALL RIGHTS RESERVED.\n',
    'Copyright 2022 Foo Laboratories Inc. www.foo.example\n',
    'Copyright (c) 2020 foo bar <foo@bar.example>\n',
    'Copyright 2020 Foo\n\nThis file is part of\n  *** Foo Kit ***\n (see www.foo.example).\n\n',
    '@file x.h\n@brief Radio interface\n@author Foo\n\nCopyright 2020 Foo\n\n',
  ])('is a title or a notice: %j', async (above) => {
    expect(await recognizeLicense(above + MIT_BODY)).toBe('MIT');
  });

  it.each([
    'Only for Foo chips.\n\n',
    'BSD License\n\n',
    'MIT License with exceptions\n\n',
    'Foo Commercial License\n\n',
    'MIT OR GPL\n\n',
    'Copyright 2020 Foo. To be used with Foo chips only.\n\n',
    'Copyright 2020 Foo\nFor evaluation, confidential.\n\n',
    'Copyright (c) 2020 ACME. Companies pay ACME a fee of 100 USD for each unit.\n\n',
    'Copyright (c) 2020 ACME. Usage outside ACME silicon forbidden. Selling forbidden.\n\n',
    'Copyright (c) 2020 ACME. All rights reserved. Silicon of ACME.\n\n',
    'Copyright (c) 2020 ACME; Foo Silicon\n\n',
    'Copyright (c) 2020 ACME Selling Forbidden\n\n',
    'Copyright (c) 2020 ACME FOO SILICON OUTSIDE EUROPE\n\n',
    'Copyright (c) 2020 ACME, foo silicon bar baz\n\n',
    'Copyright (c) 2020 One Two Three Four Five Six Seven Eight Nine\n\n',
    'Copyright (c) 2020 ACME nur mit ACME Chips\n\n',
    'Copyright (c) 2020 ACME www.for.evaluation\n\n',
    '@brief Companies pay a fee\n\n',
    'This file is part of Foo. Europe excluded.\n\n',
    'Copyright 2020 Foo\nReverse engineering is prohibited.\n',
    'Copyright 2020 Foo 只能用于本公司芯片\n\n',
    'This file is part of Foo and may be sold.\n\n',
    'MIT\nMIT\nMIT\n\n',
    `Copyright ${'Foo '.repeat(60)}\n\n`,
    'Ⓞⓝⓛⓨ ⓕⓞⓡ Ⓕⓞⓞ\n\n',
    '\ufffd\ufffd\ufffd\ufffd \ufffd\ufffd\ufffd\n\n',
  ])('is a condition or another title: %j', async (above) => {
    expect(await recognizeLicense(above + MIT_BODY)).toBeUndefined();
  });
});

describe('a changed text', () => {
  it.each([
    ['MIT', 1],
    ['BSD-3-Clause', 1],
    ['ISC', 1],
    ['Zlib', 1],
    ['X11', 3],
    ['BSD-4-Clause', 3],
    ['Apache-2.0', 31],
  ])('is not %s with a word more', async (id, step) => {
    const words = textOf(id).split(/(?<=\s)(?=\S)/);
    const wrong: string[] = [];
    for (let at = 0; at <= words.length; at += step) {
      const text = [...words.slice(0, at), ' only ', ...words.slice(at)].join('');
      if ((await recognizeLicense(text)) !== undefined) wrong.push(words.slice(at - 3, at + 3).join(''));
    }
    expect(wrong).toEqual([]);
  });

  it.each(['Zlib', 'MIT'])('is not %s with a word less', async (id) => {
    const text = textOf(id);
    const body = text.slice(text.search(/This software is|Permission is/));
    const words = body.split(/(?<=\s)(?=\S)/);
    const wrong: string[] = [];
    for (const [at, word] of words.entries()) {
      // A point's number counts for nothing; of the names some may go.
      if (/^\d\.\s|^(?:THE|AUTHORS|OR|COPYRIGHT|HOLDERS) $/.test(word)) continue;
      if ((await recognizeLicense(words.toSpliced(at, 1).join(''))) !== undefined) wrong.push(word);
    }
    expect(wrong).toEqual([]);
  });

  it.each([
    changed('BSD-3-Clause', [
      /THIS SOFTWARE IS/,
      '4. This software must only be used with our chips.\n\nTHIS SOFTWARE IS',
    ]),
    changed('BSD-3-Clause', [
      /2\. Redistributions in binary form/,
      '2. Redistributions in binary form, except in our chips,',
    ]),
    `${textOf('Apache-2.0')}\n\nThe above grant ends with the year.\n`,
    `${textOf('MIT')}\n${textOf('ISC')}`,
    changed('Apache-2.0', [
      /END OF TERMS AND CONDITIONS/,
      '10. No use at night.\n\nEND OF TERMS AND CONDITIONS',
    ]),
  ])('with a clause more or another text is none', async (text) => {
    expect(await recognizeLicense(text)).toBeUndefined();
  });
});

describe('Apache-2.0', () => {
  const [terms = '', appendix = ''] = textOf('Apache-2.0').split('END OF TERMS AND CONDITIONS');
  const notice = appendix.slice(appendix.indexOf('Licensed under'));

  it.each([
    terms,
    `${terms}END OF TERMS AND CONDITIONS\n`,
    `Copyright 2020 Foo\n\n${notice}`,
    `/*\n * Copyright 2020 Foo\n *\n${notice.trim().replace(/^/gm, ' * ')}\n */\n#include <a.h>\n`,
  ])('is recognised without its appendix, and by its notice', async (text) => {
    expect(await recognizeLicense(text)).toBe('Apache-2.0');
  });
});

describe('a source file', () => {
  const comment = `/*\n * Copyright 2020 Foo\n *\n${MIT_BODY.replace(/^/gm, ' * ')}\n */\n`;

  it.each([
    `${comment}\n#ifndef A_H\n#define A_H\nint a; /* only here */\n#endif\n`,
    `\ufeff${comment.replaceAll('\n', '\r\n')}\r\n#pragma once\r\n`,
    `${comment}\n/* Of the radio. */\n// More.\nstatic int a(void)\n{\n}\nextern int b;`.replace(
      'a(void)\n',
      'a(void) ',
    ),
    `${MIT_BODY.replace(/^/gm, '// ')}\n\nextern int b;\n`,
  ])('has the licence of its first comment', async (text) => {
    expect(await recognizeLicense(text)).toBe('MIT');
  });

  it.each([
    `${comment}\n/* Redistribution of this file is for members. */\n#define A 1\n`,
    `${comment}\n#include <a.h>\n\n/* For evaluation only. You must not use this on other chips, nor sell it. */\n`,
    `${comment}\n#include <a.h>\n// For members,\n// not for sale\nint a;\n`,
    `${comment}\n#include <a.h>\n#if 0\nSelling this file is forbidden everywhere.\n#endif\n`,
    `${comment}\n#include <a.h>\n#error "Only for chips of ACME"\n`,
    `${comment}\n#include <a.h>\nint a; /* Only for ACME silicon. */\n`,
    `${comment}\n#include <a.h>\n/* Verkäufe untersagt */\n`,
    `${comment}\nYou must not use this.\n`,
    `${comment}\nStatic use is allowed; nothing else;\n`,
    `${comment}\n/* unfinished`,
    `#define A 1\n${comment}`,
    `/* A */\n${comment}#define A 1\n`,
  ])('has none that is known where more is said', async (text) => {
    expect(await recognizeLicense(text)).toBeUndefined();
  });
});

describe('a hostile text', () => {
  const SIZE = 1024 * 1024;

  it.each([
    ' ',
    '\n',
    '\r\n',
    '<',
    'a',
    'a ',
    '(',
    ' (a',
    '1.1.',
    '1. ',
    '★ ',
    '😀',
    '\ufffd',
    '\0',
    '“ ',
    '//\n',
    '/**/',
    '# ',
    'Copyright (c) 2020 Foo,\n',
    'copyright ',
    'this file is part of\n',
    'neither the name of ',
    'in no event shall a ',
    'except as contained in this notice the name of ',
    'this software is provided by ',
    '@file x\n',
  ])('of 1 MiB of %j is no licence, and costs no more than reading it', async (unit) => {
    const text = unit.repeat(Math.ceil(SIZE / unit.length)).slice(0, SIZE);
    const start = process.cpuUsage();
    expect(await recognizeLicense(text)).toBeUndefined();
    const { user, system } = process.cpuUsage(start);
    // Measured: 10 to 300 ms.
    expect((user + system) / 1000).toBeLessThan(3_000);
  });

  it('of more than 1 MiB is not looked at', async () => {
    expect(await recognizeLicense(`${textOf('MIT')}${' '.repeat(SIZE)}`)).toBeUndefined();
    expect(await recognizeLicense(`${textOf('MIT')}${' '.repeat(SIZE - 2_000)}`)).toBe('MIT');
  });

  it.each(['', '\ufeff', '\ud800', '/*', '//', 'MIT', 'License'])('as short as %j is none', async (text) => {
    expect(await recognizeLicense(text)).toBeUndefined();
  });
});
