import postgres from "postgres";
import { beforeAll, expect, test } from "vitest";
import type { DeploymentEvent } from "../../../server/model/deployment/event.ts";
import type { ServiceApp } from "../support/apps/apps.ts";
import { useWorkshop } from "../support/apps/workshop.ts";
import { type DeploymentJson, isOfType, type RedeployJson } from "../support/baton/api-client.ts";
import { useBaton } from "../support/baton/harness.ts";
import { startTraffic } from "../support/traffic.ts";

const keptVersions = 3;
const baton = useBaton({ BATON_KEEP_VERSIONS: String(keptVersions) });
const workshop = useWorkshop();
let app: ServiceApp;
/** By version; v1 is the first. */
const deployments: DeploymentJson[] = [];

const colour = async () => (await baton().ask("app", "/variable?name=COLOUR")).body;
const version = async () => (await baton().ask("app")).body;

async function setColour(value: string): Promise<void> {
  const { id } = await baton().api.installation("app");
  const { status } = await baton().api.send("PUT", `/api/product-deployments/${id}/variables`, {
    set: { COLOUR: value },
  });
  expect(status).toBe(200);
}

async function redeploy(source: DeploymentJson | undefined, variables?: "then" | "now") {
  const body = variables && { variables };
  const answer = await baton().api.send<RedeployJson>("POST", `/api/deployments/${source?.id}/redeploy`, body);
  expect(answer.status).toBe(202);
  const deployment = await baton().api.settled(answer.body.id);
  expect(deployment).toMatchObject({ status: "ready", live: true, source: source?.id });
  return { deployment, rebuild: answer.body.rebuild, stages: stagesOf(await baton().api.allEvents(deployment.id)) };
}

const stagesOf = (events: readonly DeploymentEvent[]) =>
  events.filter((event) => isOfType(event, "stage")).map(({ stage }) => stage);

beforeAll(async () => {
  app = await workshop.serviceApp("app");
  for (const [index, value] of ["red", "green", "blue"].entries()) {
    await app.release(`v${index + 1}`);
    const { code, text } = await app.repository.push(baton().remote("app")).done;
    expect(code, text).toBe(0);
    deployments.push(await baton().api.newest("app"));
    await setColour(value);
  }
});

test("the version before last is live again without a build, with the variables it had, losing no request", async () => {
  expect([await version(), await colour()]).toEqual(["v3", "green"]);
  const place = { httpPort: baton().httpPort, product: "app" };
  const traffic = startTraffic({ ...place, connections: "new", workers: 1, pauseMs: 5 });

  const { deployment, rebuild, stages } = await redeploy(deployments[0]);

  const { failures, versions } = await traffic.stop();
  expect(failures).toEqual([]);
  expect(versions).toEqual([1, 3]);
  expect(rebuild).toBe(false);
  expect(deployment).toMatchObject({ trigger: "rollback", commit: { sha: deployments[0]?.commit?.sha } });
  expect(stages).toEqual(["fetch", "start", "health", "cut-over", "watch"]);
  // That version was deployed before COLOUR was first set.
  expect([await version(), await colour()]).toEqual(["v1", ""]);
});

test("a previous version can be had with today's variables, too", async () => {
  await redeploy(deployments[1], "now");
  expect([await version(), await colour()]).toEqual(["v2", "blue"]);
});

test("the live version can be redeployed: new containers, nothing built", async () => {
  const [before, answer] = [await baton().containersOf("app"), await version()];
  const { deployment, stages } = await redeploy(await baton().api.newest("app"));
  expect(deployment.trigger).toBe("redeploy");
  expect(stages).not.toContain("build");
  expect(await baton().containersOf("app")).not.toEqual(before);
  expect(await version()).toBe(answer);
});

test("stopped, its address answers 503 with a page; a redeploy starts it again", async () => {
  const { id } = await baton().api.installation("app");
  const [live, answer] = [await baton().api.newest("app"), await version()];
  expect((await baton().api.send("POST", `/api/product-deployments/${id}/stop`)).status).toBe(202);
  await expect.poll(async () => (await baton().ask("app", "/")).status, { timeout: 5_000 }).toBe(503);
  expect((await baton().ask("app", "/")).body).toMatch(/<h1[^>]*>.*<\/h1>/s);
  expect(await baton().api.installation("app")).toMatchObject({ status: "stopped", live: null });
  expect(await baton().api.deployment(live.id)).toMatchObject({ status: "stopped", reason: "stopped by hand" });
  await expect.poll(() => baton().containersOf("app"), { timeout: 20_000 }).toEqual([]);

  const { stages } = await redeploy(live);
  expect(stages).not.toContain("build");
  expect(await version()).toBe(answer);
  expect((await baton().api.installation("app")).status).toBe("running");
});

test("a version that was never ready cannot be made live again", async () => {
  await app.release("v4", { build: "RUN exit 1" });
  expect((await app.repository.push(baton().remote("app")).done).code).not.toBe(0);
  const { id } = await baton().api.newest("app");
  expect((await baton().api.send("POST", `/api/deployments/${id}/redeploy`)).status).toBe(409);
});

test("images of older versions go; such a version is built again from its commit, and says so", async () => {
  const imagesOf = async () => (await baton().inDocker()).filter((one) => one.startsWith("image")).length;
  for (const release of ["v5", "v6", "v7"]) {
    await app.release(release);
    expect((await app.repository.push(baton().remote("app")).done).code).toBe(0);
  }
  await baton().api.settled((await baton().api.newest("app")).id);
  await expect.poll(imagesOf, { timeout: 10_000 }).toBe(keptVersions);

  const { rebuild, stages } = await redeploy(deployments[2]);
  expect(rebuild).toBe(true);
  expect(stages).toContain("build");
  expect([await version(), await colour()]).toEqual(["v3", "green"]);
});

test("images of versions that were replaced long ago go, too; such a version is built again from its commit", async () => {
  await baton().restart({ BATON_KEEP_VERSIONS: "20", BATON_KEEP_VERSION_DAYS: "2" });
  const isThere = async ({ id }: DeploymentJson) =>
    (await baton().inDocker()).some((one) => one.startsWith("image") && new RegExp(`:d${id}(?:\\s|$)`).test(one));
  const pushed = async (release: string) => {
    await app.release(release);
    expect((await app.repository.push(baton().remote("app")).done).code).toBe(0);
    return baton().api.settled((await baton().api.newest("app")).id);
  };
  const [v8, v9] = [await pushed("v8"), await pushed("v9")];
  expect([await isThere(v8), await isThere(v9)]).toEqual([true, true]);
  const database = postgres(baton().environment.DATABASE_URL ?? "", { max: 1 });
  await database`update deployments set ready_at = ready_at - interval '3 days' where ready_at is not null`;
  await database.end();

  // v8 was replaced by v9 three days ago, and v9 just now.
  await pushed("v10");
  await expect.poll(() => isThere(v8), { timeout: 10_000 }).toBe(false);
  expect(await isThere(v9)).toBe(true);

  // Docker takes an image's name away first, and then its layers.
  await expect
    .poll(() => baton().api.text(`/deployments/${v8.id}/redeploy`), { timeout: 10_000 })
    .toMatch(/Images were removed \(.*\), so this commit will be rebuilt\./);
  const { rebuild, stages } = await redeploy(v8);
  expect(rebuild).toBe(true);
  expect(stages).toContain("build");
  expect(await version()).toBe("v8");
});
