// SPDX-License-Identifier: Apache-2.0
import type { ByteSource } from './byte-source.ts';
import { describeTarget, type ElfTarget } from './elf-target.ts';
import { type ArchiveFlavour, readArchive } from './read-archive.ts';
import { type ElfFile, type IsWanted, readElf } from './read-elf.ts';
import { type ByteKind, SNIFFED_BYTES, sniff } from './sniff.ts';

/** What objects are made for, and where. */
export interface TargetUse {
  readonly target: ElfTarget;
  /** How many objects. */
  readonly count: number;
  /** The first member; undefined for a file that is no archive. */
  readonly member: string | undefined;
}

/** A name that nothing in the file defines. */
export interface WantedSymbol {
  readonly name: string;
  /** The first member that wants it; undefined for a file that is no archive. */
  readonly member: string | undefined;
}

/** What is in a file. */
export interface Inspection {
  readonly kind: ByteKind;
  /** Where it is an archive. */
  readonly archive?: {
    readonly flavour: ArchiveFlavour;
    readonly memberCount: number;
    /** Members that are no ELF files, those of thin archives not counted: how many, and the first of them. */
    readonly strangers:
      | { readonly count: number; readonly member: string; readonly kind: ByteKind }
      | undefined;
  };
  /** `e_type` where it is one ELF file. */
  readonly elfType?: number;
  /** Each target of its objects, as far as they were read; no more than {@link MAX_TARGETS}. */
  readonly targets: readonly TargetUse[];
  /** Wanted names that it does not define itself. */
  readonly symbols: readonly WantedSymbol[];
  /** What is damaged, with the member where it is one; no more than {@link MAX_DAMAGES}. */
  readonly damages: readonly { readonly member: string | undefined; readonly problem: string }[];
}

/** Targets that are told apart; a file that has more is nonsense anyway. */
export const MAX_TARGETS = 16;
export const MAX_DAMAGES = 5;

/** Names that are kept of one archive. */
const MAX_SYMBOLS = 1_000;

/**
 * Looks into a file: what it is by its first bytes, and of archives and ELF files what they are made for and which of
 * the symbols that `isWanted` knows they want and do not define. Damaged files are results like any others.
 *
 * @throws what the source throws.
 */
export async function inspect(source: ByteSource, isWanted: IsWanted): Promise<Inspection> {
  const kind = sniff(await source.read(0, SNIFFED_BYTES));
  const found = new Findings();
  if (kind === 'elf') {
    const elf = await readElf(source, isWanted);
    found.add(elf, undefined);
    return { kind, ...(elf.type === undefined ? {} : { elfType: elf.type }), ...found.result() };
  }
  if (kind !== 'archive') return { kind, ...found.result() };
  let strangers: NonNullable<Inspection['archive']>['strangers'];
  const { flavour, memberCount, problem } = await readArchive(source, async ({ name: member, content }) => {
    if (content === undefined) return;
    const memberKind = sniff(await content.read(0, SNIFFED_BYTES));
    if (memberKind === 'elf') found.add(await readElf(content, isWanted), member);
    else strangers = { member, kind: memberKind, ...strangers, count: (strangers?.count ?? 0) + 1 };
  });
  if (problem !== undefined) found.addDamage(undefined, problem);
  return { kind, archive: { flavour, memberCount, strangers }, ...found.result() };
}

/** What the ELF files of one file add up to. */
class Findings {
  readonly #targets = new Map<string, TargetUse>();
  readonly #wanted = new Map<string, string | undefined>();
  readonly #defined = new Set<string>();
  readonly #damages: { readonly member: string | undefined; readonly problem: string }[] = [];

  add({ target, undefinedNames, definedNames, problem }: ElfFile, member: string | undefined): void {
    if (target !== undefined) this.#addTarget(target, member);
    for (const name of undefinedNames) {
      if (this.#wanted.size < MAX_SYMBOLS && !this.#wanted.has(name)) this.#wanted.set(name, member);
    }
    for (const name of definedNames) if (this.#defined.size < MAX_SYMBOLS) this.#defined.add(name);
    if (problem !== undefined) this.addDamage(member, problem);
  }

  addDamage(member: string | undefined, problem: string): void {
    if (this.#damages.length < MAX_DAMAGES) this.#damages.push({ member, problem });
  }

  result(): Pick<Inspection, 'targets' | 'symbols' | 'damages'> {
    const symbols = [...this.#wanted]
      .filter(([name]) => !this.#defined.has(name))
      .map(([name, member]) => ({ name, member }));
    return { targets: mergeNeutral([...this.#targets.values()]), symbols, damages: this.#damages };
  }

  #addTarget(target: ElfTarget, member: string | undefined): void {
    const key = describeTarget(target);
    const known = this.#targets.get(key);
    if (known === undefined && this.#targets.size >= MAX_TARGETS) return;
    this.#targets.set(key, { target, member, ...known, count: (known?.count ?? 0) + 1 });
  }
}

/** Objects without an ABI of their own count with others of the same architecture. */
function mergeNeutral(uses: readonly TargetUse[]): TargetUse[] {
  const findSpecific = ({ machine, bits, endianness }: ElfTarget): TargetUse | undefined =>
    uses.find(
      ({ target }) =>
        target.abi !== '' &&
        target.machine === machine &&
        target.bits === bits &&
        target.endianness === endianness,
    );
  const counts = new Map<TargetUse, number>();
  for (const use of uses) {
    const into = (use.target.abi === '' ? findSpecific(use.target) : undefined) ?? use;
    counts.set(into, (counts.get(into) ?? 0) + use.count);
  }
  return [...counts].map(([use, count]) => ({ ...use, count }));
}
