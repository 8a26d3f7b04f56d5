// SPDX-License-Identifier: Apache-2.0
import type { Dispatcher } from 'undici';
import { header } from '../answer-body.ts';
import type { Body } from '../body.ts';
import { type HttpRequest, httpExchange, httpSend } from '../http.ts';
import { HttpStatusError } from '../http-status-error.ts';
import { networkError } from '../network-error.ts';
import { readText } from '../server-answer.ts';
import type { OciReference } from './reference.ts';
import { answerError, explainRefusal, withRegistryHint } from './registry-answer.ts';
import { type Access, type AuthOptions, RegistryAuth } from './registry-auth.ts';

/** A request that follows no redirect. */
export interface SentRequest extends Pick<HttpRequest, 'method' | 'headers' | 'content'> {
  /** Statuses that are no failure. */
  readonly accept: readonly number[];
  /** The most bytes that the answer may have: 64 KiB by default. */
  readonly maxBytes?: number;
}

/** An answer that was read whole. */
export interface Answer {
  readonly status: number;
  readonly text: string;
  readonly header: (name: string) => string | undefined;
}

const MAX_ANSWER_BYTES = 64 * 1024;

/** Requests to one repository, with the credentials that its registry asks for, which go to no other origin. */
export class RegistryConnection {
  readonly reference: OciReference;
  readonly #options: AuthOptions;
  readonly #auth: RegistryAuth;

  constructor(reference: OciReference, { credentials: _, ...options }: AuthOptions) {
    this.reference = reference;
    this.#options = options;
    this.#auth = new RegistryAuth(reference, options);
  }

  /** The URL of something in the repository, such as `blobs/uploads/`. */
  url(path: string): URL {
    const { origin, repository } = this.reference;
    return new URL(`${origin}/v2/${repository}/${path}`);
  }

  /** Gets something, from where the registry redirects to too. @throws as `httpGet` */
  get(url: URL, request: Pick<HttpRequest, 'range' | 'look'>): Promise<Body> {
    return this.#authorized(url, 'pull', async (headers) => {
      const { body } = await httpExchange(url.href, this.#options, {
        ...request,
        headers,
        explain: explainRefusal,
      });
      return body;
    });
  }

  /** Sends a request and reads the answer. @throws as `httpSend`; `BLOBS_OCI_ANSWER` for a long answer */
  send(url: URL, access: Access, request: SentRequest): Promise<Answer> {
    const { accept, maxBytes = MAX_ANSWER_BYTES, ...rest } = request;
    return this.#authorized(url, access, async (headers) => {
      const response = await httpSend(url, this.#options, {
        ...rest,
        headers: { ...rest.headers, ...headers },
        isSuccess: (status) => accept.includes(status),
        explain: explainRefusal,
      });
      const text = await this.#read(response, url, maxBytes);
      return { status: response.statusCode, text, header: (name) => header(response, name) };
    });
  }

  /** `error` as one that is fit to be shown, where it is about the network. */
  toNetworkError(error: unknown, url: URL): unknown {
    return networkError(error, url.href, this.#options.timeoutMs);
  }

  async #read(response: Dispatcher.ResponseData, url: URL, maxBytes: number): Promise<string> {
    const text = await readText(response.body, maxBytes).catch((error: unknown) => {
      this.#options.signal.throwIfAborted();
      throw this.toNetworkError(error, url);
    });
    if (text === undefined) throw answerError(url.href, `has more than ${maxBytes} bytes`);
    return text;
  }

  /** Runs `ask` with what the registry wants to see in Authorization, once more where it refuses for want of that. */
  async #authorized<T>(
    url: URL,
    access: Access,
    ask: (headers: Record<string, string>) => Promise<T>,
  ): Promise<T> {
    const { origin, registry } = this.reference;
    // An upload may go elsewhere.
    if (url.origin !== origin) return ask({});
    const sent = await this.#auth.find(access);
    try {
      return await ask(withAuthorization(sent)).catch(async (error: unknown) => {
        const isOurs = error instanceof HttpStatusError && error.status === 401 && error.origin === origin;
        if (!isOurs) throw error;
        return ask(withAuthorization(await this.#auth.answer(error, access, sent)));
      });
    } catch (error) {
      throw withRegistryHint(error, registry);
    }
  }
}

function withAuthorization(value: string | undefined): Record<string, string> {
  return value === undefined ? {} : { authorization: value };
}
