import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { addressesOf } from "../../server/probe/reach.ts";

let folder = "";
const hosts = () => join(folder, "hosts");

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "baton-hosts-"));
  await writeFile(
    hosts(),
    "127.0.0.1\tlocalhost\n# 10.0.0.1 commented.example.com\n10.0.0.2 other.example.com Db.Example.com # 10.0.0.3 db.example.com\n::1 db.example.com\n",
  );
});
afterAll(() => rm(folder, { recursive: true, force: true }));

test("what /etc/hosts says of a name counts, whatever its case and its last dot", async () => {
  const found = ["10.0.0.2", "::1"];
  expect(await addressesOf("db.example.com", hosts(), AbortSignal.timeout(1_000))).toEqual(found);
  expect(await addressesOf("DB.example.com.", hosts(), AbortSignal.timeout(1_000))).toEqual(found);
});

test("a name that nobody knows, or nobody within the time, leads nowhere", async () => {
  expect(await addressesOf("commented.example.com", hosts(), AbortSignal.abort())).toEqual([]);
  expect(await addressesOf("missing.invalid", join(folder, "none"), AbortSignal.timeout(1_000))).toEqual([]);
});
