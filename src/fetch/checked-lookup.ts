// SPDX-License-Identifier: Apache-2.0
import { type LookupAddress, lookup } from 'node:dns';
import type { LookupFunction } from 'node:net';

/**
 * A lookup for `net.connect` that gives only those addresses of a name for which `admit` does not throw. What it gives
 * is what is connected to: nobody asks the name service a second time, which might answer something else then. Where
 * nothing is left, it fails with what `admit` threw first.
 */
export function checkLookups(
  admit: (address: string) => void,
  resolve: LookupFunction = lookup,
): LookupFunction {
  return (hostname, options, callback) => {
    resolve(hostname, { ...options, all: true }, (error, found, family) => {
      if (error) {
        callback(error, '');
        return;
      }
      const all = Array.isArray(found) ? found : [{ address: found, family: family ?? 0 }];
      const { admitted, refusal } = sift(all, admit);
      const [first] = admitted;
      if (first === undefined) callback(refusal ?? notFound(hostname), '');
      else if (options.all) callback(null, admitted);
      else callback(null, first.address, first.family);
    });
  };
}

function sift(
  all: readonly LookupAddress[],
  admit: (address: string) => void,
): { readonly admitted: LookupAddress[]; readonly refusal?: Error } {
  const admitted: LookupAddress[] = [];
  let refusal: Error | undefined;
  for (const one of all) {
    try {
      admit(one.address);
      admitted.push(one);
    } catch (error) {
      refusal ??= error instanceof Error ? error : new Error(String(error));
    }
  }
  return { admitted, ...(refusal === undefined ? {} : { refusal }) };
}

function notFound(hostname: string): Error {
  return Object.assign(new Error(`${hostname} has no address`), { code: 'ENOTFOUND' });
}
