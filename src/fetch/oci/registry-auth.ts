// SPDX-License-Identifier: Apache-2.0
import type { Clock } from '../../core/deps.ts';
import type { HttpOptions } from '../http.ts';
import type { HttpStatusError } from '../http-status-error.ts';
import { parseChallenges } from './challenge.ts';
import type { Login } from './credential-helper.ts';
import type { OciReference } from './reference.ts';
import { answerError } from './registry-answer.ts';
import type { RegistryLogins } from './registry-logins.ts';
import { basicValue, requestToken, type Token } from './token.ts';

/** What is to be done in a repository. */
export type Access = 'pull' | 'pull,push';

export interface AuthOptions extends HttpOptions {
  readonly clock: Clock;
  /** Absent: nobody in particular asks. */
  readonly logins?: RegistryLogins | undefined;
}

/** What a registry wants to see in Authorization: found out by its challenges, and remembered as long as it is good for. */
export class RegistryAuth {
  readonly #reference: OciReference;
  readonly #options: AuthOptions;
  #login: Promise<Login | undefined> | undefined;
  #basic: string | undefined;
  readonly #tokens = new Map<Access, Promise<Token>>();

  constructor(reference: OciReference, options: AuthOptions) {
    this.#reference = reference;
    this.#options = options;
  }

  /** The value that was good enough so far; undefined where none was needed, or it has expired. */
  async find(access: Access): Promise<string | undefined> {
    if (this.#basic !== undefined) return this.#basic;
    const token = await this.#tokens.get(access)?.catch(() => undefined);
    if (token === undefined || token.expiresAtMs <= this.#options.clock.now()) return undefined;
    return `Bearer ${token.value}`;
  }

  /**
   * The value that answers `refusal`, which is status 401 to a request with `sent`.
   *
   * @throws `refusal` itself where there is none, or it was sent already; what `requestToken` throws
   */
  async answer(refusal: HttpStatusError, access: Access, sent: string | undefined): Promise<string> {
    const challenges = parseChallenges(refusal.challenges);
    const bearer = challenges.find(({ scheme }) => scheme === 'bearer');
    const isBasic = challenges.some(({ scheme }) => scheme === 'basic');
    if (bearer === undefined && !isBasic) {
      throw answerError(this.#reference.origin, 'asks for credentials in no way that is known');
    }
    this.#login ??= this.#findLogin();
    const login = await this.#login;
    if (bearer === undefined) return this.#answerBasic(refusal, login, sent);
    // Others may have asked meanwhile.
    const known = await this.find(access);
    if (known !== undefined && known !== sent) return known;
    if (known !== undefined || !this.#tokens.has(access) || (await this.#isOver(access))) {
      const { origin, repository } = this.#reference;
      const scope = `repository:${repository}:${access}`;
      const pending = requestToken({ origin, challenge: bearer, scope, login }, this.#options);
      this.#tokens.set(access, pending);
      pending.catch(() => this.#tokens.delete(access));
    }
    const token = await this.#tokens.get(access);
    if (token === undefined) throw refusal;
    return `Bearer ${token.value}`;
  }

  #answerBasic(refusal: HttpStatusError, login: Login | undefined, sent: string | undefined): string {
    if (login?.kind !== 'password') throw refusal;
    this.#basic = basicValue(login);
    if (sent === this.#basic) throw refusal;
    return this.#basic;
  }

  async #isOver(access: Access): Promise<boolean> {
    return (await this.find(access)) === undefined;
  }

  async #findLogin(): Promise<Login | undefined> {
    return this.#options.logins?.find(this.#reference.registry, { signal: this.#options.signal });
  }
}
