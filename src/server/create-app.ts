// SPDX-License-Identifier: Apache-2.0
import type { IncomingMessage, ServerResponse } from 'node:http';
import { performance } from 'node:perf_hooks';
import fastify, {
  type FastifyBaseLogger,
  type FastifyInstance,
  type FastifyReply,
  type FastifyRequest,
  LogController,
} from 'fastify';
import type { Gate, Privileges } from './gate.ts';
import type { HttpLimits } from './http-limits.ts';
import { createHttpServer, originForm, refuseMalformed } from './http-server.ts';
import type { Via } from './library/via.ts';
import { type Problem, problemOf, refuse, sendProblem } from './problem.ts';
import type { ServerLog } from './server-log.ts';
import { beginWork, type Work, workOf } from './work.ts';
import { dropStalled } from './write-body.ts';

declare module 'fastify' {
  interface FastifyContextConfig extends RouteTraits {}
}

/** What a route is to the server as a whole. */
export interface RouteTraits extends Privileges {
  /** Whether it is asked again and again by machines, so that the log shows it only when more is wanted. */
  readonly isQuiet?: boolean;
}

/** A request whose answer has ended, whole or not. */
export interface EndedRequest {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  /** As it is registered; undefined where nothing is. */
  readonly route: string | undefined;
  readonly traits: RouteTraits;
  readonly work: Omit<Work, 'signal'>;
  readonly ms: number;
  /** The same for answers of which the log says the same, but for their clients and how long they took. */
  readonly alike?: object;
}

export interface AppOptions {
  readonly limits: HttpLimits;
  readonly gate: Gate;
  readonly log: ServerLog;
  /** Knows the server's own requests, which are refused. */
  readonly via?: Pick<Via, 'isOwn'> | undefined;
  readonly onEnded: (ended: EndedRequest) => void;
  /** Answers a request before the router sees it, or does nothing and returns false. */
  readonly answerFirst: (request: IncomingMessage, response: ServerResponse) => boolean;
}

const MAX_PARAMETER_CHARACTERS = 2048;

/** An application without routes, which lets requests through the gate, and answers whatever goes wrong. */
export function createApp({ limits, gate, log, via, onEnded, answerFirst }: AppOptions): FastifyInstance {
  const app: FastifyInstance = fastify({
    loggerInstance: log as FastifyBaseLogger,
    logController: new LogController({ disableRequestLogging: true }),
    serverFactory: (route) =>
      createHttpServer((request, response) => {
        if (!answerFirst(request, response)) route(request, response);
      }, limits),
    clientErrorHandler: (error, socket) => refuseMalformed(error, socket, { isBusy: gate.isBusy(socket) }),
    rewriteUrl: ({ url = '/' }) => originForm(url),
    frameworkErrors: (_error, _request, reply) => {
      sendProblem(reply as FastifyReply, nothing(400, 'the path is malformed'));
    },
    routerOptions: { maxParamLength: MAX_PARAMETER_CHARACTERS },
    forceCloseConnections: true,
  });
  app.addHook('onRequest', (request, reply, next) => {
    const gone = new AbortController();
    const startMs = performance.now();
    const work = beginWork(request.raw, { startMs, signal: gone.signal });
    dropStalled(reply.raw, limits.stallTimeoutMs);
    gate.enter(request.raw, reply.raw, () => {
      // Nobody waits for anything behind a whole answer, and an abort costs as much as the rest of a small one.
      if (!reply.raw.writableFinished) gone.abort(new Error('the client is gone'));
      const ms = performance.now() - startMs;
      const { url: route, config: traits } = request.routeOptions;
      onEnded({ request: request.raw, response: reply.raw, route, traits, work, ms });
    });
    const problem = gate.findRefusal(request.raw, request.routeOptions.config) ?? findLoop(request, via);
    if (problem === undefined) next();
    else refuse(request, reply, problem);
  });
  app.setNotFoundHandler((request, reply) => {
    const isRead = request.method === 'GET' || request.method === 'HEAD';
    if (isRead) return refuse(request, reply, nothing(404, 'there is nothing at this path'));
    const problem = nothing(405, 'only GET and HEAD are possible');
    return refuse(request, reply, { ...problem, headers: { allow: 'GET, HEAD' } });
  });
  app.setErrorHandler((error, request, reply) => fail(error, request, reply));
  return app;
}

function findLoop({ headers }: FastifyRequest, via: AppOptions['via']): Problem | undefined {
  if (!via?.isOwn(headers.via)) return undefined;
  const message = 'this request is of this server itself: a mirror or URL leads back to it';
  return { status: 508, code: 'BLOBS_LOOP', message };
}

function fail(error: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const work = workOf(request.raw);
  work.cause = error;
  return refuse(request, reply, problemOf(error));
}

function nothing(status: number, message: string): Problem {
  return { status, code: status === 404 ? 'BLOBS_MISSING' : 'BLOBS_BAD_REQUEST', message };
}
