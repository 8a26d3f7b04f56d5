// SPDX-License-Identifier: Apache-2.0

/** Bytes of one YAML file. The largest module.yml known is 60 kB; parsing costs seconds a megabyte at worst. */
export const MAX_YAML_BYTES = 1024 * 1024;

/** Maps and lists inside each other. A module.yml has six at most; the parser's stack ends at some thousand. */
export const MAX_DEPTH = 200;

/** Values after aliases are expanded, for each value in the file; beyond it aliases are a bomb. */
export const MAX_ALIAS_EXPANSION = 10;

/** Values that aliases may add in any file, however small. */
export const FREE_ALIAS_VALUES = 10_000;

/** Problems reported for one file; a flood of them helps nobody. */
export const MAX_PROBLEMS = 50;
