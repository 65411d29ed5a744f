import { beforeEach, describe, expect, test } from "vitest";
import type { StackProgress } from "../../../server/model/deployment/event.ts";
import type { Installation } from "../../../server/model/product.ts";
import { aService } from "../../model/a-deployment.ts";
import { aMember, type Member } from "../member.ts";
import { sampleCommit, sampleSpec } from "../samples.ts";
import { createWorld, type World } from "../world.ts";

let world: World;
let member: Member;
let installation: Installation;
beforeEach(async () => {
  world = await createWorld();
  member = await aMember(world);
  ({ installation } = await world.samples.product("shop"));
});

const stacks = [
  { name: "backend", services: [aService({ name: "migrate", kind: "init" }), aService({ name: "api" })] },
  { name: "frontend", services: [aService({ name: "web" })] },
];

function deploying() {
  const row = world.samples.deploying(installation);
  return world.store.put({ ...row, spec: { ...sampleSpec("shop"), stacks } });
}

const stack = (changes: Partial<StackProgress>) => ({
  type: "stack" as const,
  stack: {
    name: "backend",
    status: "deploying" as const,
    phase: "Checking health",
    percent: 60,
    serviceCount: 2,
    servicesDone: 1,
    currentService: "api",
    ...changes,
  },
});

describe("the data before a migration", () => {
  test("was backed up, or says why it was not", async () => {
    const { id } = deploying();
    expect((await member.get(`/deployments/${id}`)).text).not.toContain("before the migration");
    const made = { services: ["db"], bytes: 3_200_000, tookMs: 4_000 };
    await world.store.events.append(id, [{ type: "data-backup", made, skipped: [] }]);
    const { text, html } = await member.get(`/deployments/${id}`);
    expect(text).toContain("Data was backed up before the migration: 3.2 MB in 4 s. Backups");
    expect(html).toContain('href="/products/shop/backups"');
    const skipped = [{ service: "files", why: "this is switched off" }];
    await world.store.events.append(id, [{ type: "data-backup", made: null, skipped }]);
    expect((await member.get(`/deployments/${id}`)).text).toContain(
      "The data of files was not backed up before the migration: this is switched off. Backups",
    );
  });
});

describe("the stacks of a deployment", () => {
  test("stand side by side, and the one that is being worked on is shown", async () => {
    const { id } = deploying();
    await world.store.events.append(id, [
      stack({ phase: "Running init containers", percent: 30, servicesDone: 0, currentService: "migrate" }),
      { type: "log", source: "init", service: "migrate", lines: ["adding <b>columns</b>"] },
    ]);
    const { text, html } = await member.get(`/deployments/${id}`);
    expect(text).toContain("0 of 2 stacks");
    expect(text).toContain("Backend 2 services Deploying Frontend 1 service Pending");
    expect(text).toContain("Backend Running init containers 0 % · 0 of 2 services · migrate Output of migrate adding");
    expect(html).toContain("adding &lt;b&gt;columns&lt;/b&gt;");
    expect(html).toContain(`href="/deployments/${id}?stack=backend" aria-current="true"`);
  });

  test.each([
    ["pending", {}, "Waiting for its turn"],
    [
      "removing",
      { currentService: "db" },
      "Removing existing stack before redeploy… The old db is stopped so that the new one can start.",
    ],
    ["deploying", {}, "Checking health 50 % · 1 of 2 services · api"],
    ["running", { servicesDone: 2 }, "All 2 services have passed their checks. 2 of 2 services"],
    [
      "failed",
      { message: "api exited with code 1" },
      "api exited with code 1 1 of 2 services · stopped at: Checking health",
    ],
    ["deploying", { phasePercent: 33 }, "Checking health 33 % · 1 of 2 services · api"],
  ] as const)("say what %s means", async (status, changes, words) => {
    const { id } = deploying();
    await world.store.events.append(id, [stack({ status, ...changes })]);
    expect((await member.get(`/deployments/${id}?stack=backend`)).text).toContain(words);
  });

  test("have the colour of their state, and one that was taken back is not shown as what failed", async () => {
    const { id } = deploying();
    await world.store.events.append(id, [
      stack({ status: "failed", message: "api exited with code 1" }),
      stack({ name: "frontend", status: "failed", message: "rolled back: api failed" }),
    ]);
    const { text, html } = await member.get(`/deployments/${id}`);
    expect(text).toMatch(/Backend 2 services Failed Frontend \d services? Rolled back/);
    expect(html).toContain('class="split-name tone-bad"');
    expect(html).toContain('class="split-name tone-off"');
    expect(html).toContain('<progress value="0" max="2" aria-label="Progress of all stacks">');
  });

  test("are chosen by the address, with the log of that stack", async () => {
    const { id } = deploying();
    await world.store.events.append(id, [
      { type: "log", source: "container", service: "api", lines: ["only of the backend"] },
      { type: "log", source: "container", service: "web", lines: ["only of the frontend"] },
      { type: "note", text: "of everything" },
    ]);
    const { text, html } = await member.get(`/deployments/${id}?stack=frontend`);
    expect(text).toContain("Log of Frontend");
    expect(text).toContain("only of the frontend");
    expect(text).toContain("of everything");
    expect(text).not.toContain("only of the backend");
    expect(html).toContain(`stream?after=3&amp;stack=frontend"`);
    expect((await member.get(`/deployments/${id}`)).text).toContain("only of the backend");
  });

  test("are known from the version that is made live again, before the first word about them", async () => {
    const source = world.samples.ready(installation);
    world.store.put({ ...source, spec: { ...source.spec, stacks } });
    const { id } = world.samples.queued(installation, { sourceId: source.id, trigger: "rollback" });
    const { text } = await member.get(`/deployments/${id}`);
    expect(text).toContain("Redeployed #1 by admin");
    expect(text).toContain("Backend 2 services Pending Frontend 1 service Pending");
    expect(text).toContain("Waiting for the deployment to start.");
  });

  test("are not distinguished when there is one", async () => {
    const { id } = world.samples.live(installation);
    await world.store.events.append(id, [stack({ name: "shop", status: "running" })]);
    const { text } = await member.get(`/deployments/${id}`);
    expect(text).not.toContain("of 1 stacks");
    expect(text).toMatch(/Live at shop\.localhost:8080 Go to shop All deployments/);
  });
});

test("checks are a timeline with the moment in which traffic moved", async () => {
  const { id } = world.samples.live(installation);
  const check = { type: "check", service: "web", needed: 2 } as const;
  await world.store.events.append(id, [
    { ...check, healthy: false, streak: 0, detail: "connection refused" },
    { ...check, healthy: true, streak: 2, detail: "GET / answered 200 in 3 ms" },
    { type: "cut-over", urls: [], tookMs: 0.21 },
  ]);
  const { html, text } = await member.get(`/deployments/${id}`);
  expect(text).toContain("web , passed:");
  expect(text).toContain("GET / answered 200 in 3 ms (2 of 2)");
  expect(text).toContain("Traffic switched, just now");
  expect(marksIn(html)).toEqual(["wait", "good"]);
});

test("a check that was not passed when the deployment failed is not waited for any more", async () => {
  const { id } = world.samples.failed(installation, {});
  await world.store.events.append(id, [
    { type: "check", service: "web", needed: 3, healthy: false, streak: 0, detail: "connection refused" },
    { type: "status", status: "failed", reason: null },
  ]);
  expect((await member.get(`/deployments/${id}`)).text).toContain("web , did not pass:");
});

test("checks are red only where something went wrong, not where it had yet to start", async () => {
  const { id } = world.samples.failed(installation, {});
  const check = { type: "check", streak: 0, needed: 3, detail: "" } as const;
  await world.store.events.append(id, [
    { ...check, service: "lost", healthy: false },
    { ...check, service: "lost", healthy: true, streak: 3 },
    { ...check, service: "lost", healthy: false },
  ]);
  expect(marksIn((await member.get(`/deployments/${id}`)).html)).toEqual(["wait", "good", "bad"]);
  await world.store.events.append(id, [
    { ...check, service: "never", healthy: false },
    { type: "status", status: "failed", reason: null },
  ]);
  expect(marksIn((await member.get(`/deployments/${id}`)).html)).toEqual(["wait", "good", "bad", "bad"]);
});

const marksIn = (html: string) => [...html.matchAll(/class="mark-(good|bad|wait)"/g)].map(([, tone]) => tone);

describe("a deployment that failed", () => {
  test("says what came in since the last good one", async () => {
    const good = world.samples.live(installation, { commit: sampleCommit("Good") });
    const failed = world.samples.failed(installation, {}, { commit: sampleCommit("Bad") });
    world.git.between.set(`${good.commit?.sha}..${failed.commit?.sha}`, [sampleCommit("Bad"), sampleCommit("Worse")]);
    const { text } = await member.get(`/deployments/${failed.id}`);
    expect(text).toMatch(/What changed since #1, the last good version Adds 2 commits .* Bad Ada Lovelace .* Worse/);
    expect(text).toContain("#1 is still live; it went live just now");
  });

  test("is tried again from the same commit", async () => {
    const failed = world.samples.failed(installation, {}, { commit: sampleCommit("Flaky") });
    world.git.commits.set(failed.commit?.sha ?? "", sampleCommit("Flaky"));
    // The failed push has not moved its branch.
    world.git.commits.set("main", sampleCommit("Good"));
    const { location } = await member.post(`/deployments/${failed.id}/retry`);
    const [newest] = await world.store.deployments.list({ limit: 1 });
    expect(location).toBe(`/deployments/${newest?.id}`);
    expect(newest).toMatchObject({ status: "queued", commit: failed.commit, ref: "main", by: "admin" });
  });

  test("of a version that had been ready before is made live again as it was meant to be", async () => {
    const source = world.samples.ready(installation);
    const failed = world.samples.failed(
      installation,
      {},
      { sourceId: source.id, trigger: "rollback", variables: "then" },
    );
    await member.post(`/deployments/${failed.id}/retry`);
    const [newest] = await world.store.deployments.list({ limit: 1 });
    expect(newest).toMatchObject({ sourceId: source.id, variables: "then" });
  });

  test("is the only one that can be tried again", async () => {
    const ready = world.samples.ready(installation);
    expect((await member.post(`/deployments/${ready.id}/retry`)).status).toBe(409);
  });
});

test("going back says which commits are taken back, what is interrupted, and which init services ran since", async () => {
  const db = aService({ name: "db", kind: "tcp", stateful: "keeps its data in the volume db" });
  const init = aService({ name: "migrate", kind: "init" });
  const earlier = world.samples.ready(installation, { commit: sampleCommit("Earlier") });
  world.store.put({ ...earlier, spec: { ...earlier.spec, stacks: [{ name: "shop", services: [db] }] } });
  const later = world.samples.live(installation, { commit: sampleCommit("Later") });
  const services = [{ ...db, port: 5433 }, init];
  world.store.put({ ...later, spec: { ...later.spec, stacks: [{ name: "shop", services }] } });
  world.git.between.set(`${earlier.commit?.sha}..${later.commit?.sha}`, [sampleCommit("Later")]);

  const { text } = await member.get(`/deployments/${earlier.id}/redeploy`);
  expect(text).toContain("Reverts 1 commit");
  expect(text).toContain("db will be unavailable while it is replaced: its port changed.");
  expect(text).toContain("migrate has run since, in #2. Its changes to your data will not be undone.");
});

test("going back to a version without a service that keeps data says that it is stopped", async () => {
  const db = aService({ name: "db", kind: "tcp", stateful: "keeps its data in the volume db" });
  const earlier = world.samples.ready(installation);
  const later = world.samples.live(installation);
  world.store.put({ ...later, spec: { ...later.spec, stacks: [{ name: "shop", services: [aService(), db] }] } });
  const { text } = await member.get(`/deployments/${earlier.id}/redeploy`);
  expect(text).toContain("db will be stopped: it is not part of this version.");
  expect(text).not.toContain("unavailable");
});

test("the search without scripts leaves lines with the words alone", async () => {
  const { id } = world.samples.building(installation);
  await world.store.events.append(id, [
    { type: "log", source: "build", service: null, lines: ["all is well", "\u001b[31mAn Error\u001b[0m"] },
  ]);
  const { text } = await member.get(`/deployments/${id}?q=an+error`);
  expect(text).toContain("An Error");
  expect(text).not.toContain("all is well");
});

describe("the list of all deployments", () => {
  test("lets people choose from a few products, and type the name of one of many", async () => {
    await world.samples.product("docs");
    expect((await member.get("/deployments")).html).toContain('<option value="docs">');

    for (let number = 0; number < 50; number++) await world.samples.product(`app-${number}`);
    const { html } = await member.get("/deployments?product=docs");
    expect(html).not.toContain("<option");
    expect(html).toMatch(/<input id="product" type="search" name="product" value="docs"/);
  });
});

describe("the environments", () => {
  test("name the first of many products, and count the others", async () => {
    for (let number = 0; number < 60; number++) await world.samples.product(`app-${number}`);
    const { text } = await member.get("/environments");
    expect(text).toMatch(/and 1\d more/);
  });
});
