// SPDX-License-Identifier: Apache-2.0
import { getEventListeners } from 'node:events';

/** How many listeners a signal has, with the signals that Node made to depend on it and keeps note of. */
export function hangersOn(signal: AbortSignal): number {
  const key = Object.getOwnPropertySymbols(signal).find(
    ({ description }) => description === 'kDependantSignals',
  );
  const dependants = key === undefined ? undefined : Reflect.get(signal, key);
  return getEventListeners(signal, 'abort').length + (dependants?.size ?? 0);
}
