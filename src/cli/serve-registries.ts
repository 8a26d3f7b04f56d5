// SPDX-License-Identifier: Apache-2.0
import { describeEntries } from '../app/registry-target.ts';
import type { Issue } from '../core/report.ts';
import { letHostsRest } from '../fetch/host-rest.ts';
import { EVERY_BLOB, type Mirror } from '../fetch/mirrors.ts';
import { OciSources } from '../fetch/oci/oci-sources.ts';
import { isOciUrl, type OciReference } from '../fetch/oci/reference.ts';
import { openRegistry, type RegistryOptions } from '../fetch/oci/registry.ts';
import { RegistryLogins } from '../fetch/oci/registry-logins.ts';
import type { SourceClients } from '../fetch/open-source.ts';
import { SharedRegistry, type SharedRegistryOptions } from '../server/library/shared-registry.ts';
import { sendVia } from '../server/library/via.ts';
import type { ServerLog } from '../server/server-log.ts';
import { openNetwork, systemClock } from './deps.ts';
import type { Session } from './session.ts';

export interface ServeRegistriesOptions extends Pick<SharedRegistryOptions, 'store' | 'catalogue'> {
  /** The one behind the store. */
  readonly shared: OciReference | undefined;
  readonly mirrors: readonly Mirror[];
  /** Whether no registry may be asked or given anything. */
  readonly isOffline: boolean;
  /** What requests say of whom they come from. */
  readonly via: string;
  readonly jobs: number;
  readonly timeoutMs: number;
  readonly retries: number;
  readonly signal: AbortSignal;
  readonly log: ServerLog;
}

/** The registries that a server asks: the one behind its store, and those that mirrors name. */
export interface ServeRegistries {
  readonly shared?: SharedRegistry;
  /** Those that were given, and the shared one before them. */
  readonly mirrors: readonly Mirror[];
  readonly oci?: NonNullable<SourceClients['oci']>;
  readonly close: () => Promise<void>;
}

/**
 * Opens the registries; nothing is asked yet. Who runs the server chose them, so that they, and the storage that they send
 * to, may be anywhere: they have connections of their own, which no policy for clients' URLs looks at, and docker's
 * credentials alone.
 */
export async function openServeRegistries(
  session: Session,
  options: ServeRegistriesOptions,
): Promise<ServeRegistries> {
  const { shared: reference, mirrors, log, jobs, retries, timeoutMs, signal, via } = options;
  if (options.isOffline) return { mirrors, close: async () => {} };
  if (reference === undefined && !mirrors.some(({ replacement }) => isOciUrl(replacement)))
    return { mirrors, close: async () => {} };
  const {
    credentials: _,
    trace: __,
    dockerConfigFile,
    ...network
  } = await openNetwork({ jobs, timeoutMs }, session);
  const trace = session.config.debug ? { trace: (line: string) => log.debug(line) } : {};
  const common = {
    ...network,
    ...trace,
    clock: systemClock,
    random: Math.random,
    retries,
    timeoutMs,
    signal,
  };
  const transport = letHostsRest(sendVia(network.transport, via), { ...common, jobs });
  const http = { ...common, transport };
  const sources = new OciSources(http, dockerConfigFile);
  const logins = dockerConfigFile === undefined ? undefined : new RegistryLogins(dockerConfigFile);
  const shared = reference && openShared(reference, { ...options, http, logins });
  const first = shared && { prefix: EVERY_BLOB, replacement: shared.text };
  const tell = warnOnce(log);
  return {
    ...(shared ? { shared } : {}),
    mirrors: first ? [first, ...mirrors] : mirrors,
    oci: {
      open: async (mirror, digest, range) => {
        try {
          return await (mirror === first && shared
            ? shared.pull(digest, range)
            : sources.open(mirror, digest, range));
        } finally {
          tell([...sources.issues, ...(logins?.issues ?? [])]);
        }
      },
    },
    close: async () => {
      await shared?.close();
      await network.transport.close();
    },
  };
}

/** Logs what is wrong with credentials, each problem once. */
function warnOnce(log: ServerLog): (issues: readonly Issue[]) => void {
  const told = new Set<Issue>();
  return (issues) => {
    for (const issue of issues) {
      if (told.has(issue)) continue;
      told.add(issue);
      const { code, facts, hint } = issue;
      log.warn({ code, facts, hint }, issue.message);
    }
  };
}

function openShared(
  reference: OciReference,
  options: ServeRegistriesOptions & {
    readonly http: RegistryOptions;
    readonly logins: RegistryLogins | undefined;
  },
): SharedRegistry {
  const { http, logins } = options;
  return new SharedRegistry({
    ...options,
    registry: openRegistry(reference, { ...http, logins }),
    describe: (blobs) => describeEntries(blobs, options.signal),
    clock: systemClock,
  });
}
