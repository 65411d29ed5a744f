import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import type { Page } from "playwright-core";
import { expect, test } from "vitest";
import { get } from "../../proxy/http-client.ts";
import { useWorkshop } from "../support/apps/workshop.ts";
import { useBaton } from "../support/baton/harness.ts";
import { barriers, useBrowser } from "../support/browser.ts";

const baton = useBaton();
const workshop = useWorkshop();
const visitors = useBrowser(baton);

/** Pictures for people, in light and dark, wide and narrow, if BATON_TEST_PICTURES names a folder. */
async function shoot(page: Page, name: string): Promise<void> {
  const folder = process.env.BATON_TEST_PICTURES;
  if (folder === undefined) return;
  await mkdir(folder, { recursive: true });
  for (const colorScheme of ["light", "dark"] as const) {
    for (const width of [1280, 390]) {
      await page.emulateMedia({ colorScheme });
      await page.setViewportSize({ width, height: 900 });
      await page.screenshot({ path: join(folder, `${name}-${colorScheme}-${width}.png`), fullPage: true });
    }
  }
  await page.setViewportSize({ width: 1280, height: 900 });
}

test("a service is scaled in its settings, and the overview shows each replica with its log", async () => {
  const shop = await workshop.serviceApp("shop");
  const manifest = "stacks: { web: {}, wiki: { volumes: { pages: /pages } }, clock: { kind: worker } }";
  await shop.release("v1", { manifest });
  const { code, text } = await (await shop.repository.push(baton().remote("shop"))).done;
  expect(code, text).toBe(0);

  // Chromium itself logs the status of a refused form, so this visit's complaints are not checked.
  const hasty = (await visitors.member()).page;
  await hasty.goto("/products/shop/settings");
  await hasty.getByText("wiki runs once: it keeps its data in the volume pages.").waitFor();
  const number = hasty.getByLabel("web", { exact: true });
  await number.evaluate((input) => input.removeAttribute("max"));
  await number.fill("40");
  await hasty.getByRole("button", { name: "Scale web" }).click();
  await hasty.getByRole("alert").getByText("enter a whole number from 1 to 32").waitFor();
  expect(await barriers(hasty)).toEqual([]);
  await shoot(hasty, "settings-refused");

  const { page, complaints } = await visitors.member();
  await page.goto("/products/shop/settings");
  await page.getByLabel("web", { exact: true }).fill("3");
  await page.getByLabel("Sticky sessions of web").selectOption("on");
  await page.getByRole("button", { name: "Scale web" }).click();
  await page.getByText("Saved. The overview shows each replica.").waitFor();
  expect(await page.getByLabel("web", { exact: true }).inputValue()).toBe("3");
  await shoot(page, "settings");
  await page.getByRole("link", { name: "Overview" }).click();
  const replicas = page.getByRole("list", { name: "Replicas of web" });
  await expect.poll(() => replicas.getByText("Running").count(), { timeout: 60_000 }).toBe(3);
  expect(await barriers(page)).toEqual([]);
  await shoot(page, "overview");
  await replicas.getByRole("link", { name: "Logs of web 2" }).click();
  await page.waitForURL(/service=web(\+|%20)2/);
  await shoot(page, "logs");
  expect(complaints()).toEqual([]);

  await expect
    .poll(async () => (await get(baton().httpPort, "shop.localhost", { path: "/version" })).headers["set-cookie"])
    .toEqual([expect.stringMatching(/^baton_replica=/)]);
}, 300_000);
