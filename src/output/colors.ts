// SPDX-License-Identifier: Apache-2.0
import pc from 'picocolors';

/** The colours of one stream; each function returns its text unchanged where colours are off. */
export type Colors = ReturnType<typeof pc.createColors>;

/** Colours that are on or off whatever the environment says: cli/config.ts has asked it. */
export function createColors(enabled: boolean): Colors {
  return pc.createColors(enabled);
}
