import { Secret, TOTP } from "otpauth";
import type { Page } from "playwright-core";
import { expect, test } from "vitest";
import { useBaton } from "../support/baton/harness.ts";
import { runServer } from "../support/baton/server-process.ts";
import { barriers, useBrowser } from "../support/browser.ts";

const baton = useBaton({}, []);
const visitors = useBrowser(baton);
const password = "correct horse battery";

/** Browsers allow passkeys at localhost, and not at 127.0.0.1. */
const here = () => baton().url.replace("127.0.0.1", "localhost");

async function machineLink(): Promise<string> {
  const { code, output } = await runServer("admin.js", baton().environment, ["link"]).exited;
  expect(code, output).toBe(0);
  const path = /\/join\/[\w-]+/.exec(output)?.[0];
  if (!path) throw new Error(output);
  return here() + path;
}

/** A device that verifies its owner. */
async function plugIn(page: Page): Promise<void> {
  const session = await page.context().newCDPSession(page);
  await session.send("WebAuthn.enable");
  await session.send("WebAuthn.addVirtualAuthenticator", {
    options: {
      protocol: "ctap2",
      transport: "internal",
      automaticPresenceSimulation: true,
      hasResidentKey: true,
      hasUserVerification: true,
      isUserVerified: true,
    },
  });
}

async function shoot(page: Page, name: string): Promise<void> {
  const folder = process.env.PICTURES;
  if (!folder) return;
  for (const colorScheme of ["light", "dark"] as const) {
    await page.emulateMedia({ colorScheme });
    for (const width of [1280, 390]) {
      await page.setViewportSize({ width, height: 900 });
      await page.screenshot({ path: `${folder}/${name}-${width}-${colorScheme}.png`, fullPage: true });
    }
  }
  await page.emulateMedia({ colorScheme: "light" });
  await page.setViewportSize({ width: 1280, height: 900 });
}

test("the first administrator comes in by the link, and adds a passkey and a second step, which let them in again", async () => {
  expect(baton().process().output()).toMatch(/Sign in {5}http:\S+\/join\/[\w-]+/);
  const { page, complaints } = await visitors.open();
  await plugIn(page);
  await page.goto(`${here()}/sign-in`);
  await page.getByText("Nobody has an account yet.").waitFor();
  await shoot(page, "sign-in-first");
  await page.goto(await machineLink());
  await shoot(page, "join");
  expect(await barriers(page)).toEqual([]);
  await page.getByLabel("Name").fill("Ada Lovelace");
  await page.getByLabel("E-mail").fill("ada@example.com");
  await page.getByLabel("Password").fill(password);
  await page.getByRole("button", { name: "Create account" }).click();
  await page.getByRole("link", { name: "Ada Lovelace" }).click();
  await page.getByRole("heading", { name: "Your account" }).waitFor();
  await page.getByText("Chrome on Linux").waitFor();

  const passkeys = page.locator("#passkeys");
  await passkeys.getByLabel("Name").fill("my laptop");
  await passkeys.getByLabel("Password").fill(password);
  await passkeys.getByRole("button", { name: "Add a passkey" }).click();
  await page.getByText("The passkey is added").waitFor();
  await passkeys.getByRole("button", { name: "Remove my laptop" }).waitFor();

  await page.getByRole("button", { name: "Set up" }).click();
  await page.getByRole("img", { name: "QR code" }).waitFor();
  await shoot(page, "second-step");
  expect(await barriers(page)).toEqual([]);
  const secret = ((await page.locator("code.secret").textContent()) ?? "").replaceAll(" ", "");
  await page.getByLabel("The six digits").fill(new TOTP({ secret: Secret.fromBase32(secret) }).generate());
  await page.getByRole("button", { name: "Turn on" }).click();
  const recoveryCode = ((await page.locator("#recovery-codes").textContent()) ?? "").split("\n")[0] ?? "";
  await shoot(page, "recovery-codes");
  await page.getByRole("link", { name: "I have kept them" }).click();
  await page.getByText("You have 10 recovery codes left.").waitFor();
  await shoot(page, "account");
  expect(await barriers(page)).toEqual([]);

  await page.locator("form.session").getByRole("button", { name: "Sign out" }).click();
  await page.getByRole("button", { name: "Use a passkey" }).waitFor();
  await shoot(page, "sign-in");
  expect(await barriers(page)).toEqual([]);
  await page.getByRole("button", { name: "Use a passkey" }).click();
  await page.getByRole("link", { name: "Ada Lovelace" }).waitFor();

  const other = await visitors.open();
  await other.page.goto(`${here()}/queue`);
  await other.page.getByLabel("E-mail").fill("ada@example.com");
  await other.page.getByLabel("Password").fill(password);
  await other.page.getByRole("button", { name: "Sign in", exact: true }).click();
  await other.page.getByLabel("Code").waitFor();
  await shoot(other.page, "code");
  await other.page.getByLabel("Code").fill(recoveryCode);
  await other.page.getByRole("button", { name: "Sign in" }).click();
  await other.page.waitForURL(/\/queue$/);

  await page.goto(`${here()}/account`);
  await page.getByRole("button", { name: "Sign out everywhere else" }).click();
  await page.getByText("You are signed out everywhere else.").waitFor();
  await other.page.goto(`${here()}/queue`);
  expect(new URL(other.page.url()).pathname).toBe("/sign-in");
  await page.goto(`${here()}/system/sign-in`);
  await shoot(page, "sign-in-settings");
  expect(await barriers(page)).toEqual([]);
  await page.goto(`${here()}/people`);
  await shoot(page, "people");
  expect(complaints()).toEqual([]);
  // The stream of the page that was open there has ended with its session, and tried to go on once.
  expect(other.complaints().filter((complaint) => !complaint.includes("401"))).toEqual([]);
});

test("a restart prints no link once there is somebody, and the machine makes one that was never used before", async () => {
  await baton().restart();
  await baton().process().prints("with your e-mail address and password");
  expect(baton().process().output()).not.toContain("/join/");
  const { page } = await visitors.open();
  const link = await machineLink();
  await page.goto(link);
  await page.getByLabel("Password").fill("another horse battery");
  await page.getByRole("button", { name: "Save and sign in" }).click();
  await page.getByRole("link", { name: "Ada Lovelace" }).waitFor();
  await page.goto(link);
  await page.getByRole("heading", { name: "This link has been used" }).waitFor();
  await shoot(page, "link-used");
});
