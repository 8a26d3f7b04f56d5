// SPDX-License-Identifier: Apache-2.0
import { LineCounter } from 'yaml';
import type { Issue } from '../core/report.ts';
import { escapeControls } from '../core/text.ts';
import { decodeUtf8, findTextProblem } from './decode.ts';
import { MAX_PROBLEMS } from './limits.ts';
import { parseSyntax } from './parse-syntax.ts';
import { toValue } from './to-value.ts';
import { positionAtOffset, YamlDocument } from './yaml-document.ts';

/** A document without problems, or the problems. */
export type YamlResult =
  | { readonly document: YamlDocument; readonly issues: readonly [] }
  | { readonly document: undefined; readonly issues: readonly Issue[] };

/**
 * Reads one YAML 1.2 document (core schema) from `bytes`. Every problem becomes an issue of severity `error` and
 * code `BLOBS_MALFORMED_YAML` with its position: syntax, an encoding other than UTF-8, duplicate keys, a second
 * document, merge conflict markers, unknown tags and aliases, and anything that would cost unbounded time or
 * memory. Never throws for bad input. `file` is only named, not read.
 */
export function readYaml(file: string, bytes: Uint8Array): YamlResult {
  const text = decodeUtf8(bytes);
  const lines = new LineCounter();
  const problem = (message: string, offset: number, hint?: string): Issue => ({
    severity: 'error',
    code: 'BLOBS_MALFORMED_YAML',
    message: escapeControls(message),
    ...(hint === undefined ? {} : { hint }),
    ...positionAtOffset(file, text, lines, offset),
  });

  const textProblem = findTextProblem(bytes, text);
  if (textProblem) {
    addLines(lines, text, textProblem.offset);
    return failed([problem(textProblem.message, textProblem.offset, textProblem.hint)]);
  }
  const syntax = parseSyntax(text, lines);
  if ('problem' in syntax) return failed([problem(syntax.problem.message, syntax.problem.offset)]);
  const root = syntax.document.contents;
  if (root === null) return failed([problem('the file is empty', 0)]);
  const { value, problems, targets } = toValue(syntax.document);
  if (problems.length > 0) {
    return failed(problems.map(({ message, node }) => problem(message, node.range?.[0] ?? 0)));
  }
  return { document: new YamlDocument({ file, text, value, root, lines, targets }), issues: [] };
}

function failed(issues: readonly Issue[]): YamlResult {
  return { document: undefined, issues: issues.slice(0, MAX_PROBLEMS) };
}

/** Fills `lines` up to `offset`, for text that the parser never saw. */
function addLines(lines: LineCounter, text: string, offset: number): void {
  lines.addNewLine(0);
  for (let i = text.indexOf('\n'); i !== -1 && i < offset; i = text.indexOf('\n', i + 1))
    lines.addNewLine(i + 1);
}
