// SPDX-License-Identifier: Apache-2.0
import { once, setMaxListeners } from 'node:events';
import { hostname } from 'node:os';
import { escapeControls } from '../core/text.ts';
import { redactLine } from '../core/url.ts';
import { parseAllowHost } from '../fetch/allowed-host.ts';
import { parseConfiguredMirrors } from '../fetch/configured-mirrors.ts';
import { parseMirror } from '../fetch/mirrors.ts';
import type { Transport } from '../fetch/transport.ts';
import { createUpstreamPolicy } from '../fetch/upstream-policy.ts';
import { serveDocument } from '../output/json.ts';
import { jsonText } from '../output/json-text.ts';
import { parseNetwork } from '../server/client-networks.ts';
import type { DownloadEnd } from '../server/library/downloads.ts';
import { Housekeeping } from '../server/library/housekeeping.ts';
import { Library } from '../server/library/library.ts';
import { Via } from '../server/library/via.ts';
import type { ServerLog } from '../server/server-log.ts';
import { type RunningServer, startServer } from '../server/start-server.ts';
import { Statistics, urlKey } from '../server/statistics/statistics.ts';
import { openNetwork, refuseNetwork, systemClock } from './deps.ts';
import type { ExitCode } from './exit-codes.ts';
import { DEFAULT_JOBS } from './fetch-command-options.ts';
import type { Hangups } from './hangups.ts';
import { mirrorHosts } from './mirror-hosts.ts';
import type { ServeCommandOptions } from './serve-command-options.ts';
import { openServeLog } from './serve-log.ts';
import { openServeRegistries } from './serve-registries.ts';
import { openServeStore } from './serve-store.ts';
import { ServedModules } from './served-modules.ts';
import type { Session } from './session.ts';
import { VERSION } from './version.ts';

/** What `blobs serve` does once its options are parsed, until a signal ends it; in a file of its own, since only it loads the server. */
export async function runServe(
  session: Session,
  options: ServeCommandOptions,
  hangups: Hangups,
): Promise<ExitCode> {
  const { log, flush } = openServeLog(session);
  try {
    return await serve(session, options, { log, hangups });
  } finally {
    flush();
  }
}

async function serve(
  session: Session,
  options: ServeCommandOptions,
  { log, hangups }: { readonly log: ServerLog; readonly hangups: Hangups },
): Promise<ExitCode> {
  const { config, signal, stdout } = session;
  const allowHosts = (options.allowHost ?? []).map(parseAllowHost);
  const networks = (options.allowNetwork ?? []).map(parseNetwork);
  const configured = config.blobs();
  const givenMirrors = options.mirror?.map(parseMirror) ?? parseConfiguredMirrors(configured.mirrors);
  const { store, registry } = await openServeStore(session, options.store);
  const served = await ServedModules.load(session, {
    log,
    needsNoModules: allowHosts.length > 0,
    tokenFile: options.tokenFile && config.directory(options.tokenFile),
  });
  const declaredUrls = { has: (href: string) => served.catalogue.byUrl(href).length > 0 };
  const policy = createUpstreamPolicy({ declaredUrls, allowHosts });
  // Who runs the server chose the mirrors, wherever they are. Nothing else may be asked where they are, so that they have
  // connections of their own: one that was made to a mirror is never used for what a module declares.
  const forMirrors = createUpstreamPolicy({
    declaredUrls,
    allowHosts: [...allowHosts, ...mirrorHosts(givenMirrors)],
  });
  const jobs = options.jobs ?? configured.jobs ?? DEFAULT_JOBS;
  const limits = { jobs, timeoutMs: options.timeout };
  const opened = await openNetwork({ ...limits, admitAddress: policy.admitAddress }, session);
  const { credentials, trace: _, ...online } = opened;
  const { admitAddress, admitHop } = forMirrors;
  const { transport: ofMirrors } = await openNetwork({ ...limits, admitAddress }, session);
  const guard = configured.offline ? refuseNetwork : (transport: Transport): Transport => transport;
  const network = { ...online, transport: guard(online.transport) };
  const mirrorTransport = guard(ofMirrors);
  const via = new Via();
  // Those who wait for a download are let down only when the program ends.
  const never = new AbortController();
  // Any number of them may wait for a registry at once.
  setMaxListeners(0, never.signal);
  const shared = { store, catalogue: () => served.catalogue, clock: systemClock };
  const { host, port } = options.listen;
  const statistics = await Statistics.open({
    directory: store.directory,
    // Machines may share a store, and each have a server of this address.
    instance: `${hostname()} ${host} ${port}`,
    clock: systemClock,
    warn: (message) => log.warn(escapeControls(message)),
  });
  const registries = await openServeRegistries(session, {
    store,
    catalogue: shared.catalogue,
    shared: registry,
    via: via.extend(undefined),
    isOffline: configured.offline,
    mirrors: givenMirrors,
    jobs,
    timeoutMs: options.timeout,
    retries: options.retries,
    signal: never.signal,
    log,
  });
  const { mirrors, oci } = registries;
  const library = new Library({
    ...network,
    via,
    ...shared,
    ...(options.upstreamCredentials ? { credentials } : {}),
    ...(config.debug ? { trace: (line: string) => log.debug(line) } : {}),
    admit: policy.admitHop,
    forMirrors: { transport: mirrorTransport, admit: admitHop },
    isOffline: configured.offline,
    mirrors,
    ...(oci ? { oci } : {}),
    jobs,
    onDownloaded: (end) => {
      noteDownload(end, { log, statistics });
      if (end.digest !== undefined) registries.shared?.noteStored(end.digest, end.source);
    },
    random: Math.random,
    timeoutMs: options.timeout,
    retries: options.retries,
    maxSizeBytes: options.maxSize,
    signal: never.signal,
  });
  const housekeeping = new Housekeeping({
    store,
    clock: systemClock,
    log,
    ...(options.quota === undefined ? {} : { quotaBytes: options.quota }),
    ...(options.maxAge === undefined ? {} : { maxAgeMs: options.maxAge }),
  });
  store.onTouch = (file) => library.touch(file);
  store.onAdded = (bytes) => housekeeping.noteStored(bytes);
  const server = await startServer({
    accelPrefix: options.xAccelRedirect,
    onUsed: (digest) => housekeeping.noteUsed(digest),
    ...options.listen,
    ...shared,
    library,
    policy,
    statistics,
    isIndexHidden: options.hideIndex === true,
    networks,
    token: () => served.token,
    version: VERSION,
    via,
    log,
  });
  hangups.listen(() => void served.reload());
  housekeeping.start();
  const { url } = server;
  stdout.write(
    config.json
      ? jsonText(
          serveDocument({
            url,
            store: store.directory,
            registry: registry?.text,
            declared: served.catalogue.blobs.length,
            issues: served.issues,
          }),
        )
      : `listening on ${url}\n`,
  );
  await untilDrained(server, signal);
  await housekeeping.stop();
  await registries.close();
  await Promise.all([network.transport.close(), mirrorTransport.close()]);
  return 0;
}

function noteDownload(
  { result, url, digest, downloadedBytes, error }: DownloadEnd,
  { log, statistics }: { readonly log: ServerLog; readonly statistics: Statistics },
): void {
  const key = url === undefined ? undefined : urlKey(url);
  const counted = digest ?? key;
  if (counted !== undefined) statistics.noteDownloaded(counted, downloadedBytes);
  if (result === 'stored' && digest !== undefined) statistics.noteStored(digest, key);
  const reason = error === undefined ? {} : { reason: escapeControls(redactLine(error.message)) };
  const line = { result, url, digest, bytes: downloadedBytes, ...reason };
  if (result === 'failed') log.warn(line, 'download failed');
  else log.info(line, 'downloaded');
}

async function untilDrained(server: RunningServer, signal: AbortSignal): Promise<void> {
  if (!signal.aborted) await once(signal, 'abort');
  await server.drain();
}
