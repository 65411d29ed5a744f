import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { keepWaitingConnections } from "../../bin/set-up/programs/kernel.mjs";
import { temporaryFolder } from "./temporary-folder.ts";

test("waiting connections are kept from now on, and a second time there is nothing to do", async () => {
  const setting = join(await temporaryFolder(), "tcp_migrate_req");
  await writeFile(setting, "0\n");
  expect(await keepWaitingConnections(setting)).toMatchObject({ did: "set" });
  expect(await readFile(setting, "utf8")).toBe("1");
  expect(await keepWaitingConnections(setting)).toEqual({ is: "net.ipv4.tcp_migrate_req = 1" });
});

test("a kernel without the setting is said in one line, and nothing fails", async () => {
  const outcome = await keepWaitingConnections(join(await temporaryFolder(), "none"));
  expect(outcome.mark).toBe("–");
  expect(outcome.is).toContain("this kernel does not support it");
});
