// SPDX-License-Identifier: Apache-2.0
import { median } from './contest.mjs';

/**
 * Our figure beside one reference. Values are in the row's unit; `target` is a limit on the ratio or, where
 * `targetUnit` says so, on our own value.
 * @typedef {object} Row
 * @property {'s' | 'ms' | 'MiB' | 'req/s'} unit
 * @property {number} ours
 * @property {number[]} oursRuns
 * @property {string} reference its name
 * @property {number} [referenceValue] absent: the reference is not installed
 * @property {number[]} [referenceRuns]
 * @property {number} [ratio]
 * @property {number} [target]
 * @property {'ratio' | 's' | 'MiB'} [targetUnit]
 * @property {boolean} [isLeast] whether the target is the least that is wanted, not the most
 * @property {boolean} [withinTarget]
 */

/** @typedef {{ case: string, rows: Row[], notes: string[], error?: string }} Measured */

/**
 * What a case is given.
 * @typedef {object} Bench
 * @property {string} program the script to measure
 * @property {string} scratch an empty directory; removed afterwards
 * @property {AbortSignal} signal ends the processes that the case started
 */

/** @typedef {{ name: string, about: string, run: (bench: Bench) => Promise<Measured> }} Case */

/**
 * @param {object} times
 * @param {number[]} times.oursRuns seconds
 * @param {string} times.reference
 * @param {number[] | undefined} times.referenceRuns seconds; undefined: not installed
 * @param {number | undefined} [times.targetRatio]
 * @returns {Row}
 */
export function compareTimes({ oursRuns, reference, referenceRuns, targetRatio }) {
  /** @type {Row} */
  const row = { unit: 's', ours: median(oursRuns), oursRuns, reference };
  if (targetRatio !== undefined) Object.assign(row, { target: targetRatio, targetUnit: 'ratio' });
  if (referenceRuns === undefined) return row;
  row.referenceRuns = referenceRuns;
  row.referenceValue = median(referenceRuns);
  row.ratio = row.ours / row.referenceValue;
  if (targetRatio !== undefined) row.withinTarget = row.ratio <= targetRatio;
  return row;
}

/**
 * @param {object} rates
 * @param {'req/s' | 'ms'} rates.unit
 * @param {number[]} rates.oursRuns
 * @param {string} rates.reference
 * @param {number[]} rates.referenceRuns
 * @param {number | undefined} [rates.targetRatio] the least
 * @returns {Row}
 */
export function compareRates({ unit, oursRuns, reference, referenceRuns, targetRatio }) {
  const [ours, referenceValue] = [median(oursRuns), median(referenceRuns)];
  const ratio = ours / referenceValue;
  /** @type {Row} */
  const row = { unit, ours, oursRuns, reference, referenceValue, referenceRuns, ratio };
  if (targetRatio === undefined) return row;
  const withinTarget = ratio >= targetRatio;
  return { ...row, target: targetRatio, targetUnit: 'ratio', isLeast: true, withinTarget };
}
