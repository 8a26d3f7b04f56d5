// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from 'vitest';
import { readYaml11Scalar } from '../../../src/yaml/yaml11-scalar.ts';

// What PyYAML 6.0.3 reads, and Python 3.11 prints.

describe('readYaml11Scalar', () => {
  it.each([
    ['0', '0'],
    ['-0', '0'],
    ['+12', '12'],
    ['1_000_', '1000'],
    ['010', '8'],
    ['-017', '-15'],
    ['00', '0'],
    ['0_', '0'],
    ['0x10', '16'],
    ['-0xFf', '-255'],
    ['0b11', '3'],
    ['0b_1_0', '2'],
    ['1:30', '90'],
    ['-190:20:30', '-685230'],
    ['123456789012345678901234567890', '123456789012345678901234567890'],
    ['0xffffffffffffffffffff', '1208925819614629174706175'],
  ])('reads the integer %s as %s', (source, text) => {
    expect(readYaml11Scalar(source)).toEqual({ kind: 'integer', text });
  });

  it.each([
    ['1.0', '1.0'],
    ['1.', '1.0'],
    ['.5', '0.5'],
    ['-0.0', '-0.0'],
    ['0.10', '0.1'],
    ['1_0.5_', '10.5'],
    ['1.0e+3', '1000.0'],
    ['1.e+3', '1000.0'],
    ['1.0e+15', '1000000000000000.0'],
    ['1.0e+16', '1e+16'],
    ['1.5E+16', '1.5e+16'],
    ['0.0001', '0.0001'],
    ['0.00001', '1e-05'],
    ['1.25e-100', '1.25e-100'],
    ['123456789012345678.0', '1.2345678901234568e+17'],
    ['1.0e+999', 'inf'],
    ['.inf', 'inf'],
    ['+.INF', 'inf'],
    ['-.inf', '-inf'],
    ['.NaN', 'nan'],
    ['1:30.5', '90.5'],
    ['-0:30.', '-30.0'],
    ['20:30.15', '1230.15'],
  ])('reads the float %s as %s', (source, text) => {
    expect(readYaml11Scalar(source)).toEqual({ kind: 'float', text });
  });

  it.each([
    ...['yes', 'Yes', 'YES', 'true', 'True', 'TRUE', 'on', 'On', 'ON'].map((source) => [source, 'True']),
    ...['no', 'No', 'NO', 'false', 'False', 'FALSE', 'off', 'Off', 'OFF'].map((source) => [source, 'False']),
  ])('reads the boolean %s as %s', (source, text) => {
    expect(readYaml11Scalar(source)).toEqual({ kind: 'boolean', text });
  });

  it.each(['', '~', 'null', 'Null', 'NULL'])('reads null from %j', (source) => {
    expect(readYaml11Scalar(source)).toEqual({ kind: 'null', text: 'None' });
  });

  it.each([
    ...['1e3', '1.0e3', '-.5', '-.nan', '.iNF', '.', '._1'],
    ...['08', '0o10', '0x', '0b', '0b2', '_1', '-', '+', '1:60', '0:30', '01:30', '--1', '٣'],
    ...['y', 'n', 'yES', 'nUll', 'v1.0', '1.2.3', 'main', '<', '==', ' 1', '1 '],
    ...['2001-1-1', '2001-01-01T', '2001-01-01 1:2:3', '2001-01-01 01:02:03z'],
  ])('reads a string from %j', (source) => {
    expect(readYaml11Scalar(source)).toEqual({ kind: 'string', text: source });
  });

  it.each([
    ...['2001-12-14', '2000-02-29', '2001-1-2 3:04:05', '2001-12-14t21:59:43.10-05:00'],
    ...['2001-12-14 \t1:59:43. Z', '2001-12-14 21:59:43 +23'],
  ])('reads a timestamp from %j', (source) => {
    expect(readYaml11Scalar(source)).toEqual({ kind: 'timestamp', text: source });
  });

  it('knows the keys that only maps have', () => {
    expect(readYaml11Scalar('<<')).toEqual({ kind: 'merge', text: '<<' });
    expect(readYaml11Scalar('=')).toEqual({ kind: 'value', text: '=' });
  });

  it.each([
    ['0b_', 'integer'],
    ['0x_', 'integer'],
    ['-0x__', 'integer'],
    ['2001-02-29', 'timestamp'],
    ['1900-02-29', 'timestamp'],
    ['2001-13-01', 'timestamp'],
    ['0000-01-01', 'timestamp'],
    ['2001-01-01 24:00:00', 'timestamp'],
    ['2001-01-01 00:60:00', 'timestamp'],
    ['2001-01-01 00:00:60', 'timestamp'],
    ['2001-01-01 00:00:00+24', 'timestamp'],
    ['2001-01-01 00:00:00-23:60', 'timestamp'],
  ])('says that Python fails for %s', (source, kind) => {
    expect(readYaml11Scalar(source)).toEqual({ kind, text: source, invalid: true });
  });

  it.each([
    ['decimal digits', '9'.repeat(4300), '9'.repeat(4301)],
    ['hexadecimal digits', '0x1'.padEnd(3574, '0'), '0x1'.padEnd(3575, '0')],
    ['binary digits', '0b1'.padEnd(14_287, '0'), '0b1'.padEnd(14_288, '0')],
    ['octal digits', '01'.padEnd(4763, '0'), '01'.padEnd(4764, '0')],
    ['sexagesimal places', `1${':0'.repeat(2418)}`, `1${':0'.repeat(2419)}`],
    ['sexagesimal places of a float', `1${':0'.repeat(173)}.`, `1${':0'.repeat(174)}.`],
  ])('reads as many %s as Python, and no more', (_what, longest, tooLong) => {
    expect(readYaml11Scalar(longest)).not.toHaveProperty('invalid');
    expect(readYaml11Scalar(tooLong)).toMatchObject({ text: tooLong, invalid: true });
  });

  it.each(['9', '0', '0x', 'f', '1:', ':1', '1_', ' ', '-', '.'])(
    'takes linear time for %j, a million times',
    (piece) => {
      const long = piece.repeat(1_000_000);
      const start = performance.now();
      for (const prefix of ['', '1', '0x', '1.', '2001-01-01', '2001-01-01 01:01:01'])
        readYaml11Scalar(prefix + long);
      expect(performance.now() - start).toBeLessThan(20_000);
    },
  );
});
