// SPDX-License-Identifier: Apache-2.0
import { setFlagsFromString } from 'node:v8';

// V8 prints an error for a flag that it does not know, so this is for the lines of Node.js whose V8 has it.
const NODE_LINES = /^(20|22)\./;

// What V8 has without flags, in both of these lines.
const USUAL_INTERRUPT_BUDGET = 67_584;

/**
 * Lets V8 optimise JavaScript later and WebAssembly (undici's HTTP parser) not at all. Most runs are over before
 * optimised code has paid for its compilation, which costs a quarter of the time of a `list`; what runs long is
 * still optimised.
 */
export function delayOptimisation(): void {
  if (!NODE_LINES.test(process.versions.node)) return;
  setFlagsFromString('--interrupt-budget=1000000');
  setFlagsFromString('--liftoff-only');
}

/**
 * Takes {@link delayOptimisation} back, for what runs for long: code that a thousand requests run is soon worth compiling.
 * The young generation stays small.
 */
export function tuneForServing(): void {
  if (!NODE_LINES.test(process.versions.node)) return;
  setFlagsFromString(`--interrupt-budget=${USUAL_INTERRUPT_BUDGET}`);
  setFlagsFromString('--no-liftoff-only');
  // What a thousand clients left behind is collected soon: else a crowd costs a fifth more memory.
  setFlagsFromString('--semi-space-growth-factor=1');
}
