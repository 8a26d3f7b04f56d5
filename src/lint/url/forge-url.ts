// SPDX-License-Identifier: Apache-2.0

/** Software that hosts repositories, and a protocol that several of them speak. */
export type Forge =
  | 'GitHub'
  | 'GitLab'
  | 'Gitee'
  | 'Bitbucket'
  | 'Gitea'
  | 'Hugging Face'
  | 'cgit'
  | 'Git LFS';

/**
 * What a URL leads to: a file as it is in a repository (`raw`), the same by a path that looks into Git LFS (`media`), a
 * page for people (`web-page`), a file beside a release, a packed tree (`archive`), the base of a Git LFS API.
 */
export type UrlKind = 'raw' | 'media' | 'web-page' | 'release' | 'archive' | 'lfs-api';

/**
 * How a URL names a revision: by a hash (`full-hash`, `short-hash`), as a branch or another ref that moves
 * (`refs-heads`), as a tag (`refs-tags`), by a name that everybody knows for a branch or that means the newest
 * (`well-known-branch`), or by a name that may be either (`bare`).
 */
export type RefKind = 'full-hash' | 'short-hash' | 'refs-heads' | 'refs-tags' | 'well-known-branch' | 'bare';

/** A revision, as a URL names it. */
export interface UrlRef {
  /** Decoded, with its `refs/heads/` where it has that. */
  readonly ref: string;
  readonly refKind: RefKind;
}

/** What a forge's URL says by its shape. */
export interface ForgeUrl extends Partial<UrlRef> {
  readonly forge: Forge;
  /** As the forge spells it, below its host: "owner/name". Absent where the shape does not say. */
  readonly repository?: string;
  readonly kind: UrlKind;
  /** Whether the host is known to be that forge's, and not only the shape. */
  readonly isKnownHost: boolean;
  /** Of a page about one file: the URL of the file itself. */
  readonly fileUrl?: string;
}
