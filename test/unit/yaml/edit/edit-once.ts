// SPDX-License-Identifier: Apache-2.0
import {
  applyPlans,
  type EditedYaml,
  type EditOptions,
  openYaml,
  planEdit,
  type YamlEdit,
} from '../../../../src/yaml/edit/edit-yaml.ts';

/** All of `edits`, or what stands in their way thrown. */
export function editOnce(bytes: Uint8Array, edits: readonly YamlEdit[], options: EditOptions): EditedYaml {
  const source = openYaml(bytes, options);
  return applyPlans(
    source,
    edits.map((edit) => planEdit(source, edit)),
  );
}
