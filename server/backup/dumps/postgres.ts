import { type DumpTool, distinct, fileName } from "./dump-tool.ts";
import { connect, maintenance, onlyFailed } from "./postgres-client.ts";
import { count, createLike, drop, fill, shortened, swap } from "./postgres-databases.ts";

const roleFile = "roles.sql";
/** The end of the name of a database that is to take another one's place. */
const besideWhileFilled = "baton_restoring";

/**
 * Dumps each database of the server in pg_dump's custom format, and the roles beside them. A restore fills a new
 * database and then swaps the names, so that clients meet the old data or all of the new.
 */
export const postgres: DumpTool = {
  async files(inside, signal) {
    const client = await connect(inside, signal);
    const dumps = (await client.databases()).map((name) => ({
      name: fileName(name, "pgdump"),
      of: name,
      open: (signal: AbortSignal) => client.program("pg_dump", ["-Fc", "-Z0", "-d", name], signal),
    }));
    const isSuperuser = await client.sql(maintenance, "select rolsuper from pg_roles where rolname = current_user");
    if (isSuperuser !== "t") return distinct(dumps);
    const roles = (signal: AbortSignal) => client.program("pg_dumpall", ["--roles-only"], signal);
    return distinct([{ name: roleFile, of: "roles", open: roles }, ...dumps]);
  },

  async restore(inside, files, { target, suffix }, signal) {
    const client = await connect(inside, signal);
    const roles = files.find(({ name }) => name === roleFile);
    // Those that exist are complained about and stay as they are.
    if (roles) await client.feed("psql", ["-d", maintenance], roles.open(signal)).catch(onlyFailed);
    const restored: string[] = [];
    for (const file of files) {
      if (file === roles) continue;
      const fresh = shortened(file.of, target === "same" ? besideWhileFilled : suffix);
      // Its server was killed while it filled it.
      if (target === "same") await drop(client, fresh);
      await createLike(client, fresh, file.of);
      try {
        await fill(client, fresh, file.open(signal));
        if (target === "same") await swap(client, file.of, fresh);
      } catch (error) {
        await drop(client, fresh).catch(onlyFailed);
        throw error;
      }
      restored.push(target === "same" ? file.of : fresh);
    }
    return restored;
  },

  async measure(inside, signal) {
    const client = await connect(inside, signal);
    const sums = { tables: 0, rows: 0, isEstimate: false };
    for (const name of await client.databases()) {
      const counted = await count(client, name);
      sums.tables += counted.tables;
      sums.rows += counted.rows;
      sums.isEstimate ||= counted.isEstimate;
    }
    return sums;
  },
};
