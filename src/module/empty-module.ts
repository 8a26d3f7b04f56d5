// SPDX-License-Identifier: Apache-2.0
import type { Module } from '../core/blob.ts';
import type { ModulePlace } from '../core/modules.ts';
import type { Issue } from '../core/report.ts';

/** A module and everything that is wrong with its file. */
export interface ReadModule {
  readonly module: Module;
  /** Absolute path of its module.yml; undefined for a module without one. */
  readonly file?: string;
  readonly issues: readonly Issue[];
}

/** A module that declares nothing. */
export function emptyModule(place: ModulePlace): Module {
  return {
    name: place.defaultName,
    directory: place.directory,
    depends: [],
    blobs: [],
    ...(place.project === undefined ? {} : { project: place.project }),
  };
}
