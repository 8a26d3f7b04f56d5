// SPDX-License-Identifier: Apache-2.0
import { getEventListeners } from 'node:events';
import { describe, expect, it } from 'vitest';
import { followSignal } from '../../../src/core/follow-signal.ts';

describe('controllers that follow a signal', () => {
  it('are aborted with its reason, but for those that have ended', () => {
    const leader = new AbortController();
    const followers = [0, 1, 2].map(() => new AbortController());
    const ends = followers.map((follower) => followSignal(leader.signal, follower));
    ends[1]?.();
    leader.abort('enough');
    expect(followers.map(({ signal }) => signal.reason)).toEqual(['enough', undefined, 'enough']);
  });

  it('are aborted at once where the signal is already', () => {
    const follower = new AbortController();
    followSignal(AbortSignal.abort('before'), follower)();
    expect(follower.signal.reason).toBe('before');
  });

  it('cost the signal one listener, however many they are', () => {
    const leader = new AbortController();
    for (let n = 0; n < 100; n++) followSignal(leader.signal, new AbortController());
    expect(getEventListeners(leader.signal, 'abort')).toHaveLength(1);
  });
});
