// SPDX-License-Identifier: Apache-2.0
import { type Expression, findExpression } from './expression.ts';

/**
 * OSI-approved licences that are copyleft, strong or weak: those that ask for changes, or for what is made of the work,
 * to be passed on under the same terms. By the beginning of their identifiers, since each has versions. No list in SPDX
 * form says this; it follows the classes "copyleft" and "copyleft limited" of the texts themselves.
 */
const COPYLEFT =
  /^(?:AGPL|GPL|LGPL|APL|APSL|CAL|CATOSL|CDDL|CECILL-[12]|CERN-OHL-[SW]|CPAL|CPL|CUA-OPL|EPL|EUPL|Frameworx|IPA|IPL|LiLiQ-R|LPL|Motosoto|MPL|MS-RL|NASA|NGPL|Nokia|NPOSL|OCLC|OFL|OSC|OSET|OSL|QPL|RPL|RPSL|RSCPL|SimPL|SISSL|Sleepycat|SPL|Watcom|wxWindows)(?:-|\+|$)/i;

/**
 * Whether an SPDX expression allows use under a licence that the OSI has approved and that is not copyleft: of `OR` one
 * side does, of `AND` both must. False for what is no SPDX expression, and for licences that SPDX does not list.
 */
export async function isPermissive(text: string): Promise<boolean> {
  const expression = await findExpression(text);
  if (expression === undefined) return false;
  const { default: list } = await import('spdx-license-list');
  const judge = (node: Expression): boolean => {
    if ('license' in node) {
      const isApproved = Object.hasOwn(list, node.license) && list[node.license]?.osiApproved === true;
      return isApproved && !COPYLEFT.test(node.license);
    }
    const { left, conjunction, right } = node;
    return conjunction === 'or' ? judge(left) || judge(right) : judge(left) && judge(right);
  };
  return judge(expression);
}
