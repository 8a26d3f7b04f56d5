// SPDX-License-Identifier: Apache-2.0

const WORDS = `accept agree agreement agpl are as be been being can cannot chip chips commercial condition conditions
  confidential consent copies copy device devices distribute distributed distribution evaluation except exclusive
  exclusively gpl gplv2 gplv3 grant granted grants if internal is it lgpl license licensed licensee licenses licensing may
  modification modify must need no non noncommercial nondisclosure not nothing only permission permits permitted personal
  prior prohibited proprietary provided purpose purposes redistribute redistribution require required requires restricted
  restrictions royalty secret shall should sold sole solely strictly subject term terms that their then these this those
  under unless use used user users using void was warranties warranty when where which will with without written you your`;

/**
 * Words of which sentences about rights are made, and hardly any name. What is left out of a comparison because it holds
 * names must have none of them, so that no condition is left out with it.
 */
export const RIGHTS_WORDS: readonly string[] = WORDS.split(/\s+/);
