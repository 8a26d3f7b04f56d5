// SPDX-License-Identifier: Apache-2.0
import type { Comment } from '../../yaml/yaml-document.ts';
import type { Rule } from '../rule.ts';

// Finding the comments of a text costs as much as parsing it.
const MAYBE = /#[#\s]{0,40}-\s/;
// "- path: lib/fw.a" within a comment, and the first key of an entry that begins with another one.
const PATH = /^[#\s]{0,40}-\s+["']?path["']?\s*:(?:\s|$)/;
const OTHER_KEY =
  /^[#\s]{0,40}-\s+["']?(?:sha256|type|version|license-path|url|description)["']?\s*:(?:\s|$)/;
const MEMBER = /^[#\s]{0,40}["']?(?:path|sha256)["']?\s*:(?:\s|$)/;

export const commentedOutBlob: Rule = {
  id: 'commented-out-blob',
  severity: 'info',
  checks: 'no comment holds an entry of `blobs:`',
  why: 'An entry in comments is neither fetched nor verified, and nobody remembers whether it is to come back. git keeps what was removed.',
  mend: 'Remove it, or put it back.',
  check({ document }) {
    if (!MAYBE.test(document.text)) return [];
    const comments = document.comments();
    return comments
      .filter((comment, index) => beginsEntry(comments, comment, index))
      .map(({ line, column }) => ({
        message: 'a blob is commented out',
        place: { line, column },
        hint: 'remove it, or put it back',
      }));
  },
};

function beginsEntry(comments: readonly Comment[], { text, line }: Comment, index: number): boolean {
  if (PATH.test(text)) return true;
  if (!OTHER_KEY.test(text)) return false;
  for (let next = index + 1; comments[next]?.line === line + next - index; next++) {
    const member = comments[next]?.text ?? '';
    if (MEMBER.test(member)) return true;
    if (/^[#\s]{0,40}-\s/.test(member)) return false;
  }
  return false;
}
