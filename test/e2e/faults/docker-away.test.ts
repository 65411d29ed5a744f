import { beforeAll, expect, test } from "vitest";
import type { ServiceApp } from "../support/apps/apps.ts";
import { useWorkshop } from "../support/apps/workshop.ts";
import { useDockerDoor } from "../support/baton/docker-door.ts";
import { useBaton } from "../support/baton/harness.ts";
import { startTraffic } from "../support/traffic.ts";

const door = useDockerDoor();
const baton = useBaton(door.environment);
const workshop = useWorkshop();
let app: ServiceApp;

beforeAll(async () => {
  app = await workshop.serviceApp("app");
  await app.release("v1");
  expect(await app.repository.push(baton().remote("app")).done).toMatchObject({ code: 0 });
});

const health = async () => (await fetch(`${baton().url}/healthz`)).status;

test("a Docker that goes in the middle of a build and comes back costs the app nothing, and the push some time", async () => {
  const traffic = startTraffic({
    ...{ httpPort: baton().httpPort, product: "app", connections: "new", workers: 1, pauseMs: 5 },
  });
  await app.release("v2", { build: "RUN echo begun && sleep 4" });
  const push = app.repository.push(baton().remote("app"));
  await push.shows(/\| begun/);
  await door.shut();
  await push.shows(/Docker is not responding \(.+\); waiting for it/);
  expect(await health()).toBe(503);

  await door.open();
  const { code, text } = await push.done;
  expect(code, text).toBe(0);
  expect(text).toContain("Docker is back; starting over");
  await traffic.sees(2);
  const { failures, wentBack } = await traffic.stop();
  expect([failures, wentBack]).toEqual([[], []]);
  expect(await health()).toBe(200);
});

test("a push to a Docker that hangs waits for it, and can be cancelled meanwhile", async () => {
  const before = await baton().ask("app");
  door.silence();
  await app.release("v3");
  const push = app.repository.push(baton().remote("app"));
  await push.shows(/Docker is not responding \(.+\); waiting for it/);
  const { id } = await baton().api.newest("app");
  expect((await baton().api.send("POST", `/api/deployments/${id}/cancel`)).status).toBe(202);
  await door.open();
  expect((await push.done).code).not.toBe(0);
  expect((await baton().api.settled(id)).status).toBe("stopped");
  expect(await baton().ask("app")).toEqual(before);
});
