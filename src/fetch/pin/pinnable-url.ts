// SPDX-License-Identifier: Apache-2.0
import { findUrl } from '../../core/url.ts';

/** A URL of a file in a git repository, at a revision. */
export interface PinnableUrl {
  /** What git can be asked at, over http or https. */
  readonly repository: string;
  /** The segments behind the repository's part that name the revision, then the file, as the URL spells them. */
  readonly rest: readonly string[];
  /** Where the URL says whether the revision is a branch or a tag. */
  readonly kind?: 'branch' | 'tag' | 'commit';
  /** The URL of the file `path` (as spelt in `rest`) at a commit. */
  readonly at: (commit: string, path: readonly string[]) => string;
}

/** Where a shape has what; `match` is of the URL's path. */
interface Shape {
  readonly host?: RegExp;
  readonly path: RegExp;
  readonly read: (
    url: URL,
    match: RegExpExecArray,
  ) => {
    readonly repository: string;
    readonly rest: string;
    readonly kind?: string;
    readonly prefix: string;
  };
}

// A name in a path; "." and ".." are gone after parsing.
const NAME = '[^/]+';
const KINDS: Readonly<Record<string, 'branch' | 'tag' | 'commit'>> = {
  branch: 'branch',
  tag: 'tag',
  commit: 'commit',
  'refs/heads': 'branch',
  'refs/tags': 'tag',
};

const SHAPES: readonly Shape[] = [
  {
    host: /^(?:www\.)?github\.com$/,
    path: new RegExp(`^/(${NAME}/${NAME})/raw/(?:(refs/heads|refs/tags)/)?(.+)$`),
    read: ({ origin }, [, name = '', kind = '', rest = '']) => {
      return { repository: `${origin}/${withoutSuffix(name)}.git`, rest, kind, prefix: `/${name}/raw` };
    },
  },
  {
    host: /^(?:raw|media)\.githubusercontent\.com$/,
    path: new RegExp(`^/(media/)?(${NAME}/${NAME})/(?:(refs/heads|refs/tags)/)?(.+)$`),
    read: (_, [, media = '', name = '', kind = '', rest = '']) => {
      return { repository: `https://github.com/${name}.git`, rest, kind, prefix: `/${media}${name}` };
    },
  },
  {
    host: /^huggingface\.co$/,
    path: new RegExp(
      `^/((?:(?:datasets|spaces)/)?${NAME}/${NAME})/(resolve|raw)/(?:(refs/heads|refs/tags)/)?(.+)$`,
    ),
    read: ({ origin }, [, name = '', verb = '', kind = '', rest = '']) => {
      return { repository: `${origin}/${name}`, rest, kind, prefix: `/${name}/${verb}` };
    },
  },
  {
    host: /^bitbucket\.org$/,
    path: new RegExp(`^/(${NAME}/${NAME})/raw/(.+)$`),
    read: ({ origin }, [, name = '', rest = '']) => {
      return { repository: `${origin}/${name}.git`, rest, prefix: `/${name}/raw` };
    },
  },
  // GitLab, on any host: groups may be nested.
  {
    path: new RegExp(`^/(${NAME}(?:/${NAME})+?)/-/raw/(?:(refs/heads|refs/tags)/)?(.+)$`),
    read: ({ origin }, [, name = '', kind = '', rest = '']) => {
      return { repository: `${origin}/${name}.git`, rest, kind, prefix: `/${name}/-/raw` };
    },
  },
  // Gitea and Forgejo, on any host.
  {
    path: new RegExp(`^/(${NAME}/${NAME})/(raw|media)/(branch|tag|commit)/(.+)$`),
    read: ({ origin }, [, name = '', verb = '', kind = '', rest = '']) => {
      return { repository: `${origin}/${name}.git`, rest, kind, prefix: `/${name}/${verb}/commit` };
    },
  },
];

/** What `text` says of a repository and a revision; undefined where it is no URL of a file on a forge that is known. */
export function findPinnableUrl(text: string): PinnableUrl | undefined {
  const url = findUrl(text);
  if (url === undefined || !/^https?:$/.test(url.protocol)) return undefined;
  for (const { host, path, read } of SHAPES) {
    const match = host === undefined || host.test(url.hostname) ? path.exec(url.pathname) : null;
    if (match === null) continue;
    const { repository, rest, kind = '', prefix } = read(url, match);
    const said = KINDS[kind];
    return {
      repository,
      rest: rest.split('/'),
      ...(said === undefined ? {} : { kind: said }),
      at: (commit, file) => {
        const pinned = new URL(url);
        pinned.pathname = [prefix, commit, ...file].join('/');
        // GitLab's, and wrong for a commit.
        pinned.search = pinned.search.replace(/([?&])ref_type=(?:heads|tags)(&|$)/, (_, before, behind) =>
          behind === '&' ? before : '',
        );
        return pinned.href;
      },
    };
  }
  return undefined;
}

function withoutSuffix(name: string): string {
  return name.replace(/\.git$/, '');
}
