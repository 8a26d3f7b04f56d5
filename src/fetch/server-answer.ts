// SPDX-License-Identifier: Apache-2.0
import type { Readable } from 'node:stream';
import { escapeControls, shorten } from '../core/text.ts';
import { redactText, redactUrl } from '../core/url.ts';
import { drain } from './drain.ts';

/** The deepest value of the protocols lies seven levels down. */
const MAX_DEPTH = 32;
const MAX_MESSAGE_CHARACTERS = 200;

/** What a server says of its own accord, as one short line that is fit to be shown; undefined for no text. */
export function findServerMessage(message: unknown): string | undefined {
  if (typeof message !== 'string' || message.trim() === '') return undefined;
  const start = message.slice(0, 10 * MAX_MESSAGE_CHARACTERS).trim();
  const redacted = start.replaceAll(/https?:\/\/[^\s"'<>]+/gi, (url) => redactUrl(url));
  return shorten(escapeControls(redactText(redacted)), MAX_MESSAGE_CHARACTERS);
}

/** The value of a JSON text; undefined for what is no JSON or nested deeper than the protocols have any use for. */
export function parseShallowJson(text: string): unknown {
  if (isDeep(text)) return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Counted before the text is parsed: nesting is what makes a small text costly. */
function isDeep(text: string): boolean {
  let depth = 0;
  let isInString = false;
  for (let i = 0; i < text.length; i++) {
    const c = text.charCodeAt(i);
    if (isInString) {
      if (c === BACKSLASH) i++;
      else if (c === QUOTE) isInString = false;
    } else if (c === QUOTE) isInString = true;
    else if (c === OPEN_LIST || c === OPEN_MAP) {
      depth += 1;
      if (depth > MAX_DEPTH) return true;
    } else if (c === CLOSE_LIST || c === CLOSE_MAP) depth -= 1;
  }
  return false;
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const OPEN_LIST = 0x5b;
const CLOSE_LIST = 0x5d;
const OPEN_MAP = 0x7b;
const CLOSE_MAP = 0x7d;

/** All of a stream that ends within `maxBytes`; undefined for one that does not, which is destroyed. */
export async function readText(stream: Readable, maxBytes: number): Promise<string | undefined> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  stream.on('error', () => undefined);
  try {
    await drain(stream, (chunk) => {
      bytes += chunk.length;
      if (bytes > maxBytes) throw TOO_LARGE;
      chunks.push(chunk);
      return undefined;
    });
  } catch (error) {
    stream.destroy();
    if (error === TOO_LARGE) return undefined;
    throw error;
  }
  return Buffer.concat(chunks).toString('utf8');
}

const TOO_LARGE = new Error('too large');
