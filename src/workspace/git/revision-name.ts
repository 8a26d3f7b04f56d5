// SPDX-License-Identifier: Apache-2.0

const MAX_CHARACTERS = 1000;

// gitrevisions(7): a name as git-check-ref-format(1) allows it, or nothing before "@{…}"; then ancestors, "^{commit}" and
// reflog entries. Searches in messages and paths in a commit are left out: they are no revisions, or cost without bound.
const NAME = /^(?:[^-\s~^:?*[\\\p{C}]|(?=@\{))(?:(?!@\{|\.\.)[^\s~^:?*[\\\p{C}])*/u;
const SUFFIXES = /^(?:~\d{0,6}|\^\d{0,3}|\^\{(?:commit)?\}|@\{(?:-?\d{1,6}|u|upstream|push)\})*$/;

/** Whether `text` can be nothing but the name of a revision, for git. */
export function isRevisionName(text: string): boolean {
  if (text.length > MAX_CHARACTERS) return false;
  const name = NAME.exec(text)?.[0];
  return name !== undefined && SUFFIXES.test(text.slice(name.length));
}
