// SPDX-License-Identifier: Apache-2.0
import type { Inspection } from '../../binary/inspect.ts';
import type { ByteKind } from '../../binary/sniff.ts';
import type { Blob } from '../../core/blob.ts';
import { presentFiles } from '../present-files.ts';
import type { Finding, Rule } from '../rule.ts';

const ET_REL = 1;
const ELF_TYPES: Readonly<Record<number, string>> = {
  2: 'a linked program',
  3: 'a shared library',
  4: 'a core dump',
};

const POINTER_HINT = 'use a URL that gives the file, or "fetcher: lfs" with the URL of the Git LFS API';

export const notABinary: Rule = {
  id: 'not-a-binary',
  severity: 'error',
  otherwise: { warning: 'a linked program or shared library' },
  checks: 'a file that is there is no web page, no Git LFS pointer and not empty, and a `lib` can be linked',
  why: 'A server that wants a login answers with a page, and a raw URL of a file in Git LFS gives the text that stands for it: in real modules 34 blobs are such pointers, with the digest of the pointer.',
  mend: 'Look at what the URL gives, correct it, and write the digest of the true file.',
  async check({ entries }, tools) {
    return (await presentFiles(entries, tools)).flatMap(({ entry, file }): Finding[] => {
      const problem = findProblem(entry.blob, file);
      return problem === undefined ? [] : [{ entry, at: ['path'], ...problem }];
    });
  },
};

function findProblem(
  { type, path }: Blob,
  file: Inspection,
): Pick<Finding, 'message' | 'hint' | 'severity'> | undefined {
  const { kind, archive, elfType, damages } = file;
  if (kind === 'empty') return { message: 'the file is empty' };
  if (kind === 'lfs-pointer') return { message: 'the file is a Git LFS pointer', hint: POINTER_HINT };
  if (kind === 'html' && !/\.x?html?$/i.test(path))
    return { message: 'the file is a web page', hint: 'use the URL that gives the file itself' };
  if (type !== 'lib') return undefined;
  if (kind === 'elf') {
    if (elfType === ET_REL || elfType === undefined) return undefined;
    const what = ELF_TYPES[elfType] ?? `an ELF file of type ${elfType}`;
    return { severity: 'warning', message: `the library is ${what}, no object file` };
  }
  if (kind !== 'archive')
    return { message: `the library is neither an archive nor an ELF object, but ${describe(kind)}` };
  const { strangers, memberCount = 0 } = archive ?? {};
  if (damages.length === 0 && strangers !== undefined && strangers.count === memberCount)
    return {
      message: `the library is an archive without any ELF object: it holds ${describe(strangers.kind)}`,
    };
  return undefined;
}

const KINDS: Readonly<Partial<Record<ByteKind, string>>> = {
  gzip: 'gzip data',
  zip: 'a ZIP archive',
  'llvm-bitcode': 'LLVM bitcode',
  'lfs-pointer': 'a Git LFS pointer',
  html: 'a web page',
  text: 'text',
  empty: 'an empty file',
};

function describe(kind: ByteKind): string {
  return KINDS[kind] ?? 'other data';
}
