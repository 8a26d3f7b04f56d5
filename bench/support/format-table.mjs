// SPDX-License-Identifier: Apache-2.0

/** @typedef {import('./case.mjs').Row} Row */
/** @typedef {import('./case.mjs').Measured} Measured */
/** @typedef {{ node: string, platform: string, cpu: string, cores: number }} Machine */

const header = ['case', 'blobs', 'reference', '', 'ratio', 'target', 'within'];

/**
 * @param {Machine} machine
 * @param {Measured[]} measured
 * @returns {string} the results as lines of text
 */
export function formatTable(machine, measured) {
  const cells = [header, ...measured.flatMap(caseCells)];
  const widths = header.map((_, column) => Math.max(...cells.map((row) => row[column]?.length ?? 0)));
  const lines = cells.map((row) => row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  '));
  lines.splice(1, 0, widths.map((width) => '-'.repeat(width)).join('  '));
  const notes = measured.flatMap((each) => each.notes.map((note) => `${each.case}: ${note}`));
  const about = `node ${machine.node}, ${machine.platform}, ${machine.cores} × ${machine.cpu}`;
  return `${[about, '', ...lines.map((line) => line.trimEnd()), '', ...notes].join('\n').trimEnd()}\n`;
}

/**
 * @param {Measured} measured
 * @returns {string[][]}
 */
function caseCells({ case: name, rows, error }) {
  if (error !== undefined) return [[name, 'failed', '', '', '', '', '']];
  return rows.map((row, index) => [
    index === 0 ? name : '',
    index === 0 || row.ours !== rows[index - 1]?.ours ? formatValue(row.ours, row.unit) : '',
    row.reference,
    row.referenceValue === undefined ? 'not installed' : formatValue(row.referenceValue, row.unit),
    row.ratio === undefined ? '' : `${row.ratio.toFixed(2)} ×`,
    formatTarget(row),
    row.withinTarget === undefined ? '' : row.withinTarget ? 'yes' : 'NO',
  ]);
}

/**
 * @param {number} value
 * @param {Row['unit']} unit
 */
function formatValue(value, unit) {
  return `${value.toFixed(unit === 's' ? 3 : unit === 'ms' ? 2 : 0)} ${unit}`;
}

/** @param {Row} row */
function formatTarget({ target, targetUnit, isLeast }) {
  if (target === undefined) return '';
  return targetUnit === 'ratio' ? `${isLeast ? '≥' : '≤'} ${target} ×` : `< ${target} ${targetUnit}`;
}
