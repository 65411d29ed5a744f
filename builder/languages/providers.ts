import type { Provider } from "../plan/detected.ts";
import { go } from "./go/go.ts";
import { node } from "./node/node.ts";
import { python } from "./python/python.ts";
import { shell } from "./shell/shell.ts";
import { staticFiles } from "./static/static.ts";

/** The providers in the order in which they are tried. */
export const providers: readonly Provider[] = [node, python, go, staticFiles, shell];
