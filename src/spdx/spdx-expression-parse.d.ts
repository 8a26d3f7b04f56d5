// SPDX-License-Identifier: Apache-2.0
declare module 'spdx-expression-parse' {
  /** The syntax tree of an SPDX licence expression. Throws an Error for anything else. */
  export default function parse(expression: string): unknown;
}
