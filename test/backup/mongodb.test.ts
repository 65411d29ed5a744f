import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import type { RestoreTarget } from "../../server/model/backup.ts";
import { containerWith, type Programs } from "./container-programs.ts";

// No server of MongoDB is among the packages that tests may use. Its options are those of the manuals of mongodump,
// mongorestore and mongosh; both tools, built from their sources, accept them.

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "baton-mongodb-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const never = new AbortController().signal;
const place = { place: { type: "folder", path: null }, secret: null } as const;
const root = { MONGO_INITDB_ROOT_USERNAME: "ada", MONGO_INITDB_ROOT_PASSWORD: "open sesame" };
const login = ["--username=ada", "--password=open sesame", "--authenticationDatabase=admin"];

const programs: Programs = ([program, ...words]) => {
  if (words[0] === "--version") return program === "mongosh" ? "2.5.0" : null;
  return program === "mongosh" ? "14 12304\n" : program === "mongodump" ? "an archive" : "";
};

function server(variables: Record<string, string>, command: readonly string[] = ["mongod"]) {
  const { ran, subject, tools } = containerWith(programs, { method: "mongodb", variables, command }, folder);
  const commands = () => ran.splice(0).map(({ command }) => command);
  const order = { to: place, folder: "f", recipient: null, onProgress: () => {} };
  const dump = async () => tools.dump(subject, order, never);
  const restore = async (into: RestoreTarget) => {
    const { files } = await dump();
    commands();
    const from = { from: place, folder: "f", files, identity: null, into, suffix: "20261130_0310" };
    return tools.restore(subject, from, never);
  };
  return { commands, dump, restore, ran };
}

it("is dumped whole, as the user that its image made, and says how much it holds", async () => {
  const { commands, dump } = server(root);
  const dumped = await dump();
  expect(dumped.files.map(({ name, of }) => [name, of])).toEqual([["databases.mongodump.gz", "all databases"]]);
  expect(dumped.facts).toEqual({ tables: 14, rows: 12_304, isEstimate: true });
  expect(commands().at(-1)).toEqual(["mongodump", ...login, "--archive"]);
});

it.each([
  [{ MONGODB_ROOT_PASSWORD: "x" }, "--username=root"],
  [{ MONGODB_ROOT_USER: "boss", MONGODB_ROOT_PASSWORD: "x" }, "--username=boss"],
  [{ MONGODB_INITDB_ROOT_USERNAME: "eve", MONGODB_INITDB_ROOT_PASSWORD: "x" }, "--username=eve"],
])("its user is known from %j", async (variables, user) => {
  const { commands, dump } = server(variables);
  await dump();
  expect(commands().at(-1)).toContain(user);
});

it("is asked without a password where it has none, on the port that it was given", async () => {
  const { commands, dump } = server({}, ["mongod", "--port", "27018"]);
  await dump();
  expect(commands().at(-1)).toEqual(["mongodump", "--port=27018", "--archive"]);
});

it("is emptied and filled, except for its users and settings", async () => {
  const { commands, restore } = server(root);
  expect(await restore("same")).toEqual(["all databases"]);
  const [, [shell, ...options] = [], tool] = commands();
  expect([shell, options.slice(0, -1)]).toEqual(["mongosh", ["--quiet", ...login, "--eval"]]);
  const leftOut = ["admin", "config", "local"].flatMap((name) => ["--nsExclude", `${name}.*`]);
  expect(tool).toEqual(["mongorestore", ...login, ...leftOut, "--archive"]);
  const { dropped } = evaluated(options.at(-1) ?? "");
  expect(dropped).toEqual(["shop", "blog"]);
});

it("gets databases of other names beside those that are used, which stay", async () => {
  const { commands, restore } = server(root);
  expect(await restore("new")).toEqual(["all databases, with names that end in _20261130_0310"]);
  const [tool, ...others] = commands();
  expect(others).toEqual([]);
  expect(tool?.join(" ")).toContain("--nsFrom $db$.$collection$ --nsTo $db$_20261130_0310.$collection$");
});

it("is initiated when it is to be the member of a replica set that nobody has initiated, as in a drill", async () => {
  const { ran, restore } = server(root, ["mongod", "--replSet", "rs0"]);
  await restore("same");
  const script = ran.find(({ command }) => command.includes("--eval"))?.command.at(-1) ?? "";
  const { initiated, dropped } = evaluated(script, { isreplicaset: true });
  expect(initiated).toEqual([{ _id: "rs0", members: [{ _id: 0, host: "localhost:27017" }] }]);
  expect(dropped).toEqual(["shop", "blog"]);
  expect(evaluated(script, { ismaster: true }).initiated).toEqual([]);
});

it("has the collections counted that are its own", async () => {
  const { ran, dump } = server(root);
  await dump();
  const script = ran.find(({ command }) => command.includes("--eval"))?.command.at(-1) ?? "";
  expect(evaluated(script).printed).toEqual(["4 40"]);
});

/** Runs a script as a shell of MongoDB would, in front of two databases of two collections each. */
function evaluated(script: string, state: { isreplicaset?: boolean; ismaster?: boolean } = { ismaster: true }) {
  const [dropped, initiated, printed]: [string[], unknown[], string[]] = [[], [], []];
  const names = ["admin", "shop", "local", "blog", "config"];
  const collections = ["orders", "people.archived", "system.views"].map((name) => ({ name }));
  const db = {
    adminCommand: (asked: object) =>
      "listDatabases" in asked
        ? { databases: names.map((name) => ({ name })) }
        : { ...state, ismaster: state.ismaster ?? initiated.length > 0 },
    getSiblingDB: (name: string) => ({
      dropDatabase: () => dropped.push(name),
      getCollectionInfos: () => collections,
      getCollection: () => ({ estimatedDocumentCount: () => 10 }),
    }),
  };
  const rs = { initiate: (config: unknown) => initiated.push(config) };
  new Function("db", "rs", "print", "sleep", script)(
    db,
    rs,
    (text: string) => printed.push(text),
    () => {},
  );
  return { dropped, initiated, printed };
}
