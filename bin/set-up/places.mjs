import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

/** The checkout that these scripts belong to. */
export const root = fileURLToPath(new URL("../..", import.meta.url)).replace(/\/$/, "");

/** What tests share between runs; git ignores it, and it costs nothing to lose. */
export const cacheFolder = join(root, "node_modules/.cache/baton");

/** The folder of all that this Baton keeps, absolute, so that it means the same to every process. */
export const dataFolder = (env = process.env) => (env.BATON_DATA ? resolve(env.BATON_DATA) : join(root, ".baton"));

export const built = (file) => join(root, ".build", file);
