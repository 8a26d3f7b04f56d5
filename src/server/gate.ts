// SPDX-License-Identifier: Apache-2.0
import { EventEmitter, once } from 'node:events';
import type { ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { FastifyRequest } from 'fastify';
import { challenges, isAuthorized } from './bearer-token.ts';
import { type ClientNetwork, isAllowedClient } from './client-networks.ts';
import type { HttpLimits } from './http-limits.ts';
import type { Problem } from './problem.ts';

export interface GateOptions {
  readonly limits: HttpLimits;
  /** Empty for all. */
  readonly networks: readonly ClientNetwork[];
  /** What clients must show, as of now; undefined where they need not. */
  readonly token: () => string | undefined;
}

/** Lets requests in, counts those in work, and shuts. */
export class Gate {
  readonly #options: GateOptions;
  readonly #left = new EventEmitter();
  readonly #bySocket = new WeakMap<Socket, Set<() => void>>();
  #inWork = 0;
  #isShut = false;

  constructor(options: GateOptions) {
    this.#options = options;
  }

  /** Requests in work. */
  get inWork(): number {
    return this.#inWork;
  }

  get isShut(): boolean {
    return this.#isShut;
  }

  /** Whether an answer may be under way on a connection. */
  isBusy(socket: Socket): boolean {
    return (this.#bySocket.get(socket)?.size ?? 0) > 0;
  }

  /**
   * Counts a request until its answer is closed, or its connection is: an answer that waits behind others of its connection
   * does not see that. `onLeft` is called once, then.
   */
  enter({ socket }: FastifyRequest, response: ServerResponse, onLeft: () => void): void {
    const here = this.#bySocket.get(socket) ?? this.#watch(socket);
    const leave = (): void => {
      if (!here.delete(leave)) return;
      this.#inWork -= 1;
      onLeft();
      this.#left.emit('left');
    };
    here.add(leave);
    this.#inWork += 1;
    response.once('close', leave);
  }

  #watch(socket: Socket): Set<() => void> {
    const here = new Set<() => void>();
    this.#bySocket.set(socket, here);
    socket.once('close', () => {
      for (const leave of [...here]) leave();
    });
    return here;
  }

  /** Lets nobody in any more, and resolves when all have left. */
  async shut(): Promise<void> {
    this.#isShut = true;
    while (this.#inWork > 0) await once(this.#left, 'left');
  }

  /** Why a request that entered may not go on; undefined where it may. Ends a connection with too many of them. */
  findRefusal(request: FastifyRequest): Problem | undefined {
    const { limits, networks } = this.#options;
    const { raw, socket } = request;
    const { isHealth, isOpen } = request.routeOptions.config;
    if (!isAllowedClient(socket.remoteAddress, networks)) {
      return {
        status: 403,
        code: 'BLOBS_CLIENT_NOT_ALLOWED',
        message: 'this server is not for clients of your network',
      };
    }
    if (raw.rawHeaders.length > 2 * limits.maxHeaders) return tooLarge(431, 'there are too many headers');
    if ((raw.url ?? '').length > limits.maxTargetCharacters) return tooLarge(414, 'the URL is too long');
    if (hasBody(request)) return tooLarge(413, 'a request here has no body');
    if (this.#isShut && !isHealth) return busy('the server is ending');
    const own = this.#bySocket.get(socket)?.size ?? 0;
    if (own > limits.maxRequestsPerConnection) {
      // Refusals would wait behind the answers that come first, and nobody would see that the client is gone.
      socket.destroy();
      return busy('there are too many requests on one connection');
    }
    // Who asks whether the server lives must not take its being busy for its end.
    if (this.#inWork > limits.maxRequests && !isHealth) return busy('there are too many requests at once');
    return isOpen ? undefined : this.#findTokenRefusal(request);
  }

  #findTokenRefusal({ headers }: FastifyRequest): Problem | undefined {
    const token = this.#options.token();
    if (token === undefined || isAuthorized(headers.authorization, token)) return undefined;
    return {
      status: 401,
      code: 'BLOBS_CLIENT_NOT_ALLOWED',
      message: 'this server wants a token: Authorization: Bearer TOKEN, or TOKEN as the password of any user',
      headers: { 'www-authenticate': challenges(headers.authorization) },
    };
  }
}

function hasBody({ headers }: FastifyRequest): boolean {
  return headers['transfer-encoding'] !== undefined || !/^0*$/.test(headers['content-length'] ?? '');
}

function tooLarge(status: number, message: string): Problem {
  return { status, code: 'BLOBS_BAD_REQUEST', message, headers: CLOSE };
}

function busy(message: string): Problem {
  return { status: 503, code: 'BLOBS_BUSY', message, headers: { ...CLOSE, 'retry-after': '5' } };
}

const CLOSE = { connection: 'close' };
