// SPDX-License-Identifier: Apache-2.0
import { BlobsError } from '../core/errors.ts';

/** A failure after which the same source is not asked again, whatever its code. */
export class FinalError extends BlobsError {}
