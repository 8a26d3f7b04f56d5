// SPDX-License-Identifier: Apache-2.0
import { BlobsError, describeError, systemCode } from '../../core/errors.ts';
import { escapeControls, shorten } from '../../core/text.ts';
import type { Observations } from '../../store/observations.ts';
import { MAX_YAML_BYTES } from '../../yaml/limits.ts';
import { readYaml } from '../../yaml/read-yaml.ts';
import type { SourcePosition, ValuePath, YamlDocument } from '../../yaml/yaml-document.ts';
import { isFile } from '../file-system.ts';

// YAML 1.2 §5.1: every other C0 character, DEL, and most of C1 must be escaped; PyYAML refuses them too.
const UNPRINTABLE = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u0084\u0086-\u009f\ufffe\uffff]/;

const MAX_SOURCE_LINE_CHARACTERS = 400;

/**
 * Reads the manifest file at `file`.
 *
 * @throws BlobsError `BLOBS_BAD_CONFIG` where there is no file to read, `BLOBS_MALFORMED_MANIFEST` where it is no YAML or too
 *   large
 */
export function readManifestFile(file: string, namedBy: string, observations: Observations): YamlDocument {
  let bytes: Buffer;
  try {
    bytes = observations.readFile(file, MAX_YAML_BYTES);
  } catch (error) {
    if (error instanceof BlobsError && isFile(file)) {
      const message = `malformed manifest: it is larger than ${MAX_YAML_BYTES} bytes`;
      throw new BlobsError('BLOBS_MALFORMED_MANIFEST', message, { file });
    }
    throw new BlobsError('BLOBS_BAD_CONFIG', `cannot read the manifest file ${escapeControls(file)}`, {
      facts: [
        systemCode(error) === 'ENOENT' ? 'it is not there' : escapeControls(describeError(error)),
        `named by ${escapeControls(namedBy)}`,
      ],
      hint: 'correct manifest.path and manifest.file with "west config", or run "west init"',
      file,
      cause: error,
    });
  }
  return parseManifestText(file, bytes);
}

/**
 * The YAML of a manifest. `file` is only named, so that `bytes` may come from anywhere.
 *
 * @throws BlobsError `BLOBS_MALFORMED_MANIFEST` with the position of the first problem
 */
export function parseManifestText(file: string, bytes: Uint8Array): YamlDocument {
  const { document, issues } = readYaml(file, bytes);
  if (document === undefined) {
    const { message = 'it is not YAML', severity: _, code: __, ...details } = issues[0] ?? {};
    throw new BlobsError('BLOBS_MALFORMED_MANIFEST', `malformed manifest: ${message}`, details);
  }
  const text = new TextDecoder().decode(bytes);
  const at = text.search(UNPRINTABLE);
  if (at !== -1) {
    const line = text.slice(0, at).split('\n').length;
    const sourceLine = shorten(text.split('\n')[line - 1] ?? '', MAX_SOURCE_LINE_CHARACTERS);
    const column = at - text.lastIndexOf('\n', at);
    const character = escapeControls(text.charAt(at));
    throw new BlobsError(
      'BLOBS_MALFORMED_MANIFEST',
      `malformed manifest: a raw control character ${character}`,
      {
        file,
        line,
        column,
        sourceLine,
      },
    );
  }
  return document;
}

/** The error for a manifest that breaks a rule, with the position of the value at `at`. */
export function malformed(document: YamlDocument, at: ValuePath, problem: string, hint?: string): BlobsError {
  return malformedAt(document.positionOf(at), problem, hint);
}

/** As {@link malformed}, with the position of the key at `at`. */
export function malformedKey(document: YamlDocument, at: ValuePath, problem: string): BlobsError {
  return malformedAt(document.positionOfKey(at), problem);
}

/** As {@link malformed}, for a position that is known already. */
export function malformedAt(where: SourcePosition, problem: string, hint?: string): BlobsError {
  return new BlobsError('BLOBS_MALFORMED_MANIFEST', `malformed manifest: ${escapeControls(problem)}`, {
    ...(hint === undefined ? {} : { hint }),
    ...where,
  });
}
