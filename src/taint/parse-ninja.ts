// SPDX-License-Identifier: Apache-2.0
import { type BuildBudget, UnreadableError } from './build-budget.ts';
import { expand, type NinjaRule, NinjaScope } from './ninja-scope.ts';
import type { Pauses } from './pauses.ts';

const MAX_FILE_DEPTH = 32;
/** What a statement costs beside its paths and bindings, in pieces of memory. */
const STATEMENT_COST = 4;
const NO_BINDINGS: ReadonlyMap<string, string> = new Map();

/** One `build` statement of a ninja file. Paths are as ninja opens them: relative ones count from its directory. */
export interface NinjaStatement {
  /** The file that it stands in, absolute. */
  readonly file: string;
  readonly outputs: readonly string[];
  readonly ruleName: string;
  readonly rule: NinjaRule | undefined;
  readonly scope: NinjaScope;
  readonly bindings: ReadonlyMap<string, string>;
  /** Explicit, implicit and order-only inputs; the first `explicitInputs` are those of `$in`. */
  readonly inputs: readonly string[];
  readonly explicitInputs: number;
  /** The first of `outputs` that are those of `$out`. */
  readonly explicitOutputs: number;
}

/** A ninja build: all of its files. */
export interface NinjaBuild {
  readonly statements: readonly NinjaStatement[];
  readonly defaults: readonly string[];
  /** The value of `builddir`, where ninja keeps its logs; empty for its own directory. */
  readonly buildDirectory: string;
}

export interface NinjaReader {
  /** The text of a file and its absolute path. May throw an UnreadableError. */
  readonly readFile: (path: string) => { readonly text: string; readonly file: string };
  readonly budget: BuildBudget;
  readonly pauses: Pauses;
  /** Told of what cannot be understood; the rest of the file, and of the others, is read all the same. */
  readonly onError: (file: string, error: unknown) => void;
}

/**
 * Reads the ninja file `path` and those that it includes: "Ninja file reference" in ninja's manual.
 *
 * @throws UnreadableError for one that is too large; what `readFile` throws; the signal's reason
 */
export async function parseNinja(path: string, reader: NinjaReader): Promise<NinjaBuild> {
  const statements: NinjaStatement[] = [];
  const defaults: string[] = [];
  const top = new NinjaScope();
  const parse = async (name: string, scope: NinjaScope, depth: number): Promise<void> => {
    const { text, file } = reader.readFile(name);
    reader.budget.spend('characters', text.length);
    const parser = new FileParser({ text, file, scope, reader, statements, defaults });
    for (let more = parser.readStatement(); more !== undefined; more = parser.readStatement()) {
      if (more === 'done') return;
      if (reader.pauses.isDue()) await reader.pauses.take();
      if (more === 'read') continue;
      try {
        if (depth >= MAX_FILE_DEPTH) throw new UnreadableError('files include each other too deeply');
        reader.budget.spend('files');
        await parse(more.path, more.isOwnScope ? new NinjaScope(scope) : scope, depth + 1);
      } catch (error) {
        reader.pauses.throwIfStopped();
        reader.onError(file, error);
      }
    }
  };
  await parse(path, top, 0);
  return { statements, defaults, buildDirectory: top.lookUp('builddir') };
}

interface FileContext {
  readonly text: string;
  readonly file: string;
  readonly scope: NinjaScope;
  readonly reader: NinjaReader;
  readonly statements: NinjaStatement[];
  readonly defaults: string[];
}

/** What came of one statement: another file that it names, or nothing of note. */
type Outcome = 'read' | 'done' | { readonly path: string; readonly isOwnScope: boolean };

class FileParser {
  readonly #context: FileContext;
  #at = 0;

  constructor(context: FileContext) {
    this.#context = context;
  }

  readStatement(): Outcome {
    const { text, scope, reader, defaults } = this.#context;
    if (this.#at >= text.length) return 'done';
    const line = this.#readLine();
    const [, keyword = '', rest = ''] = /^([A-Za-z0-9_.-]+)(?:[ ]+(.*))?$/s.exec(line) ?? [];
    if (keyword === 'build' && rest !== '' && !rest.startsWith('=')) this.#readBuild(rest);
    else if ((keyword === 'rule' || keyword === 'pool') && rest !== '' && !rest.startsWith('=')) {
      const bindings = this.#readBindings();
      reader.budget.spend('statements');
      if (keyword === 'rule') scope.rules.set(rest.trim(), { name: rest.trim(), bindings });
    } else if ((keyword === 'include' || keyword === 'subninja') && !rest.startsWith('=')) {
      const [path = ''] = this.#expandPaths(rest, (name) => scope.lookUp(name));
      return { path, isOwnScope: keyword === 'subninja' };
    } else if (keyword === 'default' && !rest.startsWith('=')) {
      for (const path of this.#expandPaths(rest, (name) => scope.lookUp(name))) defaults.push(path);
    } else {
      if (/^[ ]*(?:#|$)/.test(line)) return 'read';
      const [, name, value = ''] = ASSIGNMENT.exec(line) ?? [];
      if (name === undefined) this.#complain('it holds a line that is none of ninja');
      else {
        reader.budget.spend('statements');
        scope.variables.set(
          name,
          expand(value, (inner) => scope.lookUp(inner), reader.budget),
        );
      }
    }
    return 'read';
  }

  #readBuild(rest: string): void {
    const { scope, reader, statements, file } = this.#context;
    reader.budget.spend('statements', STATEMENT_COST);
    const bindings = new Map<string, string>();
    for (const [name, value] of this.#readBindings())
      bindings.set(
        name,
        expand(value, (inner) => scope.lookUp(inner), reader.budget),
      );
    const lookUp = (name: string): string => bindings.get(name) ?? scope.lookUp(name);
    const [before, after] = splitAtColon(rest);
    if (after === undefined) {
      this.#complain('it holds a build statement without a rule');
      return;
    }
    const outputs = this.#expandGroups(before, lookUp);
    const [, ruleName = '', inputText = ''] = /^[ ]*([A-Za-z0-9_.-]+)(.*)$/s.exec(after) ?? [];
    const inputs = this.#expandGroups(inputText, lookUp);
    const rule = scope.findRule(ruleName);
    if (rule === undefined && ruleName !== 'phony')
      this.#complain('it holds a build statement of an unknown rule');
    statements.push({
      file,
      outputs: outputs.flat(),
      explicitOutputs: outputs[0]?.length ?? 0,
      ruleName,
      rule,
      scope,
      bindings: bindings.size === 0 ? NO_BINDINGS : bindings,
      inputs: inputs.flat(),
      explicitInputs: inputs[0]?.length ?? 0,
    });
  }

  /** Tells that a part of the file is not understood, which is then left out. */
  #complain(what: string): void {
    this.#context.reader.onError(this.#context.file, new UnreadableError(what));
  }

  /** The paths before and after `|` and `||`; what follows `|@` is neither read nor made. */
  #expandGroups(raw: string, lookUp: (name: string) => string): string[][] {
    const groups: string[][] = [[]];
    for (const [word] of splitPaths(raw)) {
      if (word === '|@') break;
      this.#context.reader.budget.spend('statements');
      if (word === '|' || word === '||') groups.push([]);
      else groups.at(-1)?.push(expand(word, lookUp, this.#context.reader.budget));
    }
    return groups;
  }

  #expandPaths(raw: string, lookUp: (name: string) => string): string[] {
    return this.#expandGroups(raw, lookUp).flat();
  }

  /** The indented lines that follow, not expanded. */
  #readBindings(): Map<string, string> {
    const bindings = new Map<string, string>();
    const { text } = this.#context;
    while (this.#at < text.length) {
      const start = this.#at;
      const line = this.#readLine();
      if (line === '' || /^[ ]*#/.test(line)) continue;
      const [, name, value = ''] = line.startsWith(' ') ? (ASSIGNMENT.exec(line) ?? []) : [];
      if (name === undefined) {
        this.#at = start;
        break;
      }
      this.#context.reader.budget.spend('statements');
      bindings.set(name, value);
    }
    return bindings;
  }

  /** A line as it stands, with those that continue it; a comment is an empty line. */
  #readLine(): string {
    const { text } = this.#context;
    const start = this.#at;
    for (let from = start; ; ) {
      const end = text.indexOf('\n', from);
      if (end === -1) {
        this.#at = text.length;
        return text.slice(start);
      }
      const last = text[end - 1] === '\r' ? end - 1 : end;
      this.#at = end + 1;
      if (!endsEscaped(text, start, last) || /^[ ]*#/.test(text.slice(start, start + 80)))
        return text.slice(start, last);
      from = end + 1;
    }
  }
}

const ASSIGNMENT = /^[ ]*([A-Za-z0-9_.-]+)[ ]*=[ ]*(.*)$/s;

/** Whether an odd number of `$` stands before `end`. */
function endsEscaped(text: string, start: number, end: number): boolean {
  let dollars = 0;
  while (end - dollars > start && text[end - dollars - 1] === '$') dollars += 1;
  return dollars % 2 === 1;
}

function splitAtColon(text: string): [before: string, after: string | undefined] {
  for (let at = 0; at < text.length; at += 1) {
    if (text[at] === '$') at += 1;
    else if (text[at] === ':') return [text.slice(0, at), text.slice(at + 1)];
  }
  return [text, undefined];
}

const PATH = /\|[|@]?|(?:\$[\s\S]|[^\s$|])+/g;

/** The words of a list of paths. */
function splitPaths(raw: string): Iterable<RegExpExecArray> {
  // Resolved first, since the line that continues may be indented.
  const line = raw.includes('\n') ? raw.replace(/(?<!\$)((?:\$\$)*)\$\r?\n[ ]*/g, '$1') : raw;
  return line.matchAll(PATH);
}
