// SPDX-License-Identifier: Apache-2.0
import type { FastifyInstance, FastifyReply } from 'fastify';
import type { Gate } from '../gate.ts';
import type { Metrics, Readings } from '../metrics.ts';
import { SAFE_HEADERS } from '../problem.ts';
import type { Traffic } from '../statistics/tally.ts';

export interface StatusRouteOptions {
  readonly version: string;
  readonly gate: Gate;
  readonly metrics: Metrics;
  readonly read: () => Promise<Readings>;
  readonly totals: () => Readonly<Traffic>;
  /** How many blobs the modules declare. */
  readonly declared: () => number;
}

/** `/api/v1/health/`, `/api/v1/status/` and `/metrics`. */
export function registerStatusRoutes(app: FastifyInstance, options: StatusRouteOptions): void {
  const { gate, metrics, read } = options;
  for (const path of ['/api/v1/health', '/api/v1/health/']) {
    app.get(path, { config: { isHealth: true, isOpen: true, isQuiet: true } }, async (_request, reply) =>
      gate.isShut ? send(reply.code(503), { status: 'draining' }) : send(reply, { status: 'ok' }),
    );
  }
  for (const path of ['/api/v1/status', '/api/v1/status/']) {
    app.get(path, QUIET, async (_request, reply) => {
      const { store, connections, requests, downloads } = await read();
      return send(reply, {
        version: options.version,
        uptimeSeconds: Math.floor(process.uptime()),
        isDraining: gate.isShut,
        declared: options.declared(),
        store,
        totals: options.totals(),
        downloads,
        connections,
        requests,
      });
    });
  }
  app.get('/metrics', QUIET, async (_request, reply) =>
    reply
      .headers({ ...SAFE_HEADERS, 'cache-control': 'no-store', 'content-type': metrics.contentType })
      .send(await metrics.text()),
  );
}

const QUIET = { config: { isQuiet: true } };

function send(reply: FastifyReply, value: unknown): FastifyReply {
  return reply
    .headers({
      ...SAFE_HEADERS,
      'cache-control': 'no-store',
      'content-type': 'application/json; charset=utf-8',
    })
    .send(`${JSON.stringify(value)}\n`);
}
