import { beforeAll, expect, test } from "vitest";
import { fragileApp } from "../support/apps/fragile-app.ts";
import { useWorkshop } from "../support/apps/workshop.ts";
import { useBaton } from "../support/baton/harness.ts";
import { barriers, markDocument, useBrowser } from "../support/browser.ts";

const baton = useBaton();
const workshop = useWorkshop();
const visitors = useBrowser(baton);

beforeAll(async () => {
  const app = await workshop.appOf(fragileApp);
  const { code, text } = await app.push(baton().remote("shop")).done;
  expect(code, text).toBe(0);
});

const ask = (path: string) =>
  baton()
    .ask("shop", path)
    .then(({ status, body }) => `${status} ${body}`, String);

/** Docker waits 100 ms before it starts a container again for the first time. */
const startUpMs = 1_000;

test("an app that dies is back within its start-up and a second, and its page says what happened", async () => {
  const { page, complaints } = await visitors.member();
  await page.goto("/products/shop");
  await page.getByRole("heading", { name: "shop", exact: true }).waitFor();
  const isSame = await markDocument(page);
  await ask("/end?code=3");
  await expect.poll(() => ask("/"), { timeout: startUpMs + 1_000, interval: 50 }).toBe("200 whole");
  await page.getByText("web crashed. It restarted once in 10 minutes, last exit code 3.").waitFor({ timeout: 5_000 });
  expect(await isSame()).toBe(true);
  expect(complaints()).toEqual([]);
});

test("a crash loop is named on the product's page and on home within five seconds, and in the API", async () => {
  const [product, home] = await Promise.all([visitors.member(), visitors.member()]);
  await product.page.goto("/products/shop");
  await product.page.getByRole("heading", { name: "shop", exact: true }).waitFor();
  await home.page.goto("/");
  await ask("/break?times=12");
  const { id } = await baton().api.installation("shop");
  const trouble = async () => {
    const { stacks } = await baton().api.get<Installation>(`/api/product-deployments/${id}`);
    return stacks[0]?.services[0]?.trouble ?? "";
  };
  await expect.poll(trouble, { timeout: 30_000, interval: 50 }).toMatch(/restarted 6 times in 10 minutes/);
  await product.page
    .getByRole("region", { name: "web keeps crashing" })
    .getByText("Environment variable DATABASE_URL is not set")
    .first()
    .waitFor({ timeout: 5_000 });
  await product.page.getByText("last exit code 1").waitFor();
  await home.page.getByText("web keeps crashing").waitFor({ timeout: 5_000 });
  expect(await barriers(product.page)).toEqual([]);
  expect(await barriers(home.page)).toEqual([]);
  expect([...product.complaints(), ...home.complaints()]).toEqual([]);
});

test("a crash loop is known at once to a Baton that was away when it began", async () => {
  await baton().restart();
  const { id } = await baton().api.installation("shop");
  const { stacks } = await baton().api.get<Installation>(`/api/product-deployments/${id}`);
  expect(stacks[0]?.services[0]?.trouble).toMatch(/^web (?:keeps crashing|crashed)\. It restarted \d+ times/);
});

interface Installation {
  readonly stacks: readonly { readonly services: readonly { readonly trouble?: string }[] }[];
}
