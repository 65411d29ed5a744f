import { Readable } from "node:stream";
import { type DumpTool, type Inside, run, textOf, variableOf } from "./dump-tool.ts";
import { optionOf } from "./server-options.ts";

/** The server's own databases; `admin` has its users, which stay as they are. */
const ownDatabases = ["admin", "config", "local"];
const leftOut = ownDatabases.flatMap((name) => ["--nsExclude", `${name}.*`]);

/** Dumps all databases of a MongoDB server into one archive of mongodump. */
export const mongodb: DumpTool = {
  async files(inside, signal) {
    const login = await loginOf(inside, signal);
    const { access, subject } = inside;
    const open = (signal: AbortSignal) =>
      access.run(subject.container, { command: ["mongodump", ...login, "--archive"] }, signal);
    return [{ name: "databases.mongodump", of: "all databases", open }];
  },

  async restore(inside, files, { target, suffix }, signal) {
    const login = await loginOf(inside, signal);
    const renamed = target === "new" ? ["--nsFrom", "$db$.$collection$", "--nsTo", `$db$_${suffix}.$collection$`] : [];
    if (target === "same") await evaluate(inside, login, `${becomePrimary(inside)}${dropAll}`, signal);
    for (const file of files) {
      const input = Readable.from(file.open(signal), { objectMode: false });
      const command = ["mongorestore", ...login, ...leftOut, ...renamed, "--archive"];
      await run(inside, { command, input }, signal);
    }
    return [target === "same" ? "all databases" : `all databases, with names that end in _${suffix}`];
  },

  async measure(inside, signal) {
    const login = await loginOf(inside, signal);
    const said = await evaluate(inside, login, countAll, signal);
    const [, tables = "0", rows = "0"] = /^(\d+) (\d+)$/m.exec(said) ?? [];
    return { tables: Number(tables), rows: Number(rows), isEstimate: true };
  },
};

/** Both shells understand this; the newer one awaits what is asynchronous, except in callbacks. */
const theirDatabases = `db.adminCommand({ listDatabases: 1, nameOnly: true }).databases.map((one) => one.name).filter((name) => !${JSON.stringify(ownDatabases)}.includes(name))`;
const dropAll = `for (const name of ${theirDatabases}) db.getSiblingDB(name).dropDatabase();`;
const countAll = `
let tables = 0, rows = 0;
for (const name of ${theirDatabases}) {
  const one = db.getSiblingDB(name);
  for (const { name: collection } of one.getCollectionInfos({ type: "collection" })) {
    if (collection.startsWith("system.")) continue;
    tables += 1;
    rows += Number(one.getCollection(collection).estimatedDocumentCount());
  }
}
print(tables + " " + rows);`;

/** A member of a replica set that nobody has initiated, as in a restore drill, takes no data before it is its primary. */
function becomePrimary(inside: Inside): string {
  const set = optionOf(inside, "--replSet");
  if (set === null) return "";
  const host = `localhost:${portOf(inside) ?? "27017"}`;
  return `
const state = db.adminCommand({ isMaster: 1 });
if (state.isreplicaset) rs.initiate(${JSON.stringify({ _id: set, members: [{ _id: 0, host }] })});
for (let looks = 0; looks < 120 && !db.adminCommand({ isMaster: 1 }).ismaster; looks += 1) sleep(500);
`;
}

async function evaluate(
  inside: Inside,
  login: readonly string[],
  script: string,
  signal: AbortSignal,
): Promise<string> {
  const shell = await run(inside, { command: ["mongosh", "--version"] }, signal).then(
    () => "mongosh",
    () => "mongo",
  );
  signal.throwIfAborted();
  return textOf(inside, { command: [shell, "--quiet", ...login, "--eval", script] }, signal);
}

async function loginOf(inside: Inside, signal: AbortSignal): Promise<readonly string[]> {
  const port = portOf(inside);
  const options = port === null ? [] : [`--port=${port}`];
  const password = await variableOf(inside, variablesFor("PASSWORD"), signal);
  if (password === null) return options;
  const user = (await variableOf(inside, [...variablesFor("USERNAME"), "MONGODB_ROOT_USER"], signal)) ?? "root";
  return [...options, `--username=${user}`, `--password=${password}`, "--authenticationDatabase=admin"];
}

/** Of Docker's image, MongoDB's own and Bitnami's, whose user is `root` unless it is told otherwise. */
const variablesFor = (what: string) =>
  ["MONGO_INITDB_ROOT_", "MONGODB_INITDB_ROOT_", "MONGODB_ROOT_"].map((beginning) => `${beginning}${what}`);

function portOf(inside: Inside): string | null {
  return optionOf(inside, "--port") ?? (inside.variables.MONGODB_PORT_NUMBER || null);
}
