// SPDX-License-Identifier: Apache-2.0
import { existsSync } from 'node:fs';
import type { SettingOrigin, SettingRow } from '../core/report.ts';
import { redactUrl } from '../core/url.ts';
import type { ProxyVariable } from '../fetch/proxy.ts';
import type { Config } from './config.ts';

/** What the environment says about proxies, certificates and credentials, without any secret. Parses nothing. */
export function networkSettings({
  netrcFiles,
  dockerConfigFile,
  given: { environment },
}: Config): readonly SettingRow[] {
  const { proxies, noProxyOrigin, extraCertificates, netrcOrigin, githubToken, dockerConfigOrigin } =
    environment;
  return [
    proxyRow('http-proxy', proxies.http),
    proxyRow('https-proxy', proxies.https),
    { name: 'no-proxy', value: redactUrl(proxies.noProxy) || null, origin: noProxyOrigin },
    variableRow('ca-certs', 'NODE_EXTRA_CA_CERTS', extraCertificates),
    { name: 'netrc', value: netrcFiles.find((file) => existsSync(file)) ?? null, origin: netrcOrigin },
    {
      name: 'docker',
      value: existsSync(dockerConfigFile) ? dockerConfigFile : null,
      origin: dockerConfigOrigin,
    },
    variableRow('github-token', 'GITHUB_TOKEN', githubToken?.trim() ? 'set' : undefined),
  ];
}

function proxyRow(name: string, found: ProxyVariable | undefined): SettingRow {
  return found === undefined
    ? { name, value: null, origin: DEFAULT }
    : { name, value: showProxy(found.value), origin: { from: 'environment', name: found.variable } };
}

function variableRow(name: string, variable: string, value: string | undefined): SettingRow {
  return value === undefined
    ? { name, value: null, origin: DEFAULT }
    : { name, value, origin: { from: 'environment', name: variable } };
}

const DEFAULT: SettingOrigin = { from: 'default' };

/** Without a scheme it would not be read as what it is, and in a malformed one anything before the last "@" may be secret. */
function showProxy(value: string): string {
  const full = /^[a-z][a-z0-9+.-]*:\/\//i.test(value.trim()) ? value.trim() : `http://${value.trim()}`;
  return redactUrl(full.replace(/\/\/.*@/s, '//'));
}
