// SPDX-License-Identifier: Apache-2.0

/** Hears SIGHUP from its making on, so that none ends the program; one that comes early is acted on later, once. */
export class Hangups {
  #act: (() => void) | undefined;
  #isPending = false;
  readonly #hear = (): void => {
    if (this.#act) this.#act();
    else this.#isPending = true;
  };

  constructor() {
    process.on('SIGHUP', this.#hear);
  }

  /** Calls `act` for each from now on, and at once for those that came before. */
  listen(act: () => void): void {
    this.#act = act;
    if (this.#isPending) act();
    this.#isPending = false;
  }

  close(): void {
    process.off('SIGHUP', this.#hear);
  }
}
