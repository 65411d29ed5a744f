import { beforeAll, expect, test } from "vitest";
import type { ServiceApp } from "../support/apps/apps.ts";
import { useWorkshop } from "../support/apps/workshop.ts";
import { useBaton } from "../support/baton/harness.ts";
import { barriers, useBrowser } from "../support/browser.ts";

const baton = useBaton();
const workshop = useWorkshop();
const visitors = useBrowser(baton);
let shop: ServiceApp;

beforeAll(async () => {
  shop = await workshop.serviceApp("shop");
  await baton().api.send("POST", "/api/environments", { name: "staging", branch: "next" });
});

test("the sample app is deployed by one button, also without JavaScript, and is a product like any", async () => {
  const { page } = await visitors.member({ javaScriptEnabled: false });
  await page.getByRole("link", { name: "New product" }).click();
  await page.getByRole("button", { name: "Deploy the sample app" }).click();
  await page.waitForURL(/\/deployments\/\d+$/);
  await page.getByRole("heading", { name: "Hello" }).waitFor();
  const id = Number(new URL(page.url()).pathname.split("/").at(-1));
  expect((await baton().api.settled(id)).status).toBe("ready");
  expect((await baton().ask("hello", "/")).body).toContain("<!doctype html>");

  const second = await visitors.member();
  await second.page.goto("/new");
  await second.page.getByText("Deploy the built-in sample as hello-2").waitFor();
  expect(await barriers(second.page)).toEqual([]);
  await second.page.getByRole("link", { name: "hello", exact: true }).click();
  await second.page.getByRole("link", { name: "Hello", exact: true }).first().waitFor();
  expect(second.complaints()).toEqual([]);
});

test("health check and limits that are set count from the next deployment on, unless the repository says otherwise", async () => {
  await shop.release("v1");
  expect((await shop.repository.push(baton().remote("shop")).done).code).toBe(0);
  // Chromium itself logs the status of a refused form, so this visit's complaints are not checked.
  const hasty = (await visitors.member()).page;
  await hasty.goto("/products/shop/settings");
  await hasty.getByLabel("Health check path").fill("version");
  await hasty.getByRole("button", { name: "Save web" }).click();
  await hasty.getByRole("alert").getByText("enter a path that starts with a slash, such as /ready").waitFor();
  expect(await barriers(hasty)).toEqual([]);

  const { page, complaints } = await visitors.member();
  await page.goto("/products/shop/settings");
  await page.getByLabel("Health check path").fill("/version");
  await page.getByLabel("Startup timeout").fill("40s");
  await page.getByLabel("Memory").fill("200m");
  await page.getByLabel("CPUs").fill("0.5");
  await page.getByRole("button", { name: "Save web" }).click();
  await page.getByText("Saved. It takes effect on the next deployment.").waitFor();
  await page.getByText("1 change not live yet: settings of web.").waitFor();
  expect(await barriers(page)).toEqual([]);
  expect(await limitsOf("shop")).toEqual({ memory: 1024 ** 3, cpus: 0 });

  // The repository's file lowers the memory limit and does not mention the others.
  await shop.release("v2", { manifest: "stacks: { web: { memory: 128m } }" });
  const { code, text } = await shop.repository.push(baton().remote("shop")).done;
  expect(code, text).toBe(0);
  const log = await baton().api.log((await baton().api.newest("shop")).id);
  expect(log).toContain("web: healthy within 40s (settings)");
  expect(log).toContain(
    "web: at most 128m of memory (the repository sets it, which takes precedence over the settings)",
  );
  expect(log).toMatch(/web: GET \/version answered 200/);
  expect(await limitsOf("shop")).toEqual({ memory: 128 * 1024 ** 2, cpus: 0.5 });
  await page.goto("/products/shop/settings");
  await page.getByText("128m set in the repository").waitFor();
  await page.getByText("Healthy when GET /version returns 2xx or 3xx 3 times in a row within 40 s.").waitFor();
  expect(await page.getByText("not yet live").count()).toBe(0);
  expect(complaints()).toEqual([]);
});

test("the page about a repository shows what each environment deploys, and none of its pages has a barrier", async () => {
  const { api } = baton();
  const product = { name: "blog", repository: "https://github.com/acme/blog.git", branch: "main" };
  await api.send("POST", "/api/products", product);
  await api.send("POST", "/api/products", { name: "pushed-to" });
  await api.send("POST", "/api/product-deployments", { product: "blog", environment: "staging" });
  const { page, complaints } = await visitors.member();
  await page.goto("/products/blog/webhooks");
  await page.getByText("staging deploys pushes to next").waitFor();
  await page.getByLabel("Branch of staging").fill("release");
  await page.locator("#repository").getByRole("button", { name: "Save" }).click();
  await page.getByText("staging deploys pushes to release").waitFor();
  await page.getByText("production deploys pushes to main").waitFor();
  await page.getByRole("button", { name: "Generate a new secret" }).click();
  await page.getByText("The secret, shown only once:").waitFor();
  expect(await barriers(page)).toEqual([]);

  // The delivery is not signed, so it is refused and listed as such.
  const headers = { "content-type": "application/json", "x-github-event": "push", "x-github-delivery": "1-2-3" };
  await fetch(`${baton().url}/webhooks/github/blog`, { method: "POST", headers, body: "{}" });
  await page.goto("/products/blog/webhooks");
  await page.locator("#deliveries").getByText("Refused").waitFor();
  expect(await barriers(page)).toEqual([]);
  await page.locator("#deliveries").getByRole("link").first().click();
  await page.getByRole("heading", { name: /Delivery \d+/ }).waitFor();
  expect(await barriers(page)).toEqual([]);
  await page.goto("/products/pushed-to/webhooks");
  expect(await barriers(page)).toEqual([]);
  expect(complaints()).toEqual([]);
});

test("a product in no environment says so, is installed from its page, and waits for its first push there", async () => {
  const { api } = baton();
  await api.send("POST", "/api/products", { name: "nowhere" });
  const { id } = await api.installation("nowhere");
  await api.send("DELETE", `/api/product-deployments/${id}`);
  const { page, complaints } = await visitors.member();
  await page.getByText("In no environment").waitFor();
  await page.getByRole("link", { name: "nowhere", exact: true }).click();
  await page.getByRole("heading", { name: "Not installed in any environment" }).waitFor();
  expect(await barriers(page)).toEqual([]);
  await page.getByRole("combobox", { name: "Environment" }).selectOption("staging");
  await page.getByRole("button", { name: "Install" }).click();
  await page.getByText("Installed. Nothing is deployed here yet.").waitFor();
  await page.getByRole("heading", { name: "Push the first version" }).waitFor();
  expect(complaints()).toEqual([]);
});

/** The limits that the engine has for a product's one container, once the previous container is gone. */
async function limitsOf(product: string): Promise<{ readonly memory: number; readonly cpus: number }> {
  await baton().api.settled((await baton().api.newest(product)).id);
  const [name = ""] = await baton().containersOf(product);
  const { HostConfig } = await baton().docker.getContainer(name).inspect();
  return { memory: HostConfig.Memory ?? 0, cpus: (HostConfig.NanoCpus ?? 0) / 1e9 };
}
