// SPDX-License-Identifier: Apache-2.0
import { BlockList, isIP } from 'node:net';
import { shorten } from '../../core/text.ts';
import type { Finding, Rule } from '../rule.ts';
import { writtenUrls } from '../url/written-urls.ts';

/** A host that only some can reach. */
export const privateHost: Rule = {
  id: 'private-host',
  severity: 'warning',
  checks: 'the host of `url` is on the Internet, not on this machine or in a private network',
  why: 'The policy wants blobs hosted on the Internet: nobody outside that network can fetch from there, and inside another network the name may mean another machine.',
  mend: 'Put the file on a public server. For a copy in your network, users have --mirror.',
  check: (module) =>
    writtenUrls(module).flatMap(({ entry, at, parsed }): Finding[] => {
      const { protocol = '', hostname: host = '' } = parsed ?? {};
      // What cannot be fetched from anywhere has no host that matters.
      const what = /^https?:$/.test(protocol) ? findPrivacy(host) : undefined;
      if (what === undefined) return [];
      return [
        {
          entry,
          at,
          message: `the host "${shorten(host, MAX_SHOWN_CHARACTERS)}" ${what}`,
          hint: 'put the file on a public server',
        },
      ];
    }),
};

const MAX_SHOWN_CHARACTERS = 100;

// RFC 6761, RFC 6762, RFC 8375, RFC 9476 and the ICANN decision on .internal; then what offices use.
const PRIVATE_NAME =
  /(?:^|\.)(?:localhost|localdomain|local|internal|intranet|intra|lan|corp|home|private|home\.arpa|alt)$/;

const LOOPBACK = 'is this machine itself';
const PRIVATE = 'is an address of a private network';
const LINK_LOCAL = 'is reached only on its own cable (a link-local address)';

// RFC 6890 and the registries that it began.
const NETWORKS: readonly (readonly [what: string, networks: readonly (readonly [string, number])[]])[] = [
  [
    LOOPBACK,
    [
      ['127.0.0.0', 8],
      ['0.0.0.0', 8],
      ['::1', 128],
      ['::', 128],
    ],
  ],
  [
    PRIVATE,
    [
      ['10.0.0.0', 8],
      ['172.16.0.0', 12],
      ['192.168.0.0', 16],
      ['100.64.0.0', 10],
      ['198.18.0.0', 15],
      ['fc00::', 7],
      ['fec0::', 10],
    ],
  ],
  [
    LINK_LOCAL,
    [
      ['169.254.0.0', 16],
      ['fe80::', 10],
    ],
  ],
];

const LISTS = NETWORKS.map(([what, networks]) => {
  const list = new BlockList();
  for (const [network, bits] of networks)
    list.addSubnet(network, bits, network.includes(':') ? 'ipv6' : 'ipv4');
  return { what, list };
});

/** Why `host`, as a URL has it, is not to be reached by everybody; undefined where it seems to be. */
function findPrivacy(host: string): string | undefined {
  const address = host.replace(/^\[(.*)\]$/, '$1');
  const version = isIP(address);
  if (version !== 0) {
    // The list knows IPv4 addresses inside IPv6 ones (RFC 4291 §2.5.5.2), too.
    return LISTS.find(({ list }) => list.check(address, version === 4 ? 'ipv4' : 'ipv6'))?.what;
  }
  const name = host.replace(/\.$/, '');
  if (PRIVATE_NAME.test(name)) return 'is a name that only a private network knows';
  return name.includes('.') ? undefined : 'is a name without a domain, which only a private network knows';
}
