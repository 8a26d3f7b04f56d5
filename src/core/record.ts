// SPDX-License-Identifier: Apache-2.0

/** Whether a value, as read from YAML or JSON, is a map. */
export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
