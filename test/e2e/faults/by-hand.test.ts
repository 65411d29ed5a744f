import { beforeAll, expect, test } from "vitest";
import type { ServiceApp } from "../support/apps/apps.ts";
import { useWorkshop } from "../support/apps/workshop.ts";
import { useBaton } from "../support/baton/harness.ts";

const baton = useBaton();
const workshop = useWorkshop();
let app: ServiceApp;

beforeAll(async () => {
  app = await workshop.serviceApp("app");
  await app.release("v1");
  expect(await app.repository.push(baton().remote("app")).done).toMatchObject({ code: 0 });
});

const isServed = () =>
  baton()
    .ask("app")
    .then(({ status, body }) => `${status} ${body}`);

/** The regular look comes every 30 s, so what is back sooner was brought back for Docker's own news. */
const soonMs = 15_000;

test.each([
  ["docker stop", (container: Container) => container.stop({ t: 0 })],
  ["docker kill", (container: Container) => container.kill()],
  ["docker rm -f", (container: Container) => container.remove({ force: true })],
])("a live container is back soon after %s", async (_, act) => {
  const [name = ""] = await baton().containersOf("app");
  await act(baton().docker.getContainer(name));
  await expect.poll(isServed, { timeout: soonMs, interval: 50 }).toBe("200 v1");
  expect(await baton().containersOf("app")).toEqual([name]);
});

type Container = ReturnType<ReturnType<typeof baton>["docker"]["getContainer"]>;
