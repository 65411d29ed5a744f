import { beforeEach, describe, expect, test } from "vitest";
import { plainContainer, type ServiceKind } from "../../../server/model/deployment/spec.ts";
import type { Installation, Product } from "../../../server/model/product.ts";
import { nothingSet } from "../../../server/model/service-settings.ts";
import { aService } from "../../model/a-deployment.ts";
import { aMember, type Member } from "../member.ts";
import { sampleCommit, sampleContainer, sampleSpec } from "../samples.ts";
import { createWorld, type World } from "../world.ts";

let world: World;
let member: Member;
let product: Product;
let installation: Installation;
beforeEach(async () => {
  world = await createWorld();
  member = await aMember(world);
  ({ product, installation } = await world.samples.product("shop"));
});

/** A live version of two stacks. */
function liveWithStacks() {
  const live = world.samples.live(installation);
  const service = (name: string, kind: ServiceKind, stateful: string | null = null) =>
    aService({ name, kind, stateful });
  const stacks = [
    { name: "back-end", services: [service("api", "web"), service("db", "tcp", "keeps its data in the volume db")] },
    { name: "front-end", services: [service("web", "web")] },
  ];
  return world.store.put({ ...live, spec: { ...sampleSpec("shop"), stacks } });
}

async function inStaging() {
  const environment = await world.store.environments.create({ name: "staging", domain: null, branch: "next" });
  const made = await world.store.installations.create({
    productId: product.id,
    environmentId: environment?.id as never,
    branch: "next",
  });
  if (!made) throw new Error("not installed");
  return made;
}

describe("a product", () => {
  test("has an address for each of its tabs, and names the one that is shown", async () => {
    for (const tab of ["deployments", "logs", "variables", "domains", "settings"]) {
      const { status, html } = await member.get(`/products/shop/${tab}`);
      expect(status, tab).toBe(200);
      expect(html).toMatch(new RegExp(`href="/products/shop/${tab}" aria-current="page"`));
    }
    expect((await member.get("/products/shop")).html).toContain('href="/products/shop/webhooks"');
  });

  test("that nothing was pushed to yet says how to push", async () => {
    const { text } = await member.get("/products/shop");
    expect(text).toContain("Push the first version");
    expect(text).toContain("git push http://x:TOKEN@127.0.0.1:4000/git/shop.git main");
  });

  test("whose branch was pushed before it was installed elsewhere is deployed there with a button, since git pushes nothing twice", async () => {
    await inStaging();
    const before = await member.get("/products/shop?environment=staging");
    expect(before.html).not.toContain('action="/products/shop/deploy');

    world.git.commits.set("next", sampleCommit("Ready to go"));
    const { html, text } = await member.get("/products/shop?environment=staging");
    expect(text).toContain("next has been pushed already: Ready to go");
    expect(html).toMatch(/action="\/products\/shop\/deploy\?environment=staging"/);

    const { status, location } = await member.post("/products/shop/deploy?environment=staging");
    expect(status).toBe(303);
    const deployment = await member.get(location ?? "");
    expect(deployment.text).toContain("Started by admin");
  });

  test("that is fetched from a repository is not asked to be pushed", async () => {
    await world.store.products.update(product.id, { repository: "https://github.com/acme/shop.git" });
    const first = await member.get("/products/shop");
    expect(first.text).toContain("Pushes to main of https://github.com/acme/shop.git are deployed.");
    expect(first.html).toContain('href="/products/shop/webhooks">Open the Repository tab');
    world.samples.live(installation);
    const later = await member.get("/products/shop");
    expect(first.text + later.text).not.toContain("git push");
  });

  test("shows its services by stack, each with its state and a way to its log", async () => {
    const live = liveWithStacks();
    world.engine.containers.push(sampleContainer(live, product.id, { service: "api" }));
    const { text, html } = await member.get("/products/shop");
    expect(text).toMatch(/back-end api web Running Logs of api db tcp Crashed Logs of db front-end web web Crashed/);
    expect(html).toContain('href="/products/shop/logs?environment=production&amp;service=db"');
  });

  test("is shown in the environment that its address names, and keeps it from tab to tab", async () => {
    const staging = await inStaging();
    world.samples.ready(staging, { commit: sampleCommit("Only in staging") });
    world.samples.live(installation, { commit: sampleCommit("Only in production") });
    const { html, text } = await member.get("/products/shop/deployments?environment=staging");
    expect(text).toContain("Only in staging");
    expect(text).not.toContain("Only in production");
    expect(html).toContain('href="/products/shop/logs?environment=staging"');
    expect(html).toContain('<a href="/products/shop/deployments?environment=staging" aria-current="true">staging</a>');
    expect((await member.get("/products/shop?environment=nowhere")).status).toBe(404);
    expect((await member.get("/")).text).toMatch(/shop production .* staging/);
  });

  test("that is in no environment says how it gets into one, and can still be deleted", async () => {
    await world.store.installations.markDeleted(installation.id, { keepVolumes: true });
    expect((await member.get("/")).text).toContain("shop In no environment");
    const { status, text } = await member.get("/products/shop");
    expect(status).toBe(200);
    expect(text).toContain("Not installed in any environment");
    expect(text).toContain("git push http://x:TOKEN@127.0.0.1:4000/git/shop.git main");
    expect((await member.get("/products/shop/delete")).text).toContain("Delete shop?");
    expect((await member.get("/products/shop/settings")).status).toBe(404);

    const { location } = await member.post("/products/shop/settings", { install: "production" });
    expect(location).toBe("/products/shop?environment=production&done=installed");
    expect((await member.get(location ?? "")).text).toContain("Installed. Nothing is deployed here yet.");
  });

  test("shows on one page about its repository which environments deploy what, and each one's branch is set there", async () => {
    const staging = await inStaging();
    const url = "https://github.com/acme/shop.git";
    await world.store.products.update(product.id, { repository: url });
    world.samples.live(installation, { commit: sampleCommit("Only in production") });
    const page = await member.get("/products/shop/webhooks?environment=staging");
    expect(page.text).toMatch(
      /production deploys pushes to main #1 .* staging deploys pushes to next No version is live/,
    );
    expect(page.html).toContain('href="/products/shop/settings?environment=staging"');
    await member.post("/products/shop/webhooks/repository", {
      repository: url,
      "branch of production": "main",
      "branch of staging": "release",
    });
    const branchOf = async ({ id }: Installation) => (await world.store.installations.get(id))?.branch;
    expect([await branchOf(installation), await branchOf(staging)]).toEqual(["main", "release"]);
  });

  test("says on the page of its repository what could not be done, and keeps what was typed", async () => {
    const typed = { repository: "file:///etc", rootDirectory: "apps/shop", paths: "", pollMinutes: "often" };
    const refused = await member.post("/products/shop/webhooks/repository", typed);
    expect([refused.status, refused.text]).toEqual([400, expect.stringContaining("Repository of shop")]);
    expect(refused.html).toMatch(/role="alert".*URL: enter an https:\/\//s);
    for (const value of ["file:///etc", "apps/shop", "often"]) expect(refused.html).toContain(`value="${value}"`);
    expect((await world.store.products.bySlug(product.slug))?.repository).toBeNull();

    const checked = await member.post("/products/shop/webhooks/check", {});
    expect(checked.status).toBe(409);
    expect(checked.html).toMatch(/role="alert".*Repository of shop|Repository of shop.*role="alert"/s);
  });

  test("whose only deployment failed says so, and not that nothing was tried", async () => {
    expect((await member.get("/products/shop")).text).toContain("Nothing deployed");
    world.samples.failed(installation, {});
    const { text } = await member.get("/products/shop/settings");
    expect(text).not.toContain("Nothing deployed");
    expect(text).toMatch(/shop Failed/);
  });

  test("lists its deployments by how they stand", async () => {
    world.samples.failed(installation, {}, { commit: sampleCommit("This one failed") });
    world.samples.ready(installation, { commit: sampleCommit("This one did not") });
    const failed = await member.get("/products/shop/deployments?status=failed");
    expect(failed.text).toContain("This one failed");
    expect(failed.text).not.toContain("This one did not");
    expect((await member.get("/deployments?status=stopped")).text).toContain("No deployment was stopped.");
    expect((await member.get("/deployments?product=shop&status=ready")).text).toContain("This one did not");
  });
});

describe("variables", () => {
  const path = "/products/shop/variables";

  test("come from a pasted file, with its quotes and comments understood", async () => {
    const file = "# a comment\nexport A=one\nB=\"two\nlines\"\n\nC='#three' # not this\n";
    const preview = await member.post(path, { file });
    expect(preview.status).toBe(200);
    expect(preview.text).toMatch(/A new 3 characters Secret A B new 9 characters Secret B C new 6 characters/);
    expect(preview.text).toContain("Save 3 variables");
    expect(await world.store.installations.variableNames(installation.id)).toEqual([]);
    expect((await member.post(path, { file, save: "yes" })).location).toBe(`${path}?done=saved&count=3`);
    expect((await member.get(`${path}?done=saved&count=3`)).text).toContain(
      "Saved 3 variables. They apply on the next deployment.",
    );
    expect(await world.store.installations.variables(installation.id)).toEqual({
      A: "one",
      B: "two\nlines",
      C: "#three",
    });
    expect((await member.post(path, { file: "nothing here" })).status).toBe(400);
  });

  test("keep # and quotes in values, and LF where a browser sends CR LF", async () => {
    await member.post(path, { file: 'HASH=s3cr3t#1\r\nSAY="a \\"b\\""\r\nURL=postgres://u:p#w@db/x\r\n', save: "yes" });
    await member.post(path, { name: "KEY", value: "line one\r\nline two\r\n" });
    expect(await world.store.installations.variables(installation.id)).toEqual({
      HASH: "s3cr3t#1",
      SAY: 'a "b"',
      URL: "postgres://u:p#w@db/x",
      KEY: "line one\nline two\n",
    });
  });

  test("are marked for builds, keep their value when only the mark changes, and are not live before a deployment", async () => {
    const live = world.samples.live(installation);
    world.store.put({ ...live, spec: { ...live.spec, variables: { KEY: "old" } } });
    await member.post(path, { name: "KEY", value: "canary-new" });
    await member.post(path, { change: "KEY", value: "", "at-build": "yes" });
    expect(await world.store.installations.variables(installation.id)).toEqual({ KEY: "canary-new" });
    expect(await world.store.installations.buildMarks(installation.id)).toEqual({ KEY: true });
    const { text, html } = await member.get(path);
    expect(text).toContain("KEY not yet live secret in builds");
    expect(text).toContain(
      "1 change not live yet: KEY. Services that use KEY in their build will be rebuilt. They go live with the next deployment, or now: Apply restarts the live version",
    );
    expect(html).not.toContain("canary-new");
  });

  test("that cannot be read are named by their lines, and nothing that was typed is lost", async () => {
    const file = "\nGOOD=1\nmy key=2\nSAME=1\nP=a$b";
    await member.post(path, { name: "SAME", value: "1" });
    const preview = await member.post(path, { file });
    expect(preview.status).toBe(400);
    expect(preview.text).toContain("Line 3: &quot;my key=2&quot; is not NAME=value.");
    expect(preview.text).toContain("Line 5: P uses $b, which no line above sets.");
    expect(preview.text).toMatch(/GOOD new .*SAME unchanged/);
    // HTML drops the first line break inside a textarea.
    expect(preview.html).toContain(`>\n${file}</textarea>`);
    const half = await member.post(path, { file, save: "yes" });
    expect(half.html).toContain(">my key=2\nP=a$b</textarea>");
    expect(half.text).toContain("Saved 2 variables.");
    expect(await world.store.installations.variables(installation.id)).toEqual({ GOOD: "1", SAME: "1" });
  });

  test("that are refused one by one come back as typed", async () => {
    const added = await member.post(path, { name: "1X", value: "typed\nvalue", "at-build": "yes" });
    expect(added.status).toBe(400);
    expect(added.html).toContain('value="1X"');
    expect(added.html).toContain(">typed\nvalue</textarea>");
    await member.post(path, { name: "KEY", value: "1" });
    const value = "x".repeat(32_769);
    const changed = await member.post(path, { change: "KEY", value });
    expect([changed.status, changed.html.includes(`>${value}</textarea>`)]).toEqual([400, true]);
    expect(changed.text).toContain("the value is longer than 32,768 characters");
  });

  test("of all environments are changed for all of them", async () => {
    const staging = await inStaging();
    await member.post(path, { name: "SHARED", value: "x", shared: "yes" });
    expect(await world.store.installations.variableNames(staging.id)).toEqual(["SHARED"]);
    expect((await member.get(path)).text).toContain("SHARED secret all environments");
    await member.post(path, { unset: "SHARED" });
    expect(await world.store.installations.variableNames(staging.id)).toEqual([]);
  });

  test("that are not secret are shown line by line, edited and copied; the others never", async () => {
    await member.post(path, { name: "GREETING", value: "\r\none\r\n  two", visibility: "plain" });
    await member.post(path, { name: "LOG_LEVEL", value: "debug-canary", visibility: "" });
    await member.post(path, { name: "API_KEY", value: "secret-canary", visibility: "" });
    await member.post(path, { name: "WHO_KNOWS", value: "secret-canary", visibility: "" });
    const { html } = await member.get(path);
    expect(html).toContain('<pre id="value-of-GREETING">\n\none\n  two</pre>');
    expect(html).toContain('data-copy="value-of-LOG_LEVEL"');
    expect(html).toMatch(/<textarea id="value-LOG_LEVEL"[^>]*>debug-canary<\/textarea>/);
    expect(html).not.toContain("secret-canary");
    await member.post(path, { change: "GREETING", shown: "yes", value: "", visibility: "plain" });
    await member.post(path, { change: "LOG_LEVEL", shown: "yes", value: "info", visibility: "plain" });
    expect(await world.store.installations.visibleVariables(installation.id)).toEqual({
      GREETING: "",
      LOG_LEVEL: "info",
    });
  });

  test("become visible with their value typed again, and secret at once", async () => {
    await member.post(path, { name: "KEY", value: "canary", visibility: "secret" });
    const refused = await member.post(path, { change: "KEY", value: "", visibility: "plain" });
    expect(refused.status).toBe(400);
    expect(refused.text).toContain("KEY is secret: enter its value again to make it visible.");
    expect(refused.html).toMatch(/<select id="visibility-KEY"[^>]*>.*<option value="plain" selected/);
    await member.post(path, { change: "KEY", value: "known", visibility: "plain" });
    expect((await member.get(path)).html).toContain(">known</pre>");
    await member.post(path, { change: "KEY", shown: "yes", value: "known", visibility: "secret" });
    expect((await member.get(path)).html).not.toContain("known");
    expect(await world.store.installations.variables(installation.id)).toEqual({ KEY: "known" });
  });

  test("of a pasted file are secret unless they are plainly harmless, or the preview changes that", async () => {
    const file =
      "NODE_ENV=production\nDATABASE_URL=postgres://u:canary@db/x\nSITE_URL=https://shop.example.com\nPLAN=canary";
    const preview = await member.post(path, { file });
    expect(preview.text).toMatch(/DATABASE_URL new 24 characters .*NODE_ENV new production .*PLAN new 6 characters/);
    expect(preview.html).toContain('name="secret" value="PLAN" checked=""');
    expect(preview.html).not.toContain('value="NODE_ENV" checked');
    const [asked, secret] = [
      ["DATABASE_URL", "NODE_ENV", "PLAN", "SITE_URL"],
      ["DATABASE_URL", "SITE_URL"],
    ];
    await member.post(path, { file, asked, secret, save: "yes" });
    expect(await world.store.installations.visibleVariables(installation.id)).toEqual({
      NODE_ENV: "production",
      PLAN: "canary",
    });
    // An existing variable keeps its mark.
    await member.post(path, { file: "PLAN=2\nSITE_URL=https://x.example.com", save: "yes" });
    expect(await world.store.installations.visibleVariables(installation.id)).toEqual({
      NODE_ENV: "production",
      PLAN: "2",
    });
  });

  test("of all environments are changed for all of them, unless this one has its own", async () => {
    const staging = await inStaging();
    const { installations } = world.store;
    await member.post(path, { name: "LEVEL", value: "all", visibility: "plain", shared: "yes" });
    await member.post(path, {
      change: "LEVEL",
      shown: "yes",
      value: "changed",
      visibility: "plain",
      "at-build": "yes",
    });
    expect(await installations.visibleVariables(staging.id)).toEqual({ LEVEL: "changed" });
    expect(await installations.buildMarks(staging.id)).toEqual({ LEVEL: true });
    await member.post(path, { name: "LEVEL", value: "own", visibility: "plain" });
    await member.post(path, { unset: "LEVEL" });
    expect(await installations.visibleVariables(installation.id)).toEqual({ LEVEL: "changed" });
  });

  test("with a name that no shell would take are refused", async () => {
    expect((await member.post(path, { name: "1X", value: "" })).text).toContain("1X&quot; isn't a valid name");
  });
});

describe("domains", () => {
  const path = "/products/shop/domains";

  test("are added to a service and removed again", async () => {
    world.samples.live(installation);
    expect((await member.post(path, { service: "web", add: "Shop.Example.com " })).location).toBe(`${path}?done=added`);
    expect((await member.get(path)).text).toContain("shop.example.com:8080");
    expect((await member.post(path, { service: "web", remove: "shop.example.com" })).location).toBe(
      `${path}?done=removed`,
    );
    expect(await world.store.domains.custom(installation.id)).toEqual([]);
  });

  test("that cannot be had are refused beside their field, which keeps what was typed", async () => {
    world.samples.live(installation);
    const { status, html } = await member.post(path, { service: "web", add: "not a host" });
    expect(status).toBe(400);
    expect(html).toMatch(/name="add" value="not a host"[^>]*aria-invalid="true"/);
    expect(html).toContain('role="alert"');
  });
});

describe("settings", () => {
  test("set the branch that is deployed", async () => {
    await member.post("/products/shop/settings", { branch: "release" });
    expect((await world.store.installations.get(installation.id))?.branch).toBe("release");
    const refused = await member.post("/products/shop/settings", { branch: "no good", rootDirectory: "typed" });
    expect(refused.status).toBe(400);
    expect(refused.text).toContain("Branch to deploy: enter a branch, tag or commit.");
    expect(refused.html).toContain('name="branch" value="no good"');
    expect(refused.html).toContain('name="rootDirectory" value="typed"');
  });

  test("set whether a push waits for the watch window", async () => {
    const watch = async () => (await world.store.products.get(product.id))?.watch;
    await member.post("/products/shop/settings", { branch: "main", watch: "background" });
    expect(await watch()).toBe("background");
    expect((await member.get("/products/shop/settings")).html).toMatch(/value="background" selected/);
    await member.post("/products/shop/settings", { branch: "main" });
    expect(await watch()).toBe("background");
    expect((await member.post("/products/shop/settings", { branch: "main", watch: "never" })).status).toBe(400);
  });

  test("set the folder that the product is made of, for all of its environments", async () => {
    await member.post("/products/shop/settings", { branch: "main", rootDirectory: "apps/shop/" });
    expect((await world.store.sources.get(product.id)).rootDirectory).toBe("apps/shop");
    expect((await member.get("/products/shop/settings")).html).toContain('name="rootDirectory" value="apps/shop"');
    const outside = await member.post("/products/shop/settings", { branch: "main", rootDirectory: "../etc" });
    expect(outside.status).toBe(400);
    expect(outside.text).toContain("enter a folder in the repository");
  });

  test("say of a service that nothing was deployed of that it shows with the first deployment", async () => {
    expect((await member.get("/products/shop/settings")).text).toContain(
      "Services appear here after the first deployment",
    );
  });

  test("of a service are shown, changed, and not yet live before the next deployment; what the repository says is not asked", async () => {
    const live = world.samples.live(installation);
    const settings = { set: nothingSet, inRepository: ["memoryBytes"] } as const;
    const services = [aService({ name: "web", settings }), aService({ name: "worker", kind: "worker", settings })];
    world.store.put({ ...live, spec: { ...sampleSpec("shop"), stacks: [{ name: "app", services }] } });
    const before = await member.get("/products/shop/settings");
    expect(before.text).toContain("Healthy when GET / returns 2xx or 3xx 3 times in a row within 90 s.");
    expect(before.text).toContain("Healthy when it has been up for 10 s, within 90 s.");
    expect(before.text).toContain("Memory 512m set in the repository");
    expect(before.html).not.toContain('name="memory"');
    expect(before.html).toContain('id="worker-cpus"');
    expect(before.html).not.toContain('id="worker-path"');

    const path = "/products/shop/settings/service";
    const sent = { service: "web", path: "/ready", timeout: "2m", cpus: "0.5", interval: "", successes: "" };
    expect((await member.post(path, sent)).location).toBe("/products/shop/settings?done=set");
    const set = (await world.store.installations.serviceSettings(installation.id)).get("web");
    expect(set).toEqual({ ...nothingSet, path: "/ready", timeoutMs: 120_000, cpus: 0.5 });
    const after = await member.get("/products/shop/settings?done=set");
    expect(after.text).toContain("Saved. It takes effect on the next deployment.");
    expect(after.text).toContain("1 change not live yet: settings of web.");
    expect(after.html).toContain('name="timeout" value="2m"');

    const refused = await member.post(path, { ...sent, timeout: "soon" });
    expect(refused.status).toBe(400);
    expect(refused.html).toContain('name="timeout" value="soon"');
    expect(refused.text).toContain("Enter a duration such as 500ms, 5s or 10m.");
    await member.post(path, { service: "web", path: "", timeout: "", cpus: "" });
    expect(await world.store.installations.serviceSettings(installation.id)).toEqual(new Map());
  });

  test("delete the product when its name is typed, and keep its volumes unless asked not to", async () => {
    const wrong = await member.post("/products/shop/delete", { confirm: "shopp", volumes: "delete" });
    expect(wrong.status).toBe(400);
    expect(wrong.html).toContain('name="confirm" value="shopp"');
    expect(wrong.html).toContain('name="volumes" value="delete" checked=""');
    expect(wrong.text).toContain("Type shop exactly to confirm.");
    expect(await world.store.products.list()).toHaveLength(1);
    const { location } = await member.post("/products/shop/delete", { confirm: "shop", volumes: "keep" });
    expect((await member.get(location ?? "")).text).toContain("Deleted shop. Its volumes were kept.");
    for (const query of ["done=deleted&product=%3Cb%3E", "done=deleted", "done=x&product=shop"]) {
      expect((await member.get(`/?${query}`)).text).not.toContain("Deleted");
    }
    expect(await world.store.products.list()).toEqual([]);
    expect(await world.store.installations.deleted()).toMatchObject([{ id: installation.id, keepVolumes: true }]);
  });

  test("of another environment remove the product from there alone", async () => {
    const staging = await inStaging();
    const page = await member.get("/products/shop/delete?environment=staging");
    expect(page.text).toContain("Remove shop from staging?");
    await member.post("/products/shop/delete?environment=staging", { confirm: "shop", volumes: "delete" });
    expect((await world.store.installations.list()).map(({ id }) => id)).toEqual([installation.id]);
    expect(await world.store.installations.deleted()).toMatchObject([{ id: staging.id, keepVolumes: false }]);
  });

  test("install the product in another environment", async () => {
    await world.store.environments.create({ name: "staging", domain: null, branch: null });
    const { location } = await member.post("/products/shop/settings", { install: "staging" });
    expect(location).toBe("/products/shop/settings?environment=staging&done=installed");
    expect((await member.get("/products/shop?environment=staging")).status).toBe(200);
  });
});

describe("a product with data that nobody named a volume for", () => {
  const dataInContainer = { what: "a PostgreSQL database", path: "/var/lib/postgresql/data" };
  const volume = { type: "volume", volume: "cache-data-1a2b3c", path: "/data", readOnly: false } as const;
  const mount = { ...volume, origin: "image" } as const;

  function liveWithData() {
    const live = world.samples.live(installation);
    const stateful = "keeps its data";
    const services = [
      aService({ name: "db", kind: "tcp", stateful, basedOn: "postgres:16", dataInContainer }),
      aService({ name: "cache", kind: "tcp", stateful, container: { ...plainContainer, mounts: [mount] } }),
      aService({ name: "web" }),
    ];
    return world.store.put({ ...live, spec: { ...sampleSpec("shop"), stacks: [{ name: "shop", services }] } });
  }

  test("says under which name it lasts, and what goes with its container", async () => {
    liveWithData();
    const { text } = await member.get("/products/shop");
    expect(text).toContain(
      "cache keeps its data in /data (VOLUME in its image), which lasts as the volume cache-data-1a2b3c.",
    );
    expect(text).toContain("db is a PostgreSQL database without a volume");
  });

  test("names what is lost before it is redeployed, stopped or deleted", async () => {
    liveWithData();
    const redeploy = await member.get("/products/shop/redeploy");
    expect(redeploy.text).toContain("db (a PostgreSQL database) loses all its data: every container is recreated");
    expect(redeploy.text).not.toContain("cache (");
    expect(redeploy.html).toContain('class="button danger"');
    for (const page of ["stop", "delete"]) {
      const { text } = await member.get(`/products/shop/${page}`);
      expect(text, page).toContain("db loses its data in /var/lib/postgresql/data , which is only in its container.");
      expect(text, page).not.toContain("cache loses");
    }
  });

  test("says nothing of the kind where there is no such data", async () => {
    liveWithStacks();
    const pages = ["", "/redeploy", "/stop", "/delete"].map((page) => member.get(`/products/shop${page}`));
    for (const { text } of await Promise.all(pages)) expect(text).not.toMatch(/loses|without a volume/);
  });
});

describe("redeploying a product", () => {
  test("says what it is, of what, and who will notice; then it leads to the deployment", async () => {
    liveWithStacks();
    const { text, html } = await member.get("/products/shop/redeploy");
    expect(text).toMatch(/Redeploy everything in shop\? Product shop Version .* Environment production Stacks 2/);
    expect(text).toContain("Back End 2 services Front End 1 service");
    expect(text).toContain("db will be unavailable while it is replaced");
    expect(text).toContain("Redeploy all stacks Cancel");
    expect(html).toContain('<form method="post" action="/products/shop/redeploy">');
    const { location } = await member.post("/products/shop/redeploy");
    const [newest] = await world.store.deployments.list({ limit: 1 });
    expect(location).toBe(`/deployments/${newest?.id}`);
    expect(newest).toMatchObject({ trigger: "redeploy", variables: "now" });
  });

  test("is not possible when nothing is live", async () => {
    expect((await member.get("/products/shop/redeploy")).status).toBe(409);
  });
});

describe("a new product", () => {
  test("comes from a repository; what was typed stays when it is refused", async () => {
    const repository = "https://github.com/acme/blog.git";
    const refused = await member.post("/new", { name: "No Good", repository });
    expect(refused.status).toBe(400);
    expect(refused.html).toContain(`value="${repository}"`);
    const taken = await member.post("/new", { name: "shop", repository });
    expect(taken.text).toContain("There is already a product named &quot;shop&quot;");
    expect((await member.post("/new", { name: "blog", repository })).location).toBe(
      "/products/blog/webhooks?done=created",
    );
    expect((await world.store.products.list()).map(({ slug }) => slug)).toEqual(["blog", "shop"]);
  });

  test.each([
    "https://acme:canary@github.com/acme/blog",
    "https://acme:can@ary@github.com/acme/blog",
    "https://github.com/acme/blog?access_token=canary",
  ])("is not made from %s, and the password is not shown again", async (repository) => {
    const { status, html } = await member.post("/new", { name: "blog", repository });
    expect(status).toBe(400);
    expect(html).toMatch(/value="https:\/\/github.com\/acme\/blog"/);
    expect(html).not.toMatch(/canary|can@ary/);
    expect(await world.store.products.list()).toHaveLength(1);
  });

  test("is not made from a private network", async () => {
    const repository = "https://169.254.169.254/latest/meta-data";
    const { status, html } = await member.post("/new", { name: "blog", repository });
    expect(status).toBe(400);
    expect(html).toContain("not an address on the internet");
    expect(await world.store.products.list()).toHaveLength(1);
  });

  test("is the sample app at the press of a button, once, and under a free name where it is there already", async () => {
    const page = await member.get("/new");
    expect(page.html).toContain('<input type="hidden" name="name" value="hello"/>');
    const { location } = await member.post("/new/sample", { name: "hello" });
    const [first] = (await world.store.deployments.queue()).queued;
    expect(location).toBe(`/deployments/${first?.id}`);
    expect(first).toMatchObject({ by: "admin", commit: { message: "Hello", author: "Baton" } });
    expect((await member.post("/new/sample", { name: "hello" })).location).toBe(location);
    expect((await world.store.deployments.queue()).queued).toHaveLength(1);

    const again = await member.get("/new");
    expect(again.text).toContain("You already have one: hello .");
    expect(again.html).toContain('<input type="hidden" name="name" value="hello-2"/>');
    expect((await member.get("/activity")).text).toContain("admin deployed the sample app as hello");
    expect((await member.post("/new/sample", { name: "No Good" })).status).toBe(400);
  });

  test("cannot be the sample app where its address is another product's", async () => {
    await world.store.domains.setCustom(installation.id, "web", ["hello.localhost"]);
    const { status, text } = await member.post("/new/sample", { name: "hello" });
    expect(status).toBe(409);
    expect(text).toMatch(/hello\.localhost .*shop/);
  });

  test("that is pushed while the page waits is shown by it", async () => {
    const { html } = await member.get("/new");
    const url = /hx-sse:connect="([^"]+)"/.exec(html)?.[1]?.replaceAll("&amp;", "&") ?? "";
    const made = await world.samples.product("blog");
    const first = world.samples.building(made.installation);
    const reader = (await member.stream(url)).body?.pipeThrough(new TextDecoderStream()).getReader();
    let message = "";
    while (!message.includes("data-move-on")) message += (await reader?.read())?.value ?? "";
    await reader?.cancel();
    expect(message).toContain(`<a href="/deployments/${first.id}" data-move-on="">`);
  });
});
