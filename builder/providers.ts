import type { Provider } from "./detected.ts";
import { go } from "./providers/go.ts";
import { node } from "./providers/node.ts";
import { python } from "./providers/python.ts";
import { shell } from "./providers/shell.ts";
import { staticFiles } from "./providers/static.ts";

/** In the order in which they are asked. */
export const providers: readonly Provider[] = [node, python, go, staticFiles, shell];
