// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from 'vitest';
import { FlowReader } from '../../../../src/server/library/flow-reader.ts';
import { RelayPatience } from '../../../../src/server/library/relay-patience.ts';
import { NEVER } from '../../samples.ts';

function setUp(...positions: number[]) {
  const time = { nowMs: 0 };
  const patience = new RelayPatience({
    stallMs: 30_000,
    leastBytes: 1000,
    signal: NEVER,
    now: () => time.nowMs,
  });
  const readers = positions.map((position) => Object.assign(new FlowReader(), { position }));
  /** Each second the readers take so many bytes, up to `end`. */
  const pass = (seconds: number, ...rates: number[]): FlowReader[] => {
    for (let second = 0; second < seconds; second++) {
      time.nowMs += 1000;
      for (const [index, reader] of readers.entries()) {
        reader.position = Math.min(reader.position + (rates[index] ?? 0), 3000);
      }
      const late = patience.findLate(0, readers);
      if (late.length > 0) return [...late];
    }
    return [];
  };
  patience.findLate(0, readers);
  return { patience, readers, pass, time };
}

describe('the patience of a relay', () => {
  it('ends with a reader that takes a little now and then while others wait', () => {
    const { readers, pass } = setUp(0, 2000);
    expect(pass(29, 10)).toEqual([]);
    expect(pass(1, 10)).toEqual([readers[0]]);
  });

  it('holds with a reader that takes enough, for as long as it does', () => {
    const { readers, pass } = setUp(0, 2000);
    expect(pass(75, 40)).toEqual([]);
    expect(readers[0]?.position).toBe(3000);
  });

  it('holds with readers that are slow together, or alone, but not with those that take nothing', () => {
    expect(setUp(0, 0).pass(60, 10, 12)).toEqual([]);
    expect(setUp(0).pass(60, 10)).toEqual([]);
    const { readers, pass } = setUp(0, 0);
    expect(pass(30, 10, 0)).toEqual([readers[1]]);
    const alone = setUp(0);
    expect(alone.pass(30)).toEqual(alone.readers);
  });

  it('does not ask of a reader that came late what others have had', () => {
    const { patience, readers, time } = setUp(5000, 2_000_000);
    const late = (position: number): readonly FlowReader[] => {
      time.nowMs += 30_000;
      Object.assign(readers[0] ?? {}, { position });
      return patience.findLate(1_000_000, readers);
    };
    expect(late(6000)).toEqual([]);
    expect(late(6000)).toEqual([readers[0]]);
  });
});
