import { SetUpProblem } from "../console/problem.mjs";
import { isAtLeast } from "./versions.mjs";

const MINIMUM_NODE = "20.19.0";
/** Debian 12 and Ubuntu 24.04 have version 18. */
const WHERE_TO_GET_ONE = "A newer one than the distribution's is at https://nodejs.org/en/download.";

export function checkNode(version = process.versions.node) {
  if (isAtLeast(version, MINIMUM_NODE)) return { is: version };
  throw new SetUpProblem(`Baton needs Node.js ${MINIMUM_NODE} or newer; this is ${version}. ${WHERE_TO_GET_ONE}`);
}
