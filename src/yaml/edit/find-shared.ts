// SPDX-License-Identifier: Apache-2.0
import { isScalar, Scalar } from 'yaml';
import { findLeaves } from '../find-leaves.ts';
import { toValue } from '../to-value.ts';
import type { EditPlan, YamlSource } from './edit-yaml.ts';

/** Stands in the document for what a plan writes, to be seen wherever it turns up. */
class Mark<Plan> {
  readonly plan: Plan;

  constructor(plan: Plan) {
    this.plan = plan;
  }
}

/** Those of `plans` whose new value would stand elsewhere too, through an alias or a merge key. Parses nothing. */
export function findShared<Plan extends EditPlan>(
  { document }: YamlSource,
  plans: readonly Plan[],
): ReadonlySet<Plan> {
  const undo = plans.map((plan) => {
    const { place } = plan;
    const mark = new Scalar(new Mark(plan));
    // What refers to it goes on doing so.
    if (place?.kind === 'value' && isScalar(place.node) && place.node.anchor !== undefined)
      mark.anchor = place.node.anchor;
    return place?.put(mark);
  });
  const marks = findLeaves(toValue(document).value, (part): part is Mark<Plan> => part instanceof Mark);
  for (const one of undo.reverse()) one?.();
  return new Set(
    marks.flatMap(({ path, leaf: { plan } }) => {
      const { edit } = plan;
      const isOwn =
        'cut' in edit ||
        (path.length === edit.path.length &&
          path.every((part, at) => String(part) === String(edit.path[at])));
      return isOwn ? [] : [plan];
    }),
  );
}
