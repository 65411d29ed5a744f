import { readFile, truncate, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { beforeAll, expect, test } from "vitest";
import type { ServiceApp } from "../support/apps/apps.ts";
import { useWorkshop } from "../support/apps/workshop.ts";
import { embeddedPostgres, useBaton } from "../support/baton/harness.ts";
import { runServer } from "../support/baton/server-process.ts";

const baton = useBaton(embeddedPostgres);
const workshop = useWorkshop();
let app: ServiceApp;

beforeAll(async () => {
  app = await workshop.serviceApp("app");
  await app.release("v1");
  expect(await app.repository.push(baton().remote("app")).done).toMatchObject({ code: 0 });
});

const version = () =>
  baton()
    .ask("app")
    .then(
      ({ body }) => body,
      () => "not reached",
    );

/** What a power cut leaves of Baton: nothing runs. The containers come back with Docker. */
async function cutThePower(): Promise<void> {
  const data = baton().environment.BATON_DATA ?? "";
  await baton().kill();
  for (const file of ["caddy/caddy.keeper", "caddy/caddy.pid", "postgres/cluster/data/postmaster.pid"]) {
    const [pid = ""] = (await readFile(join(data, file), "utf8")).split("\n");
    process.kill(Number(pid), "SIGKILL");
  }
  await expect.poll(version, { timeout: 10_000 }).toBe("not reached");
}

test("a database that a power cut has damaged keeps no app from its users, and the start says how to restore it", async () => {
  const control = join(baton().environment.BATON_DATA ?? "", "postgres/cluster/data/global/pg_control");
  await cutThePower();
  const whole = await readFile(control);
  await truncate(control, 100);

  const { code, output } = await runServer("main.js", baton().environment).exited;
  expect(code).toBe(1);
  expect(output).toContain("The embedded Postgres did not start.");
  expect(output).toContain("restore the database");
  expect(await version()).toBe("v1");

  await writeFile(control, whole);
  await baton().restart();
  expect(await version()).toBe("v1");
  await app.release("v2");
  expect(await app.repository.push(baton().remote("app")).done).toMatchObject({ code: 0 });
  expect(await version()).toBe("v2");
});
