import { beforeAll, expect, test } from "vitest";
import { floodOf, talkativeApp } from "../support/apps/talkative-app.ts";
import { useWorkshop } from "../support/apps/workshop.ts";
import { useBaton } from "../support/baton/harness.ts";
import { useBrowser } from "../support/browser.ts";

const baton = useBaton();
const workshop = useWorkshop();
const visitors = useBrowser(baton);
const count = 100_000;

beforeAll(async () => {
  const app = await workshop.appOf(talkativeApp);
  const { code, text } = await app.push(baton().remote("talk")).done;
  expect(code, text).toBe(0);
});

test("a log of 100,000 lines is followed, searched to its beginning, and stands in few elements", async () => {
  const { page, complaints } = await visitors.member();
  await page.goto("/products/talk/logs");
  const log = page.getByRole("log");
  await log.getByText("talkative").waitFor();
  await baton().ask("talk", `/flood?lines=${count}`);
  await log.getByText(`line ${count} of the flood`).waitFor();
  expect(await log.getByRole("listitem").count()).toBeLessThan(1_500);

  await page.keyboard.press("/");
  await page.keyboard.type("line 7777 of");
  await page.getByText("1 of 1").waitFor();
  const early = log.getByText(floodOf(7_777), { exact: true });
  await expect.poll(() => early.evaluate(isInSight)).toBe(true);
  expect(await page.getByLabel("Follow").isChecked()).toBe(false);

  // New lines must not move the text under a reader.
  const before = await early.boundingBox();
  await baton().ask("talk", "/flood?lines=2000");
  await page.waitForTimeout(1_500);
  expect(Math.abs(((await early.boundingBox())?.y ?? 0) - (before?.y ?? 0))).toBeLessThan(3);

  await page.getByLabel("Search this log").fill("of the flood");
  await page.getByText(/^1 of \d{5,}$/).waitFor();
  await page.getByRole("button", { name: "Previous" }).click();
  await expect.poll(() => log.getByText(floodOf(2_000), { exact: true }).last().evaluate(isInSight)).toBe(true);

  await page.getByLabel("Wrap").uncheck();
  await page.getByLabel("Follow").check();
  await log.getByText(floodOf(2_000), { exact: true }).last().waitFor();
  expect(complaints()).toEqual([]);
});

test("errors are gone to one after the other, also those that are far away", async () => {
  const { page, complaints } = await visitors.member();
  await page.goto("/products/talk/logs");
  const log = page.getByRole("log");
  await log.getByRole("listitem").first().waitFor();
  await baton().ask("talk", "/print?text=Error:%20the%20first");
  await log.getByText("Error: the first").waitFor();
  await baton().ask("talk", "/flood?lines=3000");
  await baton().ask("talk", "/print?text=Error:%20the%20second");
  await log.getByText("Error: the second").waitFor();
  const isShown = (text: string) => expect.poll(() => log.getByText(text).evaluate(isInSight)).toBe(true);
  await page.getByRole("button", { name: "First error" }).click();
  await isShown("Error: the first");
  await page.getByRole("button", { name: "Error 1 of 2" }).click();
  await isShown("Error: the second");
  expect(complaints()).toEqual([]);
});

test("what is hostile is text, and colours are colours", async () => {
  const { page, complaints } = await visitors.member();
  await page.goto("/products/talk/logs");
  const log = page.getByRole("log");
  const hostile = `<img src=x onerror="document.title='owned'"> \u001b]8;;https://example.com\u0007link\u001b]8;;\u0007 \u001b[31mred\u001b[0m &lt;`;
  await baton().ask("talk", `/print?text=${encodeURIComponent(hostile)}`);
  await baton().ask("talk", `/print?text=${"long".repeat(5_000)}`);
  const line = log.getByRole("listitem").filter({ hasText: "onerror=" });
  await line.waitFor();
  expect(await line.textContent()).toBe(`<img src=x onerror="document.title='owned'"> link red &lt;`);
  expect(await line.locator(".ansi-red-fg").textContent()).toBe("red");
  expect(await log.locator("img, a[href*='example.com']").count()).toBe(0);
  expect(await page.title()).not.toContain("owned");
  expect(complaints()).toEqual([]);
});

interface Box {
  getBoundingClientRect(): { readonly top: number; readonly bottom: number };
}

/** Runs in the browser. */
function isInSight(line: Box & { closest(selector: string): Box | null }): boolean {
  const { top, bottom } = line.getBoundingClientRect();
  const frame = line.closest("[role=log]")?.getBoundingClientRect();
  return frame !== undefined && top >= (frame?.top ?? 0) && bottom <= (frame?.bottom ?? 0);
}
