// SPDX-License-Identifier: Apache-2.0
import type { Blob } from '../core/blob.ts';
import type { SourcePosition } from '../yaml/document-view.ts';
import type { YamlDocument } from '../yaml/yaml-document.ts';
import { readModule } from './read-module.ts';

/**
 * Says where keys of blobs' entries stand, which nothing remembers: it reads each module.yml again, once, with the whole
 * parser.
 */
export class EntryPositions {
  readonly #documents = new Map<string, YamlDocument | undefined>();

  /** Where the value of `key` stands in the entry of `blob`; undefined where the file does not hold it any more. */
  find({ index, path, module, moduleDirectory, origin }: Blob, key: string): SourcePosition | undefined {
    const { file } = origin;
    if (!this.#documents.has(file)) {
      const { document } = readModule({ directory: moduleDirectory, defaultName: module }, file);
      this.#documents.set(file, document);
    }
    const document = this.#documents.get(file);
    const entry = (document?.value as { blobs?: readonly Record<string, unknown>[] } | undefined)?.blobs?.[
      index
    ];
    return entry?.['path'] === path && entry[key] !== undefined
      ? document?.positionOf(['blobs', index, key])
      : undefined;
  }
}
