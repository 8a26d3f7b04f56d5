// SPDX-License-Identifier: Apache-2.0
import type { Command } from 'commander';
import { addGlobalOptions, type SelectionOptions } from '../options.ts';
import type { PushCommandOptions } from '../run-push.ts';
import { addBlobCommand, queryOf, type Run } from './command.ts';

/** `blobs mirror push` */
export function addMirrorCommand(program: Command, run: Run): void {
  const mirror = program
    .command('mirror')
    .summary('copy blobs to a directory or an OCI registry that fetch can use: push')
    .description('Make mirrors, for sites that have no network or want none: see "blobs mirror push --help".')
    .helpCommand(false);
  addBlobCommand(mirror, {
    name: 'push',
    summary: 'copy blobs to a directory or an OCI registry, addressed by hash',
    description:
      'Copy the selected blobs to DEST/sha256/ab/abcd…, with an index.json that tells what they are; or to a repository of an OCI registry, each with a manifest that does so. The bytes come from the modules, the local store or a cache, and are hashed on the way; the network is used for oci: alone, with the credentials of docker (DOCKER_CONFIG, ~/.docker). What is there already stays, and nothing is deleted. Blobs with a click-through licence are left out, since it may forbid to pass them on.',
    examples: [
      ['blobs mirror push /mnt/blobs hal_nxp', 'copy what one module needs'],
      [
        "blobs fetch --offline --mirror 'sha256=file:///mnt/blobs/sha256/{sha256:2}/{sha256}'",
        'use it, at another site',
      ],
      ['blobs mirror push oci://registry.example/team/blobs', 'or to a registry'],
      ['blobs fetch --mirror sha256=oci://registry.example/team/blobs', 'and use that'],
    ],
    addOptions: (command) =>
      command
        .argument('<DEST>', 'a directory, which is made if it is missing, or oci://REGISTRY/REPOSITORY')
        .option('--include-click-through', 'take blobs along whose licence must be accepted')
        .option('-n, --dry-run', 'say what would be copied; change nothing'),
  }).action(
    async (
      destination: string,
      modules: string[],
      options: PushCommandOptions & SelectionOptions,
      command: Command,
    ) => {
      await run(command, async (session) => {
        const { runPush } = await import('../run-push.ts');
        return runPush(session, { query: queryOf(session, modules, options), destination }, options);
      });
    },
  );
  addGlobalOptions(mirror);
}
