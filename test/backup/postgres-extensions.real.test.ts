import { afterAll, beforeAll, expect, it } from "vitest";
import { servers } from "./database-image.ts";
import { eventually, type RunningDatabases, runDatabases } from "./running-databases.ts";

let databases: RunningDatabases;
beforeAll(async () => {
  databases = await runDatabases("sid");
});
afterAll(() => databases?.end());

it("a Postgres 18 server with hypertables and vectors gets them back, though it listens on another port", async () => {
  const command = servers.postgres.command.map((word) =>
    word.replace("exec postgres", "exec postgres -c shared_preload_libraries=timescaledb -c port=5433"),
  );
  const POSTGRES_USER = "app";
  const server = await databases.start("postgres", "timescale", { command, environment: { POSTGRES_USER } });
  const sql = (database: string, query: string) =>
    databases.ask(server.id, ["psql", "-p", "5433", "-XAtq", "-U", "app", "-d", database, "-c", query]);
  await eventually(() => sql("shop", "select 1"));
  await sql("shop", "create extension vector");
  await sql("shop", "create extension timescaledb");
  await sql("shop", "create table readings (at timestamptz not null, place vector(2), value int)");
  await sql("shop", "select create_hypertable('readings', 'at')");
  await sql(
    "shop",
    "insert into readings select '2026-01-01'::timestamptz + n * interval '1 day', '[1,2]', n from generate_series(1, 60) n",
  );
  // Beside it, a database without these extensions.
  await sql("shop", "create database plain");
  await sql("plain", "create table notes (text text); insert into notes values ('a')");
  const state = async (database: string) => [
    await sql(database, "select count(*), max(value), sum(place <-> '[1,2]') from readings"),
    await sql(database, "select count(*) > 5 from timescaledb_information.chunks"),
  ];
  const before = await state("shop");
  expect(before).toEqual(["60|60|0", "t"]);

  const subject = databases.subjectOf("postgres", server);
  const backup = await databases.dump(subject);
  await sql("shop", "delete from readings where value > 3");
  expect(await databases.restore(subject, backup, "same")).toEqual(["plain", "shop"]);
  expect(await state("shop")).toEqual(before);
  await sql("shop", "insert into readings values ('2027-01-01', '[3,4]', 61)");
  expect(await sql("plain", "select string_agg(extname, ',') from pg_extension")).toBe("plpgsql");
  expect(await databases.restore(subject, backup, "new")).toEqual(["plain_20261130_0310", "shop_20261130_0310"]);
  expect(await state("shop_20261130_0310")).toEqual(before);
});
