import { existsSync } from "node:fs";
import { chromium } from "playwright-core";
import { expect, it } from "vitest";
import { providerClient, runProvider } from "../../openid/running-provider.ts";
import { aBrowser } from "../browser.ts";
import { aPerson, password } from "../people.ts";
import { serveWorld } from "../served-world.ts";

const executablePath = "/usr/bin/chromium";

it.skipIf(!existsSync(executablePath))(
  "a browser comes back from the provider signed in, without a click and without a complaint about scripts",
  { timeout: 120_000 },
  async () => {
    const { world, url, close } = await serveWorld();
    const running = await runProvider(`${url}/sign-in/provider/return`);
    const browser = await chromium.launch({ executablePath, args: ["--no-sandbox", "--disable-gpu"] });
    try {
      const root = await aPerson(world, "Root");
      const admin = aBrowser(world, url);
      await admin.post("/sign-in", { email: root.email, password });
      await admin.get("/account");
      const client = { issuer: running.issuer, ...providerClient };
      await admin.post("/system/sign-in", { ...client, label: "Acme", domains: "example.com", role: "deployer" });

      const page = await (await browser.newContext({ reducedMotion: "reduce" })).newPage();
      const complaints: string[] = [];
      page.on("console", (message) => void (message.type() === "error" && complaints.push(message.text())));
      page.on("pageerror", (error) => complaints.push(error.message));
      await page.goto(`${url}/sign-in?next=/queue`);
      await page.getByRole("link", { name: "Continue with Acme" }).click();
      await page.waitForURL(`${url}/queue`);
      await page.getByRole("link", { name: "Ada Lovelace" }).waitFor();
      expect(complaints).toEqual([]);

      running.person = { subject: "eve", email: "eve@elsewhere.example", email_verified: true };
      const stranger = await (await browser.newContext()).newPage();
      await stranger.goto(`${url}/sign-in`);
      await stranger.getByRole("link", { name: "Continue with Acme" }).click();
      await stranger.getByRole("alert").waitFor();
      expect(await stranger.getByRole("alert").textContent()).toContain("eve@elsewhere.example");
      expect(stranger.url()).toBe(`${url}/sign-in/provider/return`);
    } finally {
      await browser.close();
      close();
      await running[Symbol.asyncDispose]();
    }
  },
);
