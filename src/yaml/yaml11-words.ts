// SPDX-License-Identifier: Apache-2.0

// As PyYAML, with which west reads its files, takes them beside true and false; not "nO".
const WORDS = /^(?:yes|Yes|YES|no|No|NO|on|On|ON|off|Off|OFF)$/;

/** The boolean that an unquoted `spelling` was in YAML 1.1 and is not in YAML 1.2; undefined for anything else. */
export function findYaml11Boolean(spelling: string): boolean | undefined {
  return WORDS.test(spelling) ? /^(?:yes|on)$/i.test(spelling) : undefined;
}
