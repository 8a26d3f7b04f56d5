// SPDX-License-Identifier: Apache-2.0

/**
 * The cycles among `nodes`: the strongly connected components of more than one node, and single nodes with an edge
 * to themselves. Each component's members and the components themselves are in the order of `nodes`. Tarjan's
 * algorithm, linear, without recursion so that a long chain cannot exhaust the stack.
 */
export function findCycles<T>(nodes: readonly T[], edges: (node: T) => readonly T[]): readonly T[][] {
  const order = new Map(nodes.map((node, position) => [node, position]));
  const indices = new Map<T, number>();
  const lowest = new Map<T, number>();
  const open: T[] = [];
  const isOpen = new Set<T>();
  const cycles: T[][] = [];
  const lower = (node: T, value: number): void => {
    lowest.set(node, Math.min(lowest.get(node) ?? value, value));
  };

  for (const root of nodes) {
    if (indices.has(root)) continue;
    const path: { readonly node: T; readonly targets: readonly T[]; next: number }[] = [];
    const enter = (node: T): void => {
      lower(node, indices.size);
      indices.set(node, indices.size);
      open.push(node);
      isOpen.add(node);
      path.push({ node, targets: edges(node), next: 0 });
    };
    enter(root);
    for (let step = path.at(-1); step !== undefined; step = path.at(-1)) {
      const { node, targets } = step;
      const target = targets[step.next];
      if (target !== undefined) {
        step.next += 1;
        if (!indices.has(target)) enter(target);
        else if (isOpen.has(target)) lower(node, indices.get(target) ?? 0);
        continue;
      }
      path.pop();
      const parent = path.at(-1);
      if (parent) lower(parent.node, lowest.get(node) ?? 0);
      if (lowest.get(node) !== indices.get(node)) continue;
      const members = open.splice(open.lastIndexOf(node));
      for (const member of members) isOpen.delete(member);
      if (members.length > 1 || targets.includes(node)) cycles.push(members);
    }
  }
  const position = (node: T | undefined): number => (node === undefined ? -1 : (order.get(node) ?? -1));
  for (const members of cycles) members.sort((a, b) => position(a) - position(b));
  return cycles.sort((a, b) => position(a[0]) - position(b[0]));
}
