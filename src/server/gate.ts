// SPDX-License-Identifier: Apache-2.0
import { EventEmitter, once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
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

/** What some routes have before others. */
export interface Privileges {
  /** Whether it answers while the server is ending. */
  readonly isHealth?: boolean;
  /** Whether it needs no token. */
  readonly isOpen?: boolean;
}

/** Lets requests in, counts those in work, and shuts. */
export class Gate {
  readonly #options: GateOptions;
  readonly #left = new EventEmitter();
  // Lists, as short as they are: sets leave tables behind that grow old.
  readonly #bySocket = new WeakMap<Socket, (() => void)[]>();
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
    return this.#ownOf(socket) > 0;
  }

  /**
   * Counts a request until its answer is closed, or its connection is: an answer that waits behind others of its connection
   * does not see that. `onLeft` is called once, then.
   */
  enter({ socket }: IncomingMessage, response: ServerResponse, onLeft: () => void): void {
    const here = this.#bySocket.get(socket) ?? this.#watch(socket);
    const leave = (): void => {
      const index = here.indexOf(leave);
      if (index === -1) return;
      here.splice(index, 1);
      this.#inWork -= 1;
      onLeft();
      this.#left.emit('left');
    };
    here.push(leave);
    this.#inWork += 1;
    response.once('close', leave);
  }

  #watch(socket: Socket): (() => void)[] {
    const here: (() => void)[] = [];
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
  findRefusal(request: IncomingMessage, privileges: Privileges): Problem | undefined {
    const problem = this.#judge(request, privileges);
    // Refusals would wait behind the answers that come first, and nobody would see that the client is gone.
    if (problem === CROWDED) request.socket.destroy();
    return problem;
  }

  /** Whether a request without privileges, which did not enter yet, may do so and go on. */
  admits(request: IncomingMessage): boolean {
    return this.#judge(request, {}, { uncounted: 1 }) === undefined;
  }

  /** @param options.uncounted how many requests there are beside those that entered: the one that is judged, or none */
  #judge(
    request: IncomingMessage,
    { isHealth, isOpen }: Privileges,
    { uncounted = 0 } = {},
  ): Problem | undefined {
    const { limits, networks } = this.#options;
    const { socket } = request;
    if (!isAllowedClient(socket.remoteAddress, networks)) {
      return {
        status: 403,
        code: 'BLOBS_CLIENT_NOT_ALLOWED',
        message: 'this server is not for clients of your network',
      };
    }
    if (request.rawHeaders.length > 2 * limits.maxHeaders) return tooLarge(431, 'there are too many headers');
    if ((request.url ?? '').length > limits.maxTargetCharacters) return tooLarge(414, 'the URL is too long');
    if (hasBody(request)) return tooLarge(413, 'a request here has no body');
    if (this.#isShut && !isHealth) return busy('the server is ending');
    if (this.#ownOf(socket) + uncounted > limits.maxRequestsPerConnection) return CROWDED;
    // Who asks whether the server lives must not take its being busy for its end.
    if (this.#inWork + uncounted > limits.maxRequests && !isHealth)
      return busy('there are too many requests at once');
    return isOpen ? undefined : this.#findTokenRefusal(request);
  }

  #ownOf(socket: Socket): number {
    return this.#bySocket.get(socket)?.length ?? 0;
  }

  #findTokenRefusal({ headers }: IncomingMessage): Problem | undefined {
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

function hasBody({ headers }: IncomingMessage): boolean {
  return headers['transfer-encoding'] !== undefined || !/^0*$/.test(headers['content-length'] ?? '');
}

function tooLarge(status: number, message: string): Problem {
  return { status, code: 'BLOBS_BAD_REQUEST', message, headers: CLOSE };
}

function busy(message: string): Problem {
  return { status: 503, code: 'BLOBS_BUSY', message, headers: { ...CLOSE, 'retry-after': '5' } };
}

const CLOSE = { connection: 'close' };

const CROWDED = busy('there are too many requests on one connection');
