import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { DumpMethod } from "../../server/model/backup.ts";
import { containerWith, type Programs } from "./container-programs.ts";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "baton-logins-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const programs: Programs = ([program, ...words]) => {
  if (program === "cat") return words[0] === "/run/secrets/name" ? "ada\n" : "from a file\n";
  if (program === "mariadb-dump") return null;
  return words.includes("ping") ? "PONG\n" : "0\n";
};

/** The last program that a measurement runs in a container with these variables and this command. */
async function asked(method: DumpMethod, variables: Record<string, string>, command: readonly string[] = []) {
  const { ran, subject, tools } = containerWith(programs, { method, variables, command }, folder);
  await tools.measure(subject, new AbortController().signal);
  const { command: words = [], environment = {} } = ran.at(-1) ?? {};
  return { words: words.join(" "), environment };
}

describe("Postgres is asked", () => {
  it.each([
    [{}, "-U postgres", undefined],
    [{ POSTGRES_USER: "ada", POSTGRES_PASSWORD: "x" }, "-U ada", "x"],
    [
      { POSTGRES_USER_FILE: "/run/secrets/name", POSTGRES_PASSWORD_FILE: "/run/secrets/password" },
      "-U ada",
      "from a file",
    ],
    [{ POSTGRESQL_USERNAME: "ada", POSTGRESQL_PASSWORD: "x" }, "-U ada", "x"],
    [{ POSTGRESQL_USERNAME: "ada", POSTGRESQL_PASSWORD: "x", POSTGRESQL_POSTGRES_PASSWORD: "y" }, "-U postgres", "y"],
  ])("with %j as %s", async (variables, user, password) => {
    const { words, environment } = await asked("postgres", variables);
    expect(words).toContain(`${user} -w`);
    expect(environment.PGPASSWORD).toBe(password);
  });

  it.each([
    [["docker-entrypoint.sh", "postgres", "-p", "5433"], "-p 5433"],
    [["postgres", "-c", "shared_buffers=1GB", "-c", "port=5433"], "-p 5433"],
    [["postgres", "-c", "shared_buffers=1GB"], "-w -X"],
  ])("on the port of %j", async (command, port) => {
    expect((await asked("postgres", {}, command)).words).toContain(port);
  });
});

describe("MySQL and MariaDB are asked", () => {
  it.each([
    [{ MYSQL_ROOT_PASSWORD: "x", MYSQL_USER: "ada", MYSQL_PASSWORD: "y" }, "root", "x"],
    [{ MARIADB_ROOT_PASSWORD: "x" }, "root", "x"],
    [{ MARIADB_ROOT_PASSWORD_FILE: "/run/secrets/password" }, "root", "from a file"],
    [{ MYSQL_RANDOM_ROOT_PASSWORD: "yes", MYSQL_USER: "ada", MYSQL_PASSWORD: "y" }, "ada", "y"],
    [{ MARIADB_USER: "ada", MARIADB_PASSWORD_FILE: "/run/secrets/password" }, "ada", "from a file"],
    [{ MYSQL_ALLOW_EMPTY_PASSWORD: "1", MYSQL_USER: "ada", MYSQL_PASSWORD: "y" }, "root", undefined],
    [{ ALLOW_EMPTY_PASSWORD: "no", MARIADB_USER: "ada", MARIADB_PASSWORD: "y" }, "ada", "y"],
    [{ MARIADB_ROOT_USER: "boss", MARIADB_ROOT_PASSWORD: "x" }, "boss", "x"],
    [{}, "root", undefined],
  ])("with %j as %s", async (variables, user, password) => {
    const { words, environment } = await asked("mysql", variables);
    expect(words).toContain(`mysql -u ${user} -N`);
    expect(environment.MYSQL_PWD).toBe(password);
  });

  it("by the socket that the server was given", async () => {
    const command = ["mysqld", "--socket=/run/other.sock"];
    expect((await asked("mysql", {}, command)).words).toContain("--socket=/run/other.sock");
  });
});

describe("Redis and Valkey are asked", () => {
  it.each([
    [{ REDIS_PASSWORD: "x" }, [], "x"],
    [{ VALKEY_PASSWORD_FILE: "/run/secrets/password" }, [], "from a file"],
    [{}, ["redis-server", "--requirepass", "y"], "y"],
    [{ REDIS_PASSWORD: "x" }, ["sh", "-c", "redis-server --requirepass $REDIS_PASSWORD"], "x"],
    [{}, ["redis-server"], undefined],
  ])("with %j and %j", async (variables, command, password) => {
    expect((await asked("redis", variables, command)).environment.REDISCLI_AUTH).toBe(password);
  });

  it.each([
    [{ REDIS_PORT_NUMBER: "7001" }, []],
    [{}, ["redis-server", "--port", "7001"]],
  ])("on the port of %j and %j", async (variables, command) => {
    expect((await asked("redis", variables, command)).words).toContain("-p 7001 info");
  });
});
