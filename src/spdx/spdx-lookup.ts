// SPDX-License-Identifier: Apache-2.0
import { type ModuleFiles, plainPath } from '../module/module-files.ts';
import { parseDep5 } from './dep5.ts';
import { type GlobBudget, matchesGlob } from './glob.ts';
import { type Annotation, type Precedence, parseReuseToml, unknownOfAll } from './reuse-toml.ts';
import { findSpdxTags, MAX_TAGS } from './tags.ts';

/** Of a REUSE.toml or .reuse/dep5, and of what is searched for tags. */
const MAX_FILE_BYTES = 1024 * 1024;
// A part of a second, for patterns that nobody writes.
const MAX_GLOB_STEPS = 10_000_000;
const MAX_REUSE_FILES = 1_000;
const LICENSES = /^LICENSES\/(?:[^/]+\/)*([^/]+?)(?:\.[A-Za-z]+)?$/;

/** Where licence information was found. */
export type SpdxSource = 'tag' | 'side-file' | 'reuse-toml' | 'dep5' | 'licenses-directory';

/** The licence of a file, as the module says it. */
export interface SpdxInformation {
  /** SPDX licence expressions that hold together (AND), as they are written: they need not be valid. Never empty. */
  readonly expressions: readonly string[];
  readonly source: SpdxSource;
  /** The file that says so, below the module. */
  readonly file: string;
}

/** Why what a file says is not known. */
export interface SpdxProblem {
  readonly text: string;
  /** Below the module. */
  readonly file: string;
}

/** What is said of a file, as far as that is known. */
export interface SpdxAnswer {
  readonly found: readonly SpdxInformation[];
  /** With one, `found` may lack what counts. */
  readonly problem?: SpdxProblem;
}

interface Said {
  readonly information: SpdxInformation;
  readonly problem?: string;
  readonly precedence: Precedence;
}

/**
 * What a module says of the licences of its files, by the REUSE specification 3.2: tags in files, `.license` files beside
 * them, REUSE.toml in any directory above, `.reuse/dep5`, and `LICENSES/`. Reads nothing outside the module, follows no
 * link out of it, and remembers what it has read: make a new one for each moment of looking.
 */
export class SpdxLookup {
  readonly #files: ModuleFiles;
  readonly #annotations = new Map<string, Promise<readonly Annotation[]>>();
  readonly #tags = new Map<string, Tags>();
  readonly #budget: GlobBudget = { steps: MAX_GLOB_STEPS };

  constructor(files: ModuleFiles) {
    this.#files = files;
  }

  /**
   * What is said of the file at `path`, below the module, whether it is there or not. Of the file itself, the first
   * `tagBytes` are searched for tags: none by default, 1 MiB at most.
   */
  async find(
    path: string,
    options: { readonly tagBytes?: number } = {},
  ): Promise<readonly SpdxInformation[]> {
    const { found } = await this.look(path, options);
    return found;
  }

  /** As {@link find}, and whether something could not be read, was malformed, or was too much. */
  async look(path: string, { tagBytes = 0 }: { readonly tagBytes?: number } = {}): Promise<SpdxAnswer> {
    const plain = plainPath(path);
    const all = await this.#said(plain);
    const bad = all.find(({ problem }) => problem !== undefined);
    const said = all.filter(({ problem }) => problem === undefined);
    const own = this.#findOwn(plain, tagBytes);
    const found = choose(said, own, plain);
    const text = bad?.problem ?? own?.problem;
    const file = bad?.information.file ?? own?.information.file ?? plain;
    return { found, ...(text === undefined ? {} : { problem: { text, file } }) };
  }

  /** What the file says itself: a file beside it counts in its place. */
  #findOwn(path: string, tagBytes: number): Own | undefined {
    const side = `${path}.license`;
    if (this.#files.kindOf(side) !== undefined) {
      const { expressions, problem, isWhole } = this.#tagsOf(side, MAX_FILE_BYTES);
      const unread = isWhole ? problem : 'it cannot be read, or is larger than 1 MiB';
      return toOwn({ expressions, source: 'side-file', file: side }, unread);
    }
    if (tagBytes <= 0) return undefined;
    const { expressions, problem } = this.#tagsOf(path, Math.min(tagBytes, MAX_FILE_BYTES));
    return toOwn({ expressions, source: 'tag', file: path }, problem);
  }

  #tagsOf(path: string, maxBytes: number): Tags {
    const key = `${maxBytes} ${path}`;
    const known = this.#tags.get(key);
    if (known !== undefined) return known;
    const bytes = this.#files.findHead(path, maxBytes);
    const expressions = bytes === undefined ? [] : findSpdxTags(bytes.toString('utf8'));
    const isWhole = bytes !== undefined && bytes.length < maxBytes;
    const isTooMuch = expressions.length > MAX_TAGS;
    const problem = isTooMuch ? { problem: `it has more than ${MAX_TAGS} tags` } : {};
    const tags = { expressions: expressions.slice(0, MAX_TAGS), isWhole, ...problem };
    this.#tags.set(key, tags);
    return tags;
  }

  /** What REUSE.toml files, or else `.reuse/dep5`, say of a path: the closest first. */
  async #said(path: string): Promise<Said[]> {
    const found: Said[] = [];
    for (const directory of directoriesAbove(path)) {
      const file = directory === '' ? 'REUSE.toml' : `${directory}/REUSE.toml`;
      if (this.#files.kindOf(file) === undefined) continue;
      const below = directory === '' ? path : path.slice(directory.length + 1);
      const annotation = this.#lastMatch(await this.#read(file), below);
      if (annotation) found.push(said(annotation, 'reuse-toml', file));
    }
    if (this.#files.kindOf('REUSE.toml') !== undefined) return found;
    const file = '.reuse/dep5';
    const annotation =
      this.#files.kindOf(file) === undefined ? undefined : this.#lastMatch(await this.#read(file), path);
    return annotation ? [...found, said(annotation, 'dep5', file)] : found;
  }

  /** Later annotations of one file replace earlier ones. */
  #lastMatch(annotations: readonly Annotation[], path: string): Annotation | undefined {
    const found = annotations.findLast(
      ({ globs }) => globs.some((glob) => matchesGlob(glob, path, this.#budget)) || this.#budget.steps < 0,
    );
    if (this.#budget.steps < 0) return unknownOfAll('its patterns take too long to compare');
    return found?.expressions.length === 0 && found.problem === undefined ? undefined : found;
  }

  #read(file: string): Promise<readonly Annotation[]> {
    const known = this.#annotations.get(file);
    if (known !== undefined) return known;
    const bytes =
      this.#annotations.size < MAX_REUSE_FILES ? this.#files.findBytes(file, MAX_FILE_BYTES) : undefined;
    const read = readAnnotations(file, bytes?.toString('utf8'));
    this.#annotations.set(file, read);
    return read;
  }
}

interface Tags {
  readonly expressions: readonly string[];
  /** Whether there is nothing behind what was read. */
  readonly isWhole: boolean;
  readonly problem?: string;
}

type Own = Pick<Said, 'information' | 'problem'>;

function toOwn(information: SpdxInformation, problem: string | undefined): Own | undefined {
  if (problem !== undefined) return { information, problem };
  return information.expressions.length === 0 ? undefined : { information };
}

async function readAnnotations(file: string, text: string | undefined): Promise<readonly Annotation[]> {
  if (text === undefined) return [unknownOfAll('it cannot be read, or is larger than 1 MiB')];
  return file.endsWith('.toml') ? parseReuseToml(text) : parseDep5(text);
}

function said({ expressions, precedence, problem }: Annotation, source: SpdxSource, file: string): Said {
  const information = { expressions, source, file };
  return { information, precedence, ...(problem === undefined ? {} : { problem }) };
}

/** Which of the things that are said of a file count; `said`: the closest first. */
function choose(said: readonly Said[], own: Own | undefined, path: string): readonly SpdxInformation[] {
  // Of those that override, the one farthest from the file counts.
  const overriding = said.findLast(({ precedence }) => precedence === 'override');
  if (overriding) return [overriding.information];
  const isSaid = own !== undefined && own.information.expressions.length > 0;
  const aggregated = said.filter(({ precedence }) => precedence === 'aggregate');
  const closest = isSaid ? [] : said.filter(({ precedence }) => precedence === 'closest').slice(0, 1);
  const found = [...(isSaid ? [own] : []), ...closest, ...aggregated].map(({ information }) => information);
  return found.length > 0 ? found : licenseText(path);
}

/** `LICENSES/` holds one text a licence, named after it. */
function licenseText(path: string): SpdxInformation[] {
  const [, name] = LICENSES.exec(path) ?? [];
  return name === undefined ? [] : [{ expressions: [name], source: 'licenses-directory', file: path }];
}

/** The directories that a path lies in, the closest first, '' last. */
function directoriesAbove(path: string): string[] {
  const found: string[] = [];
  for (let end = path.lastIndexOf('/'); end > 0; end = path.lastIndexOf('/', end - 1)) {
    found.push(path.slice(0, end));
  }
  return [...found, ''];
}
