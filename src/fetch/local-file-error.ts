// SPDX-License-Identifier: Apache-2.0
import { BlobsError } from '../core/errors.ts';

/** A failure of this machine rather than of the source: no other source would do better. */
export class LocalFileError extends BlobsError {}
