import { Readable } from "node:stream";
import { type DumpTool, type Inside, run, variableOf } from "./dump-tool.ts";

/** Dumps all databases of a MongoDB server into one archive of mongodump. */
export const mongodb: DumpTool = {
  async files(inside, signal) {
    const login = await loginOf(inside, signal);
    const { access, subject } = inside;
    const open = (signal: AbortSignal) =>
      access.run(subject.container, { command: ["mongodump", "--quiet", ...login, "--archive"] }, signal);
    return [{ name: "databases.mongodump", of: "all databases", open }];
  },

  async restore(inside, files, { target, suffix }, signal) {
    const login = await loginOf(inside, signal);
    // `admin` and `config` are the server's own; the archive has its users, which stay as they are.
    const options =
      target === "same"
        ? ["--drop", "--nsExclude", "admin.*", "--nsExclude", "config.*"]
        : ["--nsExclude", "admin.*", "--nsExclude", "config.*", "--nsFrom", "$db$.$c$", "--nsTo", `$db$_${suffix}.$c$`];
    for (const file of files) {
      const input = Readable.from(file.open(signal), { objectMode: false });
      await run(inside, { command: ["mongorestore", "--quiet", ...login, ...options, "--archive"], input }, signal);
    }
    return [target === "same" ? "all databases" : `all databases, with names that end in _${suffix}`];
  },

  measure: async () => null,
};

async function loginOf(inside: Inside, signal: AbortSignal): Promise<readonly string[]> {
  const user = await variableOf(inside, ["MONGO_INITDB_ROOT_USERNAME", "MONGODB_ROOT_USER"], signal);
  const password = await variableOf(inside, ["MONGO_INITDB_ROOT_PASSWORD", "MONGODB_ROOT_PASSWORD"], signal);
  if (user === null || password === null) return [];
  return [`--username=${user}`, `--password=${password}`, "--authenticationDatabase=admin"];
}
