// SPDX-License-Identifier: Apache-2.0
import { findUrl } from '../core/url.ts';
import type { AllowedHost } from '../fetch/allowed-host.ts';
import { bareHost, portOf } from '../fetch/host-name.ts';
import type { Mirror } from '../fetch/mirrors.ts';

/**
 * The hosts of mirrors of http and https, each with its port: that a mirror may be asked says nothing of what else its
 * machine has.
 */
export function mirrorHosts(mirrors: readonly Mirror[]): readonly AllowedHost[] {
  return mirrors.flatMap(({ replacement }) => {
    const url = findUrl(replacement.replace(/\{sha256(?::2)?\}/g, 'x'));
    const isHttp = url?.protocol === 'https:' || url?.protocol === 'http:';
    return isHttp ? [{ host: bareHost(url.hostname), port: portOf(url) }] : [];
  });
}
