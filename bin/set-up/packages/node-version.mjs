import { SetUpProblem } from "../console/problem.mjs";
import { isAtLeast } from "./versions.mjs";

const MINIMUM_NODE = "20.19.0";

export function checkNode(version = process.versions.node) {
  if (isAtLeast(version, MINIMUM_NODE)) return { is: version };
  throw new SetUpProblem(`Baton needs Node.js ${MINIMUM_NODE} or newer; this is ${version}.`);
}
