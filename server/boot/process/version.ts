import { readFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { sourceFolder } from "./source-folder.ts";

/** Baton's own version, from package.json. */
export const { version } = z
  .object({ version: z.string() })
  .parse(JSON.parse(readFileSync(join(sourceFolder, "package.json"), "utf8")));
