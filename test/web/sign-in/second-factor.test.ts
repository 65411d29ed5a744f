import { Secret, TOTP } from "otpauth";
import { beforeEach, describe, expect, test } from "vitest";
import type { User } from "../../../server/model/access/user.ts";
import { aBrowser, type FakeBrowser } from "../browser.ts";
import { aPerson, password, signedIn } from "../people.ts";
import { createWorld, type World } from "../world.ts";

let world: World;
let ada: User;
let own: FakeBrowser;
beforeEach(async () => {
  world = await createWorld();
  ada = await aPerson(world);
  own = await signedIn(world, ada);
});

/** What the app shows now. */
const codeOf = (secret: string) =>
  new TOTP({ secret: Secret.fromBase32(secret) }).generate({ timestamp: world.clock.now().getTime() });
const nextStep = () => world.clock.advance(30_000);

/** Turns it on, as the pages ask for. */
async function turnOn() {
  const { html } = await own.post("/account/second-step");
  const secret = (/<code class="secret">([^<]+)/.exec(html)?.[1] ?? "").replaceAll(" ", "");
  const { html: codes } = await own.post("/account/second-step/confirm", { code: codeOf(secret) });
  const recoveryCodes = /<pre id="recovery-codes">([^<]+)/.exec(codes)?.[1]?.split("\n") ?? [];
  nextStep();
  return { secret, recoveryCodes };
}

async function withPassword(browser = aBrowser(world)) {
  const { location } = await browser.post("/sign-in", { email: ada.email, password, next: "/queue" });
  return { browser, location };
}

describe("setting it up", () => {
  test("shows a QR code and the same secret as text, and asks for nothing before it is confirmed", async () => {
    const { html, text } = await own.post("/account/second-step");
    expect(html).toMatch(/<svg class="qr-code"[^>]*role="img"/);
    expect(text).toMatch(/([A-Z2-7]{4} ){7}[A-Z2-7]{4}/);
    expect((await withPassword()).location).toBe("/queue");
  });

  test("with a wrong code shows the same secret again", async () => {
    const before = /<code class="secret">([^<]+)/.exec((await own.post("/account/second-step")).html)?.[1];
    const { status, html, text } = await own.post("/account/second-step/confirm", { code: "000000" });
    expect([status, /<code class="secret">([^<]+)/.exec(html)?.[1]]).toEqual([400, before]);
    expect(text).toContain("That code isn’t right.");
    expect((await withPassword()).location).toBe("/queue");
  });

  test("shows ten recovery codes once, and no request turns it off by starting again", async () => {
    const { recoveryCodes } = await turnOn();
    expect(new Set(recoveryCodes).size).toBe(10);
    expect((await own.get("/account")).text).toContain("You have 10 recovery codes left.");
    expect((await own.post("/account/second-step")).text).toContain("two-step sign-in is on already");
    expect((await withPassword()).location).toBe("/sign-in/code");
    expect(JSON.stringify([...world.store.rows.audit, ...world.logged])).not.toContain(recoveryCodes[0]);
  });
});

describe("signing in", () => {
  test("opens no session with the password alone, and one with a code, which leads on", async () => {
    const { secret } = await turnOn();
    const { browser } = await withPassword();
    expect(await browser.isSignedIn()).toBe(false);
    expect((await browser.get("/sign-in/code")).text).toContain("Enter the six digits");
    const { status, location } = await browser.post("/sign-in/code", { code: codeOf(secret) });
    expect([status, location]).toEqual([303, "/queue"]);
    expect(await browser.isSignedIn()).toBe(true);
    expect(world.store.rows.audit.at(-1)).toMatchObject({ detail: "with a password and a code" });
  });

  test("refuses a code that was used, also for another sign-in", async () => {
    const { secret } = await turnOn();
    const code = codeOf(secret);
    const first = await withPassword();
    expect((await first.browser.post("/sign-in/code", { code })).status).toBe(303);
    const second = await withPassword();
    expect((await second.browser.post("/sign-in/code", { code })).status).toBe(401);
    expect(world.store.rows.audit.at(-1)).toMatchObject({
      ...{ who: "someone", what: "failed to sign in with a code", subject: "Ada", detail: "wrong code" },
    });
    nextStep();
    expect((await second.browser.post("/sign-in/code", { code: codeOf(secret) })).status).toBe(303);
  });

  test("takes each recovery code once, however it is typed", async () => {
    const { recoveryCodes } = await turnOn();
    const [code = ""] = recoveryCodes;
    const typed = code.toUpperCase().replaceAll("-", " ");
    expect((await (await withPassword()).browser.post("/sign-in/code", { code: typed })).status).toBe(303);
    expect((await (await withPassword()).browser.post("/sign-in/code", { code })).status).toBe(401);
    expect((await own.get("/account")).text).toContain("You have 9 recovery codes left.");
  });

  test("allows five wrong codes, from wherever and however often the password is given, and then none for a while", async () => {
    const { secret } = await turnOn();
    for (let count = 0; count < 5; count++) {
      const { browser } = await withPassword();
      expect((await browser.post("/sign-in/code", { code: "000000" })).status).toBe(401);
    }
    const { browser } = await withPassword();
    const refused = await browser.post("/sign-in/code", { code: codeOf(secret) });
    expect([refused.status, refused.text]).toEqual([429, expect.stringContaining("try again in 10 min")]);
    expect(await browser.isSignedIn()).toBe(false);
  });

  test("begins anew when the password changed meanwhile, or after ten minutes", async () => {
    const { secret } = await turnOn();
    const { browser } = await withPassword();
    await own.post("/account/password", { current: password, password: "another horse battery" });
    expect((await browser.post("/sign-in/code", { code: codeOf(secret) })).location).toBe("/sign-in?done=late");
    await own.get("/account");
    await own.post("/account/password", { current: "another horse battery", password });
    const late = (await withPassword()).browser;
    world.clock.advance(600_001);
    expect((await late.post("/sign-in/code", { code: codeOf(secret) })).location).toBe("/sign-in?done=late");
    expect((await late.get("/sign-in?done=late")).text).toContain("Sign in again.");
  });

  test("has no second step to go to without a first", async () => {
    await turnOn();
    const browser = aBrowser(world);
    expect((await browser.get("/sign-in/code")).location).toBe("/sign-in");
    expect((await browser.post("/sign-in/code", { code: "123456" })).location).toBe("/sign-in?done=late");
  });
});

describe("turning it off, and new recovery codes,", () => {
  test("want the password", async () => {
    const { recoveryCodes } = await turnOn();
    for (const path of ["/account/second-step/remove", "/account/recovery-codes"]) {
      for (const current of ["", "wrong horse battery"]) {
        expect((await own.post(path, { current })).status, path).toBe(400);
      }
    }
    const { html } = await own.post("/account/recovery-codes", { current: password });
    expect(html).toContain('<pre id="recovery-codes">');
    const browser = (await withPassword()).browser;
    expect((await browser.post("/sign-in/code", { code: recoveryCodes[0] ?? "" })).status).toBe(401);
    expect((await own.post("/account/second-step/remove", { current: password })).status).toBe(303);
    expect((await withPassword()).location).toBe("/queue");
  });

  test("are done by an administrator for somebody who lost both", async () => {
    const grace = await aPerson(world, "Grace");
    const help = await signedIn(world, grace);
    await turnOn();
    expect((await help.post(`/people/${ada.id}/second-step/remove`)).status).toBe(303);
    expect((await withPassword()).location).toBe("/queue");
    const entry = { who: "Grace", what: "turned off the two-step sign-in of", subject: "Ada" };
    expect(world.store.rows.audit).toContainEqual(expect.objectContaining(entry));
  });
});
