import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

/** The folder of the checkout that these scripts belong to. */
export const root = fileURLToPath(new URL("../..", import.meta.url)).replace(/\/$/, "");

/** A cache that test runs share. Git ignores it, and it can be deleted at any time. */
export const cacheFolder = join(root, "node_modules/.cache/baton");

/** The folder of all of Baton's data, as an absolute path, so that it means the same to every process. */
export const dataFolder = (env = process.env) => (env.BATON_DATA ? resolve(env.BATON_DATA) : join(root, ".baton"));

export const built = (file) => join(root, ".build", file);
