import { beforeEach, describe, expect, test } from "vitest";
import { advance } from "../../../server/model/deployment/deployment.ts";
import type { Installation, Product } from "../../../server/model/product.ts";
import { durationText } from "../../../server/rules/wording/duration-text.ts";
import { textOf } from "../member.ts";
import { sampleCommit, sampleContainer } from "../samples.ts";
import { createWorld, origin, type World } from "../world.ts";

let world: World;
let session: { readonly cookie: string; readonly csrf: string };
let product: Product;
let installation: Installation;
beforeEach(async () => {
  world = await createWorld();
  session = await world.signIn();
  ({ product, installation } = await world.samples.product("shop"));
});

const get = async (path: string) => {
  const answer = await world.fetch(path, { headers: { cookie: session.cookie } });
  return { status: answer.status, html: await answer.text() };
};
const post = (path: string, fields: Record<string, string> = {}) =>
  world.fetch(path, {
    method: "POST",
    headers: { cookie: session.cookie, origin },
    body: new URLSearchParams({ csrf: session.csrf, ...fields }),
  });

describe("the products", () => {
  test("that do not exist yet are introduced by how to create one", async () => {
    const empty = await createWorld();
    const { cookie } = await empty.signIn();
    const html = await (await empty.fetch("/", { headers: { cookie } })).text();
    expect(html).toContain("git push http://x:TOKEN@127.0.0.1:4000/git/my-app.git main");
  });

  test("show what is live, how it does and what is happening", async () => {
    const live = world.samples.live(installation, { commit: sampleCommit("Add search", "Grace Hopper") });
    world.engine.containers.push(sampleContainer(live, product.id));
    world.samples.building(installation);
    const { html } = await get("/");
    expect(textOf(html)).toMatch(
      /shop shop\.localhost:8080 Add search #1 \w{7} Grace Hopper went live just now Running #2 Building/,
    );
    expect(html).toContain('href="http://shop.localhost:8080"');
  });

  test("that need attention come first, by name among equals", async () => {
    const well = await world.samples.product("alpha");
    const broken = await world.samples.product("zeta");
    world.engine.containers.push(sampleContainer(world.samples.live(well.installation), well.product.id));
    world.engine.containers.push(sampleContainer(world.samples.live(installation), product.id));
    world.samples.failed(broken.installation, { message: "npm run build ended with exit code 1" });
    const listed = async (path: string) =>
      [...(await get(path)).html.matchAll(/<li [^>]*id="product-([\w-]+)"/g)].map(([, slug]) => slug);
    expect(await listed("/")).toEqual(["zeta", "alpha", "shop"]);
    expect(await listed("/?sort=name")).toEqual(["alpha", "shop", "zeta"]);
    expect(await listed("/?state=running")).toEqual(["alpha", "shop"]);
    expect(await listed("/?q=ALPH")).toEqual(["alpha"]);
    const { html } = await get("/?q=a&state=attention&sort=name&view=dense");
    expect(textOf(html)).toContain("All 2 Needs attention 1 Running 1 Stopped 0 Nothing deployed 1");
    expect(textOf(html)).toContain("zeta Failed #1 Npm run build ended with exit code 1");
    expect(html).toContain('href="/?q=a&amp;sort=name&amp;view=dense"');
    expect(html).toContain('<input type="hidden" name="state" value="attention"/>');
  });

  test("of which none has the name searched for say so and lead back", async () => {
    const { status, html } = await get('/?q="><b>&sort=name');
    expect(status).toBe(200);
    expect(textOf(html)).toContain("No product has a name that contains “&quot;&gt;&lt;b&gt;”. Show all products");
    expect(html).toContain('<a class="button" href="/?sort=name">');
  });

  test("are each on a line once there are more than twelve", async () => {
    for (let count = 2; count <= 12; count++) await world.samples.product(`p${count}`);
    const live = world.samples.live(installation, { commit: sampleCommit("Add search") });
    world.engine.containers.push(sampleContainer(live, product.id));
    expect((await get("/")).html).not.toContain('class="product-line"');
    await world.samples.product("p13");
    const { html } = await get("/");
    expect(html.match(/class="product-line"/g)).toHaveLength(13);
    expect(textOf(html)).toContain("shop Running #1 Add search just now shop.localhost:8080");
    expect((await get("/?view=cards")).html).not.toContain('class="product-line"');
  });

  test("that are one alone have nothing to search or choose", async () => {
    const { html } = await get("/");
    expect(html).not.toContain('name="q"');
    expect(html).not.toContain('class="filters"');
  });

  test("say why the last deployment failed", async () => {
    world.samples.live(installation);
    world.samples.failed(installation, { message: "npm run build ended with exit code 1" });
    expect(textOf((await get("/")).html)).toContain("#2 Npm run build ended with exit code 1");
  });

  test("are not pointed out any more for a failure that somebody has dismissed", async () => {
    world.engine.containers.push(sampleContainer(world.samples.live(installation), product.id));
    const first = world.samples.failed(installation, { message: "it broke" });
    const dismissal = `/deployments/${first.id}/dismiss`;
    expect((await get(`/deployments/${first.id}`)).html).toContain(`action="${dismissal}"`);
    expect((await post(dismissal, {})).headers.get("location")).toBe("/");
    const calm = textOf((await get("/?sort=name")).html);
    expect(calm).not.toContain("It broke");
    expect(calm).toContain("Needs attention 0");
    expect(textOf((await get("/system")).html)).not.toContain("it broke");
    expect((await get(`/deployments/${first.id}`)).html).not.toContain(dismissal);
    expect(textOf((await get(`/deployments/${first.id}`)).html)).toContain("It broke");
    world.samples.failed(installation, { message: "it broke again" });
    expect(textOf((await get("/")).html)).toContain("It broke again");
  });

  test("say of one that is watched after how long it was live", async () => {
    const deploying = world.samples.deploying(installation);
    world.store.put({
      ...deploying,
      step: "watch",
      liveAt: new Date(deploying.startedAt.getTime() + 2_000),
      replacedId: null,
    });
    expect(textOf((await get("/")).html)).toContain("Live after 2 s, still being watched");
    expect(textOf((await get("/queue")).html)).toContain("Live after 2 s, still being watched");
    expect(textOf((await get("/deployments")).html)).toContain("live after 2 s");
  });

  test("are still shown when Docker does not answer, and say so", async () => {
    world.samples.live(installation);
    world.engine.away = true;
    expect(textOf((await get("/")).html)).toContain("Docker isn't responding");
  });
});

describe("a product", () => {
  test("leads first of all to where it is served", async () => {
    expect((await get("/products/shop")).html).not.toContain("button primary");
    world.samples.live(installation);
    const { html } = await get("/products/shop/settings");
    expect(html).toMatch(/<a class="button primary" href="http:\/\/shop\.localhost:8080"[^>]*>Visit/);
    expect(html).toMatch(/<a class="button" href="\/products\/shop\/redeploy">/);
  });

  test("tells who wrote each version, and links it to its commit where the forge is known", async () => {
    const { commit } = world.samples.live(installation, { commit: sampleCommit("Add search") });
    const list = () => get("/products/shop/deployments");
    expect(textOf((await list()).html)).toContain(commit?.author);
    expect((await list()).html).not.toContain("commit-link");
    await world.store.products.update(product.id, { repository: "git@github.com:acme/shop.git" });
    const link = `href="https://github.com/acme/shop/commit/${commit?.sha}"`;
    for (const path of ["/", "/deployments", "/products/shop", "/products/shop/deployments"]) {
      expect((await get(path)).html, path).toContain(link);
    }
  });

  test("offers to go back to earlier versions that were ready, and to no others", async () => {
    const ready = world.samples.ready(installation);
    const failed = world.samples.failed(installation, {});
    const live = world.samples.live(installation);
    const { html } = await get("/products/shop");
    const rows = html.slice(html.indexOf('class="deployments"'));
    expect(rows).toContain(`href="/deployments/${ready.id}/redeploy"`);
    expect(rows).not.toContain(`href="/deployments/${failed.id}/redeploy"`);
    expect(rows).not.toContain(`href="/deployments/${live.id}/redeploy"`);
  });

  test("shows the names of its variables and never a value", async () => {
    const done = await post("/products/shop/variables", { name: "SESSION_SECRET", value: "canary-77e1" });
    expect(done.headers.get("location")).toBe("/products/shop/variables?done=saved");
    const { html } = await get("/products/shop/variables?done=saved");
    expect(html).toContain("<code>SESSION_SECRET</code>");
    expect(html).toContain("Saved 1 variable. It applies on the next deployment.");
    expect(html).not.toContain("canary-77e1");
    await post("/products/shop/variables", { unset: "SESSION_SECRET" });
    expect((await get("/products/shop/variables")).html).not.toContain("<code>SESSION_SECRET</code>");
  });

  test("says nothing that only its URL says", async () => {
    expect((await get("/products/shop?done=%3Cb%3Eowned")).html).not.toContain("owned");
    expect((await get("/products/shop?done=constructor")).status).toBe(200);
  });

  test("is stopped after a question that works without scripts", async () => {
    world.samples.live(installation);
    const question = await get("/products/shop/stop");
    expect(question.html).toContain('<form method="post" action="/products/shop/stop">');
    expect(textOf(question.html)).toContain("shop.localhost:8080 will return 503");
    expect((await post("/products/shop/stop")).headers.get("location")).toBe("/products/shop");
    expect(textOf((await get("/products/shop")).html)).toContain("Stopped");
  });

  test("that there is not is a page that leads back", async () => {
    const { status, html } = await get("/products/none");
    expect(status).toBe(404);
    expect(textOf(html)).toContain("There is no product &quot;none&quot;. Back to products");
    expect(html).toContain("Sign out");
  });
});

describe("redeploying a version", () => {
  test("says whether it is built again, what it replaces and which variables differ", async () => {
    const earlier = world.samples.ready(installation);
    world.store.put({ ...earlier, spec: { ...earlier.spec, variables: { OLD: "canary-1", SAME: "canary-2" } } });
    world.samples.live(installation);
    await world.store.installations.changeVariables(installation.id, { SAME: "x", NEW: "y" }, []);
    const path = `/deployments/${earlier.id}/redeploy`;
    const { html } = await get(path);
    expect(textOf(html)).toContain("Images were removed (web), so this commit will be rebuilt.");
    expect(textOf(html)).toContain("Redeploy #1 of shop?");
    expect(textOf(html)).toContain("#2 keeps serving");
    expect(textOf(html)).toContain("Changed since: NEW, OLD, SAME");
    expect(textOf(html)).toContain("with OLD, removed since");
    expect(textOf(html)).toContain("with NEW, added since");
    expect(html).not.toContain("canary");
    world.engine.images.add(earlier.spec.stacks[0]?.services[0]?.image ?? "");
    expect(textOf((await get(path)).html)).toContain("No build needed: the images are still here");

    const done = await post(path, { variables: "now" });
    const [newest] = await world.store.deployments.list({ limit: 1 });
    expect(done.headers.get("location")).toBe(`/deployments/${newest?.id}`);
    expect(newest).toMatchObject({ sourceId: earlier.id, variables: "now", trigger: "rollback" });
    expect(textOf((await get("/deployments")).html)).toContain("Redeployed #1 by admin");
    expect(textOf((await get(`/deployments/${newest?.id}`)).html)).toContain("Redeployed #1 by admin");
    expect(textOf((await get("/activity")).html)).toContain("admin redeployed shop #1");
  });

  test("is called the same on its own page, and asks for no variables where none have changed", async () => {
    const live = world.samples.live(installation);
    expect(textOf((await get(`/deployments/${live.id}`)).html)).toContain("Redeploy #1");
    const { html } = await get(`/deployments/${live.id}/redeploy`);
    expect(textOf(html)).toContain("Redeploy #1 of shop?");
    expect(html).not.toContain('name="variables"');
    await world.store.installations.changeVariables(installation.id, { NEW: "y" }, []);
    const changed = textOf((await get(`/deployments/${live.id}/redeploy`)).html);
    expect(changed).toContain("As they are now: the same as Apply changes");
    await post(`/deployments/${live.id}/redeploy`, { variables: "now" });
    expect(textOf((await get("/deployments")).html)).toContain("Changes applied by admin");
  });

  test("starts a stopped product again, with the variables of today", async () => {
    const live = world.samples.live(installation);
    await world.store.installations.changeVariables(installation.id, { NEW: "y" }, []);
    await post("/products/shop/stop");
    const product = await get("/products/shop");
    const link = `/deployments/${live.id}/redeploy?start=again`;
    expect(product.html).toContain(`href="${link}"`);
    const { html } = await get(link);
    expect(textOf(html)).toContain("Start shop again?");
    expect(textOf(html)).not.toMatch(/Go back|Redeploy/);
    expect(html).toContain('name="variables" value="now" checked=""');
    expect(html).not.toContain('value="then" checked');
  });

  test("is not offered for one that never was ready", async () => {
    const failed = world.samples.failed(installation, {});
    expect((await get(`/deployments/${failed.id}/redeploy`)).status).toBe(409);
  });
});

describe("a deployment", () => {
  test("that failed explains itself and says what is live", async () => {
    world.samples.live(installation);
    const { id } = world.samples.failed(installation, {
      stage: "health",
      service: "web",
      message: "web did not answer on port 3000 within 90 s",
      hint: "The app listens on 127.0.0.1:8080.",
      lastProbe: "connection refused",
      exitCode: 137,
      outOfMemory: true,
      lastLines: ["listening on \u001b[36mhttp://127.0.0.1:8080\u001b[0m <b>"],
    });
    const { html } = await get(`/deployments/${id}`);
    expect(textOf(html)).toMatch(
      /web did not answer on port 3000 within 90 s The app listens on 127\.0\.0\.1:8080\. Stage Checking health Service web Exit code 137 Killed out of memory Last check connection refused Last output listening on http:\/\/127\.0\.0\.1:8080 &lt;b&gt; .* #1 is still live; it went live just now Dismiss Retry/,
    );
  });

  test("is live after as long as it was until traffic moved, also when it was stopped afterwards", async () => {
    const ready = world.samples.ready(installation);
    const took = `live after ${durationText(ready.liveAt.getTime() - ready.startedAt.getTime())}`;
    expect(textOf((await get(`/deployments/${ready.id}`)).html)).toContain(took);
    const stopped = advance(ready, { type: "stopped", at: world.clock.now() });
    if (!stopped) throw new Error("unreachable");
    world.store.put(stopped);
    expect(textOf((await get(`/deployments/${ready.id}`)).html)).toContain(took);
    const answer = await world.read(`/api/deployments/${ready.id}`);
    expect(answer.json.liveAt).toBe(ready.liveAt.toISOString());
  });

  test("that failed for a variable leads to where it is set, and opens its output at the line that says so", async () => {
    const { id } = world.samples.failed(installation, {
      message: "`node .` exited with code 1: Error: DATABASE_URL is not set",
      lastLines: ["/app/server.js:3", "Error: DATABASE_URL is not set", "    at start"],
    });
    const { html } = await get(`/deployments/${id}`);
    expect(html).toMatch(/<p id="announcement" class="visually-hidden" role="status">shop #1 failed: /);
    expect(html).toMatch(/<a class="button" href="\/products\/shop\/variables">\s*Set DATABASE_URL/);
    expect(html).toContain('<mark class="error-line" data-shown-first="">Error: DATABASE_URL is not set</mark>');
    expect(html).toContain("<code>node .</code> exited with code 1");
  });

  test("that failed after the cut-over says how long users saw it", async () => {
    const { number } = world.samples.live(installation);
    const { id } = world.samples.failed(installation, { stage: "watch", served: { ms: 5_300, backTo: number } });
    const { html } = await get(`/deployments/${id}`);
    expect(textOf(html)).toContain(`Users saw #${number + 1} for 5.3 s; then traffic moved back to #${number}.`);
    expect(textOf(html)).toContain(`#${number} is live again`);
  });

  test("that failed says whether nothing was live before, or the product was stopped", async () => {
    const { id } = world.samples.failed(installation, {});
    expect(textOf((await get(`/deployments/${id}`)).html)).toContain("Nothing is live yet");
    world.store.rows.installations.set(installation.id, { ...installation, stopped: true });
    expect(textOf((await get(`/deployments/${id}`)).html)).toContain("Nothing is live: shop was stopped");
  });

  test("shows its log as far as it has come, and goes on from there", async () => {
    const { id } = world.samples.building(installation);
    await world.store.events.append(id, [
      { type: "stage", stage: "build", text: "Building" },
      {
        type: "log",
        source: "build",
        service: "web",
        lines: ["<script>alert(1)</script>", "\u001b[32mgreen\u001b[0m"],
      },
    ]);
    const { html } = await get(`/deployments/${id}`);
    expect(html).toContain("&lt;script&gt;alert(1)&lt;/script&gt;");
    expect(html).toContain('<span class="ansi-green-fg">green</span>');
    expect(html).toContain(`hx-sse:connect="/deployments/${id}/stream?after=2"`);
    expect(html).toContain(`action="/deployments/${id}/cancel"`);
  });

  test("that is settled needs no stream, and cannot be cancelled", async () => {
    const { id } = world.samples.stopped(installation, "cancelled");
    await world.store.events.append(id, [
      { type: "status", status: "stopped", reason: "cancelled" },
      { type: "settled" },
    ]);
    const { html } = await get(`/deployments/${id}`);
    expect(html.match(/hx-sse:connect="[^"]+"/g)).toEqual(['hx-sse:connect="/news/stream?shown=-"']);
    expect(html).not.toContain(`action="/deployments/${id}/cancel"`);
  });

  test("with thousands of lines shows the last ones and leads to all of them", async () => {
    const { id } = world.samples.building(installation);
    const lines = Array.from({ length: 100 }, (_, index) => `line ${index}`);
    await world.store.events.append(id, Array(30).fill({ type: "log", source: "build", service: null, lines }));
    const { html } = await get(`/deployments/${id}`);
    expect(html.match(/<li class="line /g)).toHaveLength(2_000);
    expect(textOf(html)).toContain("1,000 earlier lines are not shown: download the full log");
  });

  test("is cancelled by its button", async () => {
    const { id } = world.samples.queued(installation);
    expect((await post(`/deployments/${id}/cancel`)).headers.get("location")).toBe(`/deployments/${id}`);
    expect(textOf((await get(`/deployments/${id}`)).html)).toContain("Cancelled by admin. Nothing is live");
    expect((await post(`/deployments/${id}/cancel`)).status).toBe(409);
  });

  test.each(["/deployments/x", "/deployments/99999999999999999999", "/deployments/424242"])(
    "%s is not found",
    async (path) => {
      expect((await get(path)).status).toBe(404);
    },
  );
});

const everyPage = [
  "/",
  "/new",
  "/deployments",
  "/queue",
  "/activity",
  "/system",
  "/products/shop",
  "/products/shop/deployments",
  "/products/shop/logs",
  "/products/shop/variables",
  "/products/shop/domains",
  "/products/shop/settings",
  "/products/shop/redeploy",
  "/products/shop/stop",
  "/products/shop/delete",
];

test("hostile names and messages are text on every page", async () => {
  const hostile = `"><img src=x onerror=alert(1)><script>`;
  world.samples.live(installation, { commit: sampleCommit(hostile, hostile), ref: hostile, by: hostile });
  const failed = world.samples.failed(
    installation,
    { message: hostile, hint: hostile, lastProbe: hostile, service: hostile, lastLines: [hostile] },
    { commit: sampleCommit(hostile, hostile) },
  );
  for (const path of [
    ...everyPage,
    `/deployments/${failed.id}`,
    `/deployments/${failed.id}?q=${encodeURIComponent(hostile)}`,
  ]) {
    const { html } = await get(path);
    expect(html, path).not.toContain("<img");
    expect(html.match(/<script(?! src=)/g), path).toBeNull();
  }
});

test("no page has anything inline that the policy would refuse", async () => {
  const { id } = world.samples.live(installation);
  for (const path of [...everyPage, `/deployments/${id}`, `/deployments/${id}/redeploy`, "/sign-in"]) {
    const { html } = await get(path);
    expect(html, path).not.toMatch(/\sstyle=|\son\w+=|hx-on|javascript:|<style/);
  }
});
