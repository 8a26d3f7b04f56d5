// SPDX-License-Identifier: Apache-2.0
import type { LicenseTerm } from './expression.ts';

/** What SPDX lists in their stead. */
const REPLACED: ReadonlyMap<string, LicenseTerm> = new Map(
  Object.entries({
    'BSD-2-Clause-FreeBSD': { license: 'BSD-2-Clause-Views' },
    'BSD-2-Clause-NetBSD': { license: 'BSD-2-Clause' },
    'GPL-2.0-with-GCC-exception': { license: 'GPL-2.0-only', exception: 'GCC-exception-2.0' },
    'GPL-2.0-with-autoconf-exception': { license: 'GPL-2.0-only', exception: 'Autoconf-exception-2.0' },
    'GPL-2.0-with-bison-exception': { license: 'GPL-2.0-only', exception: 'Bison-exception-2.2' },
    'GPL-2.0-with-classpath-exception': { license: 'GPL-2.0-only', exception: 'Classpath-exception-2.0' },
    'GPL-2.0-with-font-exception': { license: 'GPL-2.0-only', exception: 'Font-exception-2.0' },
    'GPL-3.0-with-GCC-exception': { license: 'GPL-3.0-only', exception: 'GCC-exception-3.1' },
    'GPL-3.0-with-autoconf-exception': { license: 'GPL-3.0-only', exception: 'Autoconf-exception-3.0' },
    Nunit: { license: 'zlib-acknowledgement' },
    'StandardML-NJ': { license: 'SMLNJ' },
    'bzip2-1.0.5': { license: 'bzip2-1.0.6' },
    'eCos-2.0': { license: 'GPL-2.0-or-later', exception: 'eCos-exception-2.0' },
    wxWindows: { license: 'LGPL-2.0-or-later', exception: 'WxWindows-exception-3.1' },
  } satisfies Record<string, LicenseTerm>),
);

/**
 * A term in the identifiers that SPDX has not deprecated. `GPL-2.0` and `GPL-2.0+` stay as they are: beside others, the
 * versions count that they stand for.
 */
export function toCurrentTerm(term: LicenseTerm): LicenseTerm {
  const current = REPLACED.get(term.license);
  if (current === undefined) return term;
  const { plus } = term;
  const exception = term.exception ?? current.exception;
  return {
    license: current.license,
    ...(plus === undefined ? {} : { plus }),
    ...(exception === undefined ? {} : { exception }),
  };
}
