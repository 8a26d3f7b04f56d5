// SPDX-License-Identifier: Apache-2.0
import { randomBytes } from 'node:crypto';
import type { Transport } from '../../fetch/transport.ts';

/** Of what others wrote. A longer chain keeps its end, where a loop through this server shows first. */
const MAX_CHARACTERS = 1024;

/** How this server is called in Via (RFC 9110 §7.6.3), so that it knows its own requests when they come back. */
export class Via {
  /** Different for each process: neither a host nor an address says who is meant behind a balancer. */
  readonly name: string;
  readonly #own: RegExp;

  constructor(name = `blobs-${randomBytes(8).toString('hex')}`) {
    this.name = name;
    this.#own = new RegExp(`(?:^|[\\s,])${name}(?:$|[\\s,])`);
  }

  /** Whether a request with this Via went through this server before. */
  isOwn(received: string | undefined): boolean {
    return received !== undefined && this.#own.test(received);
  }

  /** The Via of a request that is sent for one that came with `received`. */
  extend(received: string | undefined): string {
    const own = `1.1 ${this.name}`;
    const before = (received ?? '')
      .split(',')
      .map((one) => one.trim())
      // What is no text cannot be sent on.
      .filter((one) => /^[\x21-\x7e][\x20-\x7e]*$/.test(one));
    while (before.join(', ').length > MAX_CHARACTERS) before.shift();
    return [...before, own].join(', ');
  }
}

/** `transport`, each of whose requests says `via`. */
export function sendVia(transport: Transport, via: string): Transport {
  return {
    request: (url, options) => transport.request(url, { ...options, headers: { ...options.headers, via } }),
    close: () => transport.close(),
  };
}
