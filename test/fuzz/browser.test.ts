import { existsSync } from "node:fs";
import { chromium, type Page } from "playwright-core";
import { expect, it } from "vitest";
import { endpoints } from "../../server/routes.ts";
import { sampleCommit } from "../web/samples.ts";
import { serveWorld } from "../web/served-world.ts";
import { token } from "../web/world.ts";
import { report, testTimeoutMs } from "./fuzzing.ts";

const executablePath = "/usr/bin/chromium";

/** Each would run a script, send something away or leave the place where it is shown. */
const hostile = [
  `<img src=x onerror="window.ran=1"><script>window.ran=1</script>`,
  `"><svg/onload=window.ran=1>' onfocus='window.ran=1' autofocus='`,
  `</pre></textarea></title></style><iframe srcdoc="<script>parent.ran=1</script>">`,
  "\x1b]8;;javascript:window.ran=1\x07link\x1b]8;;\x07 \x1b[31;1m\x1b[",
  "javascript:window.ran=1//{{window.ran=1}}",
  "\u202e\ud800\0 <style>@import 'http://evil.example/x'</style><base href=//evil.example>",
  `<meta http-equiv=refresh content=0;url=//evil.example><form action=//evil.example><input name=csrf>`,
].join(" ");

/** What a team, its repositories and its apps may leave in the store, all of it hostile. */
async function fill({ world }: Awaited<ReturnType<typeof serveWorld>>) {
  const { store, clock, samples } = world;
  const { installation, product } = await samples.product("shop");
  const commit = sampleCommit(hostile, hostile);
  const more = { by: hostile, ref: hostile, commit };
  samples.failed(installation, { message: hostile, hint: hostile, lastLines: [hostile], service: hostile }, more);
  samples.stopped(installation, "cancelled", more);
  const live = samples.live(installation, more);
  const building = samples.building(installation, more);
  const line = { type: "log", source: "build", service: null, lines: [hostile] } as const;
  store.rows.events.set(
    live.id,
    [1, 2, 3].map((seq) => ({ ...line, seq, at: clock.now(), deploymentId: live.id }) as never),
  );
  await store.installations.changeVariables(installation.id, { PLAIN: hostile }, [], {
    ...{ atBuild: {}, secret: { PLAIN: false }, writeOnly: {} },
  });
  await store.products.update(product.id, { source: { rootDirectory: hostile, paths: [hostile] } });
  await store.users.create(
    {
      ...{ name: hostile, email: `${hostile}@example.com`, oidc: null, passwordHash: null },
      grants: [{ role: "viewer", productId: null }],
    },
    clock.now(),
  );
  const entry = {
    who: hostile,
    token: hostile,
    what: hostile,
    subject: hostile,
    product: "shop",
    detail: hostile,
    address: hostile,
  };
  await store.audit.record({ ...entry, deploymentId: null }, clock.now());
  await world.api("/api/tokens", { method: "POST", body: { name: "<b onclick=window.ran=1>", scopes: ["read"] } });
  const body = JSON.stringify({ ref: hostile, action: hostile });
  const headers = {
    "x-github-event": hostile.replace(/[^\x20-\x7e]/g, "?").slice(0, 80),
    "x-hub-signature-256": "sha256=x",
  };
  await world.fetch("/webhooks/github/shop", { method: "POST", headers, body });
  return { shop: "shop", deployments: [live.id, building.id] };
}

/** The stack of what the server logged. */
function faultIn(logged: unknown): unknown {
  const { err } = logged as { readonly err?: unknown };
  return err instanceof Error ? err.stack : logged;
}

async function complaintsOn(page: Page, urls: readonly string[]): Promise<readonly string[]> {
  const complaints: string[] = [];
  page.on("console", (message) => {
    if (/Content Security Policy|Refused to/i.test(message.text())) complaints.push(`${page.url()}: ${message.text()}`);
  });
  page.on("pageerror", (error) => complaints.push(`${page.url()}: ${error.message}`));
  page.on("dialog", (dialog) => void dialog.dismiss().then(() => complaints.push(`${page.url()}: a dialog`)));
  page.on("request", (request) => {
    if (new URL(request.url()).hostname.includes("evil")) complaints.push(`${page.url()} asked for ${request.url()}`);
  });
  for (const url of urls) {
    const answer = await page.goto(url, { waitUntil: "load" });
    if (answer?.status() === 500) complaints.push(`${url}: 500`);
    const ran = await page.evaluate(
      "window.ran !== undefined || document.querySelector('img[src=x], iframe, base')?.tagName",
    );
    if (ran) complaints.push(`${url}: ${ran} was made of what is stored`);
  }
  return complaints;
}

it.skipIf(!existsSync(executablePath))(
  "no page runs, loads or sends anything that is stored, in a browser",
  { timeout: testTimeoutMs },
  async () => {
    const served = await serveWorld();
    const { shop, deployments } = await fill(served);
    const pages = endpoints.filter(({ method, answer }) => method === "GET" && answer === "page");
    const asked = new URLSearchParams({ search: hostile, who: hostile, before: hostile, next: hostile, done: hostile });
    const urls = pages.flatMap(({ path }) => {
      const ids = path.startsWith("/deployments/:id") ? deployments : [1];
      return ids.map((id) => {
        const named = path.replace(/:slug/, shop).replace(/:name/, path.startsWith("/docs") ? "people" : "production");
        return `${served.url}${named.replace(/:(\w+)(?:\{[^}]*\})?/g, String(id))}?${asked}`;
      });
    });
    const browser = await chromium.launch({ executablePath, args: ["--no-sandbox", "--disable-gpu"] });
    try {
      const page = await (await browser.newContext({ reducedMotion: "reduce" })).newPage();
      page.setDefaultTimeout(60_000);
      await page.goto(`${served.url}/sign-in`);
      const form = page.locator("form", { has: page.getByLabel("Token") });
      await page
        .getByText("Sign in with a token")
        .click({ timeout: 2_000 })
        .catch(() => {});
      await form.getByLabel("Token").fill(token);
      await form.getByRole("button", { name: "Sign in" }).click();
      await page.waitForURL(`${served.url}/`);
      expect(await complaintsOn(page, urls), JSON.stringify(served.world.logged.map(faultIn))).toEqual([]);
    } finally {
      await browser.close();
      served.close();
    }
    report("pages in Chromium", urls.length);
  },
);
