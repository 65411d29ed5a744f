import { randomUUID } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { beforeAll, expect, test } from "vitest";
import type { ProductApp } from "../support/apps/product-app.ts";
import { useWorkshop } from "../support/apps/workshop.ts";
import { useBaton } from "../support/baton/harness.ts";
import { barriers, everyPage, markDocument, useBrowser } from "../support/browser.ts";

// The worker passes its check last, which gives a page the time to show the worker's stack.
const baton = useBaton({ BATON_WATCH: "1s", BATON_WORKER_UP: "3s" });
const workshop = useWorkshop();
const visitors = useBrowser(baton);
let shop: ProductApp;

beforeAll(async () => {
  shop = await workshop.productApp();
  // The web service logs its requests, so that there is output to follow.
  const file = "frontend/server.mjs";
  const server = await readFile(join(shop.repository.folder, file), "utf8");
  const talkative = server.replace(
    "(request, answer) => {",
    "(request, answer) => {\n  console.log('asked for', request.url);",
  );
  await shop.repository.write({ [file]: talkative });
});

let isLive: Promise<void> | undefined;

/** For tests that need a live version; the first of them pushes one. */
function anyVersion(): Promise<void> {
  isLive ??= shop.release("v0").then(pushed);
  return isLive;
}

async function pushed(): Promise<void> {
  const { code, text } = await shop.repository.push(baton().remote("shop")).done;
  expect(code, text).toBe(0);
}

/** Redeploys through the API, as the page's button would. */
async function redeployed(): Promise<void> {
  const { id } = await baton().api.installation("shop");
  const path = `/api/environments/1/product-deployments/${id}/redeploy`;
  const { body } = await baton().api.send<{ success: boolean }>("POST", path, { sessionId: randomUUID() });
  expect(body).toMatchObject({ success: true });
}

test("the page for new products moves on when the first push arrives, and shows it to its end", async () => {
  const { page, complaints } = await visitors.member();
  await page.getByRole("link", { name: "New product" }).click();
  await page.getByText("Waiting for the first push. This page updates automatically.").waitFor();
  await shop.release("v1");
  const push = shop.repository.push(baton().remote("shop"));
  isLive = push.done.then(() => {});
  await page.waitForURL(/\/deployments\/\d+$/);
  const isSame = await markDocument(page);
  const stacks = page.getByRole("navigation", { name: "Stacks" });
  await stacks.getByRole("link", { name: /Web.*(?:Pending|Deploying)/ }).waitFor();
  await page.getByText("Output of migrate").waitFor();
  await page.getByText("All 2 stacks are running.").waitFor();
  expect(await isSame()).toBe(true);
  const { code, text } = await push.done;
  expect(code, text).toBe(0);
  await page.getByRole("link", { name: "Go to shop" }).click();
  await page.getByRole("heading", { name: "shop", exact: true }).waitFor();
  await page.getByRole("region", { name: "Stack backend" }).getByText("Running").first().waitFor();
  expect(complaints()).toEqual([]);
});

test("a product is redeployed in a split view of its stacks, also after a reload in the middle and in two windows", async () => {
  await anyVersion();
  const [first, second] = await Promise.all([visitors.member(), visitors.member()]);
  const { page } = first;
  await page.goto("/products/shop");
  await page.getByRole("link", { name: "Redeploy", exact: true }).click();
  await page.getByRole("heading", { name: "Redeploy everything in shop?" }).waitFor();
  expect(await page.getByRole("list", { name: "Stacks" }).getByRole("listitem").allInnerTexts()).toEqual([
    expect.stringMatching(/Web\s+1 service/),
    expect.stringMatching(/Backend\s+4 services/),
  ]);
  await page.getByText("db will be unavailable while it is replaced: every container is recreated.").waitFor();
  await page.getByRole("button", { name: "Redeploy all stacks" }).click();
  await page.waitForURL(/\/deployments\/\d+$/);
  await second.page.goto(page.url());

  await page.getByText(/[01] of 2 stacks/).waitFor();
  await page.reload();
  await page
    .getByRole("navigation", { name: "Stacks" })
    .getByRole("link", { name: /Backend/ })
    .click();
  await page.getByRole("heading", { name: "Log of Backend" }).waitFor();
  for (const window of [page, second.page]) {
    await window.getByText("2 of 2 stacks").waitFor();
    await window.getByText("All 2 stacks are running.").waitFor();
    await window.getByText("Traffic switched").first().waitFor();
  }
  await page.getByText("All 4 services have passed their checks.").waitFor();
  await page.goBack();
  await page.getByText("All 2 stacks are running.").waitFor();
  await page.getByRole("link", { name: "All deployments" }).click();
  await page.getByText("Redeployed everything by admin").waitFor();
  expect([...first.complaints(), ...second.complaints()]).toEqual([]);
});

test("a failure in one stack is shown on both, and the old version keeps serving", async () => {
  await anyVersion();
  const { page, complaints } = await visitors.member();
  await shop.release("v2", { migration: "broken" });
  const { code } = await shop.repository.push(baton().remote("shop")).done;
  expect(code).not.toBe(0);
  await page.goto("/products/shop/deployments?status=failed");
  await page.getByRole("link", { name: "Release v2" }).click();
  await page.getByText("Init services", { exact: true }).waitFor();
  await page.getByText("column does not exist").first().waitFor();
  const stacks = page.getByRole("navigation", { name: "Stacks" });
  await stacks.getByRole("link", { name: /Backend.*Failed/ }).waitFor();
  await stacks.getByRole("link", { name: /Web.*Rolled back/ }).click();
  await page.getByText(/Rolled back: /).waitFor();
  expect(await barriers(page)).toEqual([]);
  expect(complaints()).toEqual([]);
});

test("variables are set, shown unless they are secret, marked, pasted, and not live before they are applied", async () => {
  await anyVersion();
  const { page, complaints } = await visitors.member();
  await page.goto("/products/shop/variables");
  await page.getByLabel("Name", { exact: true }).fill("COLOUR");
  await page.getByLabel("Value", { exact: true }).fill("canary-blue");
  await page.getByRole("button", { name: "Set", exact: true }).click();
  await page.getByText("Saved 1 variable. It applies on the next deployment.").waitFor();
  await page.getByText("1 change not live yet").waitFor();
  await page.getByText("Change COLOUR").click();
  await page.locator("#at-build-COLOUR").selectOption("yes");
  await page.getByRole("button", { name: "Save COLOUR" }).click();
  await page.getByText("in builds", { exact: true }).waitFor();
  await page.getByLabel("NAME=value, one per line").fill('# from a file\nLOG_LEVEL=info\nTWO="two\nlines"');
  await page.getByRole("button", { name: "Preview" }).click();
  const preview = page.getByRole("list", { name: "What will be saved" });
  await preview.getByText("9 characters").waitFor();
  await preview.getByRole("checkbox", { name: "Secret TWO" }).uncheck();
  await page.getByRole("button", { name: "Save 2 variables" }).click();
  await page.getByText("Saved 2 variables.").waitFor();
  expect(await page.locator("#value-of-TWO").textContent()).toBe("two\nlines");
  expect(await page.locator("#value-of-LOG_LEVEL").textContent()).toBe("info");
  expect(await page.content()).not.toContain("canary-blue");
  expect(await barriers(page)).toEqual([]);

  await page.goto("/products/shop");
  await page.getByText("3 changes not live yet: COLOUR, LOG_LEVEL, TWO.").waitFor();
  await page.getByRole("button", { name: "Apply changes" }).click();
  await page.getByText("All 2 stacks are running.").waitFor();
  await page.getByText("Changes applied by admin").waitFor();
  await page.goto("/products/shop/variables");
  await page.getByRole("button", { name: "Remove COLOUR" }).waitFor();
  expect(await page.getByText("not yet live").count()).toBe(0);
  expect(complaints()).toEqual([]);
});

test("a log is followed, searched, held, and goes on with the next version", async () => {
  await anyVersion();
  const { page, complaints } = await visitors.member();
  await page.goto("/products/shop/logs?service=web");
  const log = page.getByRole("log");
  await log.getByText("asked for /").first().waitFor();
  await baton().ask("shop", "/first-question");
  await log.getByText("asked for /first-question").waitFor();

  await page.keyboard.press("/");
  await page.keyboard.type("first-question");
  await page.getByText("1 of 1").waitFor();
  await page.keyboard.press("Escape");
  await page.getByRole("button", { name: "Pause" }).click();
  await baton().ask("shop", "/second-question");
  await page.getByRole("button", { name: /Resume \(\d+\)/ }).waitFor();
  expect(await log.getByText("asked for /second-question").isVisible()).toBe(false);
  await page.getByRole("button", { name: /Resume/ }).click();
  await log.getByText("asked for /second-question").waitFor();

  await shop.release("v3");
  expect((await shop.repository.push(baton().remote("shop")).done).code).toBe(0);
  await baton().ask("shop", "/third-question");
  await log.getByText("asked for /third-question").waitFor();
  expect(complaints()).toEqual([]);
});

test("keyboard shortcuts open the pages, and all of them announce deployments that happen elsewhere", async () => {
  await anyVersion();
  await redeployed();
  const { page, complaints } = await visitors.member();
  await page.keyboard.press("?");
  const help = page.getByRole("dialog", { name: "Keyboard shortcuts" });
  await help.waitFor();
  expect(await barriers(page)).toEqual([]);
  await page.keyboard.press("Escape");
  await help.waitFor({ state: "hidden" });
  await page.keyboard.press("g");
  await page.keyboard.press("a");
  await page.waitForURL("/activity");

  await page.getByRole("button", { name: "Keyboard shortcuts" }).click();
  await help.getByRole("checkbox", { name: "Use these shortcuts in this browser" }).uncheck();
  await help.getByRole("button", { name: "Close" }).click();
  await page.reload();
  await page.keyboard.press("g");
  await page.keyboard.press("s");
  await page.keyboard.press("?");
  expect(await help.isVisible()).toBe(false);
  expect(new URL(page.url()).pathname).toBe("/activity");
  await page.getByRole("button", { name: "Keyboard shortcuts" }).click();
  await help.getByRole("checkbox", { name: "Use these shortcuts in this browser" }).check();
  await help.getByRole("button", { name: "Close" }).click();
  await page.keyboard.press("?");
  await help.waitFor();
  await page.keyboard.press("Escape");
  await page.getByText("administrator redeployed everything in shop").first().waitFor();
  const actions = await page.getByRole("main").getByRole("listitem").all();
  const places = await Promise.all(actions.map((action) => action.boundingBox()));
  expect(places.length).toBeGreaterThan(1);
  expect(new Set(places.map((place) => place?.y)).size, "actions in one row").toBe(places.length);
  await shop.release("v4");
  expect((await shop.repository.push(baton().remote("shop")).done).code).toBe(0);
  await page.getByRole("link", { name: /shop #\d+ is live: Release v4/ }).click();
  await page.getByText("All 2 stacks are running.").waitFor();
  expect(complaints()).toEqual([]);
});

test("no page scrolls sideways on the narrowest screen, also where names are long", async () => {
  await anyVersion();
  const long = await baton().api.send("POST", "/api/environments", { name: "a-name-of-twenty-two-x" });
  expect(long.status).toBe(201);
  const stranger = await visitors.open();
  const { page } = await visitors.member();
  const paths = [...(await everyPage(baton(), "shop")), "/environments/a-name-of-twenty-two-x/remove", "/nothing-here"];
  const tooWide: string[] = [];
  for (const width of [320, 360]) {
    for (const [visitor, path] of [
      [stranger.page, "/sign-in"] as const,
      ...paths.map((path) => [page, path] as const),
    ]) {
      await visitor.setViewportSize({ width, height: 640 });
      await visitor.goto(path);
      const needed = await visitor.locator("html").evaluate((html: { scrollWidth: number }) => html.scrollWidth);
      if (needed > width) tooWide.push(`${path} is ${needed} wide on ${width}`);
    }
  }
  expect(tooWide).toEqual([]);
});

test("a product is deleted when its name is typed", async () => {
  await anyVersion();
  const { page, complaints } = await visitors.member();
  await page.goto("/products/shop/settings");
  await page.getByRole("link", { name: "Delete shop" }).click();
  await page.getByLabel(/Delete Databases and uploads/).check();
  await page.getByLabel("Type shop to confirm").fill("shop");
  await page.getByRole("button", { name: "Delete shop" }).click();
  await page.getByText("Deleted shop, and the data in its volumes.").waitFor();
  await page.getByText("No products yet. Push your first one.").waitFor();
  await expect.poll(async () => (await baton().ask("shop", "/")).status, { timeout: 30_000 }).not.toBe(200);
  expect(complaints()).toEqual([]);
});
