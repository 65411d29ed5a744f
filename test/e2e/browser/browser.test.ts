import { beforeAll, expect, test } from "vitest";
import type { Release, ServiceApp } from "../support/apps/apps.ts";
import { useWorkshop } from "../support/apps/workshop.ts";
import { useBaton } from "../support/baton/harness.ts";
import { barriers, everyPage, markDocument, signIn, useBrowser } from "../support/browser.ts";
import { openSocket } from "../support/open-requests.ts";

const baton = useBaton();
const workshop = useWorkshop();
const visitors = useBrowser(baton);
let shop: ServiceApp;

beforeAll(async () => {
  shop = await workshop.serviceApp("shop");
});

/** Pushes a version without waiting for its deployment. */
async function pushed(version: string, release?: Release): Promise<number> {
  await shop.release(version, release);
  const { code, text } = await shop.repository.push(baton().remote("shop"), "HEAD", "-o", "detach").done;
  expect(code, text).toBe(0);
  return (await baton().api.newest("shop")).id;
}

let first: Promise<number> | undefined;

/** The shop's first version, pushed by the first test that needs it. */
function firstVersion(): Promise<number> {
  first ??= pushed("v1", { build: "RUN echo compiling && sleep 2" });
  return first;
}

const firstIsLive = async () => baton().api.settled(await firstVersion());

const version = async () => (await baton().ask("shop")).body;

test("a stranger is asked to sign in, sees when the token is wrong, and arrives at the page that they wanted", async () => {
  const { page } = await visitors.open();
  await page.goto("/deployments");
  expect(new URL(page.url()).pathname).toBe("/sign-in");
  await page.getByLabel("Token").fill("not-the-token-of-anybody-who-is-known-here");
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.getByRole("alert").getByText("That token isn’t valid.").waitFor();
  await signIn(page, baton().token);
  expect(new URL(page.url()).pathname).toBe("/deployments");
  await page.getByRole("button", { name: "Sign out" }).click();
  await page.goto("/");
  expect(new URL(page.url()).pathname).toBe("/sign-in");
});

test("a push becomes live on the pages of its product and its deployment, which are not reloaded", async () => {
  const [home, watcher] = await Promise.all([visitors.member(), visitors.member()]);
  const homeIsSame = await markDocument(home.page);
  const id = await firstVersion();
  await home.page.getByRole("link", { name: "shop", exact: true }).waitFor();

  await watcher.page.goto(`/deployments/${id}`);
  const isSame = await markDocument(watcher.page);
  const log = watcher.page.getByRole("log");
  const summary = watcher.page.locator("#summary");
  await summary.getByText(/Building|Queued/).waitFor();
  await log.getByText("compiling", { exact: true }).waitFor();
  await log.getByText(/GET \/ answered 200 in .* \(3 of 3\)/).waitFor();
  await summary.getByText("Ready", { exact: true }).waitFor();
  await watcher.page.getByText("Live at").waitFor();
  expect(await watcher.page.getByRole("listitem").filter({ hasText: "Cut-over: done" }).count()).toBe(1);
  expect(await watcher.page.title()).toBe("Ready · shop #1 · Baton");
  expect(await isSame()).toBe(true);

  await home.page.getByText("Running", { exact: true }).waitFor();
  expect(await homeIsSame()).toBe(true);
  const address = home.page.getByRole("link", { name: /^shop\.localhost/ });
  const app = await visitors.open();
  await app.page.goto((await address.getAttribute("href")) ?? "");
  expect(await app.page.textContent("body")).toContain("v1");
  expect([...home.complaints(), ...watcher.complaints()]).toEqual([]);
});

test("a deployment that failed shows its post-mortem, and what is live meanwhile", async () => {
  await firstIsLive();
  const { page, complaints } = await visitors.member();
  const id = await pushed("v2", { build: "RUN echo 'no such module' && exit 9" });
  await page.goto(`/deployments/${id}`);
  const isSame = await markDocument(page);
  const postMortem = page.getByRole("region", { name: /exited with code 9/ });
  await postMortem.getByText("See the output below.").waitFor();
  await postMortem.getByText("no such module").first().waitFor();
  await postMortem.getByText("#1 is still live; it went live").waitFor();
  expect(await isSame()).toBe(true);
  expect(complaints()).toEqual([]);

  await page.goto("/products/shop");
  const { number } = await baton().api.deployment(id);
  await page.getByRole("link", { name: new RegExp(`#${number}.*exited with code 9`) }).waitFor();

  await page.goto(`/deployments/${id}`);
  await postMortem.getByText("Adds 1 commit").waitFor();
  await postMortem.getByText("Release v2").waitFor();
  await page.getByRole("button", { name: "Retry" }).click();
  await page.waitForURL((url) => url.pathname !== `/deployments/${id}`);
  await page.getByRole("region", { name: /exited with code 9/ }).waitFor();
});

test("a deployment can be cancelled from its page", async () => {
  await firstIsLive();
  const { page, complaints } = await visitors.member();
  const id = await pushed("v3", { build: "RUN sleep 600" });
  await page.goto(`/deployments/${id}`);
  await page
    .getByRole("log")
    .getByText(/RUN sleep 600/)
    .waitFor();
  await page.getByRole("button", { name: "Cancel" }).click();
  await page.locator("#summary").getByText("Stopped", { exact: true }).waitFor();
  await page.getByText("Cancelled by administrator.").waitFor();
  await page.getByText("#1 is still live; it went live").waitFor();
  expect((await baton().api.deployment(id)).reason).toBe("cancelled");
  expect(complaints()).toEqual([]);
});

test("the page counts down the requests that the previous version still answers", async () => {
  await firstIsLive();
  const { page, complaints } = await visitors.member();
  const chats = await Promise.all(
    ["one", "two"].map(() => openSocket({ httpPort: baton().httpPort, product: "shop" })),
  );
  const id = await pushed("v4");
  await page.goto(`/deployments/${id}`);
  const isSame = await markDocument(page);
  const outcome = page.locator("#outcome");
  await outcome.getByText("2 requests left").waitFor();
  await chats[0]?.close();
  await outcome.getByText("1 request left").waitFor();
  await chats[1]?.close();
  await outcome.getByText("left").waitFor({ state: "detached" });
  expect(await isSame()).toBe(true);
  expect(complaints()).toEqual([]);
});

test("a previous version is live again after a page that says what will happen", async () => {
  await firstIsLive();
  await baton().api.settled(await pushed("v5"));
  const { page, complaints } = await visitors.member();
  await page.goto("/products/shop/deployments");
  await page.getByRole("link", { name: "Redeploy #1" }).click();
  await page.getByRole("heading", { name: "Redeploy #1 of shop?" }).waitFor();
  await page.getByText("No build needed: the images are still here").waitFor();
  await page.getByText(/Reverts \d+ commits?/).waitFor();
  await page.getByRole("button", { name: "Redeploy #1" }).click();
  await page.waitForURL(/\/deployments\/\d+$/);
  await page.getByText("Live at").waitFor();
  expect(await version()).toBe("v1");
  expect(complaints()).toEqual([]);
});

test("no page has a barrier, in either theme", async () => {
  await firstIsLive();
  const paths = await everyPage(baton(), "shop");
  const stranger = await visitors.open();
  await stranger.page.goto("/sign-in");
  const found = [...(await barriers(stranger.page))];
  const { page, complaints } = await visitors.member();
  for (const path of paths) {
    await page.goto(path);
    await page.locator("h1").waitFor();
    found.push(...(await barriers(page)));
  }
  expect(found).toEqual([]);
  expect([...stranger.complaints(), ...complaints()]).toEqual([]);
  // Chromium itself logs the status of a missing page.
  await page.goto("/nothing-here");
  expect(await barriers(page)).toEqual([]);
});

test("without JavaScript everything can still be read and done: stop, and start again", async () => {
  await firstIsLive();
  const before = await version();
  const { page } = await visitors.member({ javaScriptEnabled: false });
  await page.getByRole("link", { name: "shop", exact: true }).click();
  await page.getByRole("link", { name: "Stop", exact: true }).click();
  await page.getByRole("heading", { name: "Stop shop?" }).waitFor();
  await page.getByRole("button", { name: "Stop shop" }).click();
  await expect.poll(async () => (await baton().ask("shop", "/")).status, { timeout: 10_000 }).toBe(503);
  // The installation is "Stopping" until its last container is gone. Without a script the page does not update, so this
  // reloads it.
  const isShownStopped = async () => {
    await page.goto("/");
    return page.getByText("Stopped", { exact: true }).isVisible();
  };
  await expect.poll(isShownStopped, { timeout: 30_000 }).toBe(true);

  await page.goto("/products/shop");
  await page.getByRole("link", { name: "Start again" }).click();
  await page.getByRole("button", { name: "Start shop again" }).click();
  const id = Number(new URL(page.url()).pathname.split("/").at(-1));
  expect((await baton().api.settled(id)).status).toBe("ready");
  await page.reload();
  await page.getByText("Live at").waitFor();
  await page
    .getByRole("log")
    .getByText(/GET \/ answered 200/)
    .first()
    .waitFor();
  expect(await version()).toBe(before);
});
