import type { Provider } from "./detected.ts";
import { node } from "./providers/node.ts";
import { staticFiles } from "./providers/static.ts";

/** In the order in which they are asked. */
export const providers: readonly Provider[] = [node, staticFiles];
