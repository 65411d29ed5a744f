import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { never } from "../docker/scratch-engine.ts";
import { eventually, type RunningDatabases, type RunningServer, runDatabases } from "./running-databases.ts";

const kinds = [
  { name: "Redis 7", kind: "redis", suite: "bookworm" },
  { name: "Valkey 9", kind: "valkey", suite: "sid" },
] as const;

describe.each(kinds)("a server of $name", ({ kind, suite }) => {
  let databases: RunningDatabases;
  beforeAll(async () => {
    databases = await runDatabases(suite);
  });
  afterAll(() => databases?.end());
  const client =
    ({ id }: RunningServer, options: readonly string[] = [], password = "secret") =>
    (...words: string[]) =>
      databases.ask(id, [`${kind}-cli`, ...options, "--no-auth-warning", ...words], { REDISCLI_AUTH: password });

  it("is dumped, gets back exactly what it had, and still has it after a restart", async () => {
    const server = await databases.start(kind, "first");
    const subject = databases.subjectOf("redis", server);
    const ask = client(server);
    await eventually(async () => expect(await ask("ping")).toBe("PONG"));
    for (const name of ["a", "b", "c"]) await ask("set", name, `${name}-before`);
    await ask("-n", "3", "set", "elsewhere", "x");
    const backup = await databases.dump(subject);
    expect(backup.dumped.facts).toEqual({ tables: null, rows: 4, isEstimate: false });
    await ask("set", "a", "changed");
    await ask("set", "later", "x");
    expect(await databases.restore(subject, backup, "same")).toEqual(["all keys"]);
    const state = async () => [await ask("get", "a"), await ask("dbsize"), await ask("exists", "later")];
    expect(await state()).toEqual(["a-before", "3", "0"]);
    expect(await ask("-n", "3", "dbsize")).toBe("1");
    expect(await ask("info", "replication")).toContain("role:master");
    await ask("set", "d", "writable");
    await databases.engine.stopContainer(server.id, 10_000, never);
    await databases.engine.startContainer(server.id, never);
    await eventually(async () => expect(await ask("dbsize")).toBe("4"));
    await expect(databases.restore(subject, backup, "new")).rejects.toThrow("no place beside it");
  });

  it("is found on its port, in a shell's line and with the password of its file, though its root is read-only", async () => {
    const folder = `/data/${kind}`;
    const file = `printf 'port 7001\\nrequirepass "a secret"\\nmasterauth another\\n' > ${folder}/server.conf`;
    const line = `${file}; exec ${kind}-server ${folder}/server.conf --dir ${folder} --port "\${SERVER_PORT}"`;
    const server = await databases.start(kind, "file", {
      ...{ command: ["/bin/sh", "-ec", line], environment: { SERVER_PORT: "7002" }, readOnly: true },
    });
    const subject = databases.subjectOf("redis", server);
    const ask = client(server, ["-p", "7002"], "a secret");
    await eventually(async () => expect(await ask("ping")).toBe("PONG"));
    await ask("set", "a", "before");
    const backup = await databases.dump(subject);
    expect(backup.dumped.facts).toMatchObject({ rows: 1 });
    await ask("set", "a", "after");
    await databases.restore(subject, backup, "same");
    expect(await ask("get", "a")).toBe("before");
    expect(await databases.ask(server.id, ["ls", folder])).not.toContain("baton");
  });

  it("is asked as a user of its access list, and says so when nobody is let in", async () => {
    const users = "--user default off --user app on >mine ~* &* +@all";
    const command = [`${kind}-server`, "--dir", `/data/${kind}`, ...users.split(" ")];
    const REDIS_PASSWORD = "mine";
    const server = await databases.start(kind, "users", {
      command,
      environment: { REDIS_USER: "app", REDIS_PASSWORD },
    });
    const ask = client(server, ["--user", "app"], "mine");
    await eventually(async () => expect(await ask("set", "a", "1")).toBe("OK"));
    const backup = await databases.dump(databases.subjectOf("redis", server));
    await ask("del", "a");
    await databases.restore(databases.subjectOf("redis", server), backup, "same");
    expect(await ask("get", "a")).toBe("1");

    const unknown = await databases.start(kind, "unknown", { command });
    const asUser = client(unknown, ["--user", "app"], "mine");
    await eventually(async () => expect(await asUser("ping")).toBe("PONG"));
    await expect(databases.dump(databases.subjectOf("redis", unknown))).rejects.toThrow(
      /^The server does not let Baton in: give it its password as REDIS_PASSWORD.*NOAUTH/,
    );
  });

  it("is not restored while it is a replica", async () => {
    const server = await databases.start(kind, "replica");
    const ask = client(server);
    await eventually(async () => expect(await ask("ping")).toBe("PONG"));
    const subject = databases.subjectOf("redis", server);
    const backup = await databases.dump(subject);
    await ask("replicaof", "primary.example", "6379");
    await expect(databases.restore(subject, backup, "same")).rejects.toThrow(
      "This server is a replica of primary.example: restore that one instead",
    );
    expect(await ask("info", "replication")).toContain("role:slave");
  });
});
