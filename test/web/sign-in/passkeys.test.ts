import { beforeEach, describe, expect, test } from "vitest";
import type { User } from "../../../server/model/access/user.ts";
import { aBrowser, type FakeBrowser } from "../browser.ts";
import { aPerson, password } from "../people.ts";
import { createWorld, type World } from "../world.ts";
import { anAuthenticator } from "./authenticator.ts";

const here = "http://localhost:4000";
const site = { origin: here, rpId: "localhost" };

let world: World;
let ada: User;
let own: FakeBrowser;
let device: ReturnType<typeof anAuthenticator>;
beforeEach(async () => {
  world = await createWorld();
  ada = await aPerson(world);
  own = await signedInHere(ada);
  device = anAuthenticator();
  expect((await add(own)).status).toBe(200);
});

async function signedInHere(user: User): Promise<FakeBrowser> {
  const browser = aBrowser(world, here);
  await browser.post("/sign-in", { email: user.email, password });
  await browser.get("/account");
  return browser;
}

const challengeFor = async (browser: FakeBrowser) =>
  String((await browser.postJson("/account/passkeys/options", { name: "laptop", current: password })).json.challenge);

async function add(browser: FakeBrowser, by = device, asked: Partial<typeof site> = {}) {
  const answer = by.register({ ...site, challenge: await challengeFor(browser), ...asked });
  return browser.postJson("/account/passkeys", { name: "laptop", answer });
}

const offer = async (browser: FakeBrowser) =>
  String((await browser.postJson("/sign-in/passkey/options", {})).json.challenge);

const signIn = (browser: FakeBrowser, answer: object) => browser.postJson("/sign-in/passkey", { answer });

/** A stranger's browser, and what came of signing in. */
async function attempt(asked: Partial<typeof site> & { readonly challenge?: string } = {}, by = device) {
  const browser = aBrowser(world, here);
  const challenge = await offer(browser);
  const { status } = await signIn(browser, by.signIn({ ...site, challenge, ...asked }));
  return [status, await browser.isSignedIn()];
}

describe("a passkey", () => {
  test("lets its owner in, without their password", async () => {
    expect(await attempt()).toEqual([200, true]);
    expect(world.store.rows.audit.at(-1)).toMatchObject({ who: "Ada", what: "signed in", detail: "with a passkey" });
  });

  test("is refused when it was asked on another site", async () => {
    expect(await attempt({ origin: "https://evil.example" })).toEqual([401, false]);
    expect(await attempt({ origin: "http://localhost:4001" })).toEqual([401, false]);
    expect(await attempt({ rpId: "evil.example" })).toEqual([401, false]);
    expect((await signIn(aBrowser(world, here), { id: "x" })).json).toEqual({
      error: { code: "invalid", message: "this took too long: try again" },
    });
  });

  test("is refused with the challenge of another browser, or none", async () => {
    const other = aBrowser(world, here);
    expect(await attempt({ challenge: await offer(other) })).toEqual([401, false]);
    expect(await attempt({ challenge: "" })).toEqual([401, false]);
    const { status } = await signIn(aBrowser(world, here), device.signIn({ ...site, challenge: await offer(other) }));
    expect(status).toBe(400);
  });

  test("is refused when an answer is played again, also with the cookie that was copied with it", async () => {
    const browser = aBrowser(world, here);
    const answer = device.signIn({ ...site, challenge: await offer(browser) });
    const thief = aBrowser(world, here);
    for (const [name, value] of browser.cookies) thief.cookies.set(name, value);
    expect((await signIn(browser, answer)).status).toBe(200);
    expect((await signIn(thief, answer)).status).toBe(400);
    expect(await thief.isSignedIn()).toBe(false);
  });

  test("is refused when its counter goes back: then somebody has a copy", async () => {
    device.setCounter(7);
    expect(await attempt()).toEqual([200, true]);
    expect(await attempt()).toEqual([401, false]);
    device.setCounter(6);
    expect(await attempt()).toEqual([401, false]);
    device.setCounter(8);
    expect(await attempt()).toEqual([200, true]);
  });

  test("is refused when nobody proved to be its owner", async () => {
    const browser = aBrowser(world, here);
    const userWasThere = 0x01;
    const answer = device.signIn({ ...site, challenge: await offer(browser) }, userWasThere);
    expect((await signIn(browser, answer)).status).toBe(401);
  });

  test("is refused when it was removed, and when its owner is disabled", async () => {
    const grace = await aPerson(world, "Grace");
    await world.store.users.setDisabled(ada.id, true, world.clock.now());
    expect(await attempt()).toEqual([401, false]);
    await world.store.users.setDisabled(ada.id, false, world.clock.now());
    own = await signedInHere(ada);
    const [passkey] = await world.store.users.passkeys(ada.id);
    expect((await (await signedInHere(grace)).post(`/account/passkeys/${passkey?.id}/remove`)).status).toBe(404);
    expect(await attempt()).toEqual([200, true]);
    expect((await own.post(`/account/passkeys/${passkey?.id}/remove`)).status).toBe(303);
    expect(await attempt()).toEqual([401, false]);
  });

  test("is refused when its answer is signed by another", async () => {
    const forged = { ...anAuthenticator().signIn({ ...site, challenge: "x" }), id: device.id, rawId: device.id };
    expect((await signIn(aBrowser(world, here), forged)).status).toBe(400);
    const browser = aBrowser(world, here);
    const other = anAuthenticator().signIn({ ...site, challenge: await offer(browser) });
    expect((await signIn(browser, { ...other, id: device.id, rawId: device.id })).status).toBe(401);
  });
});

describe("adding a passkey", () => {
  test("is refused with the answer to another page, another challenge, or one that somebody has", async () => {
    const fresh = anAuthenticator();
    expect((await add(own, fresh, { origin: "https://evil.example" })).status).toBe(400);
    await challengeFor(own);
    const answer = fresh.register({ ...site, challenge: "AAAA" });
    expect((await own.postJson("/account/passkeys", { name: "laptop", answer })).status).toBe(400);
    const grace = await signedInHere(await aPerson(world, "Grace"));
    expect((await add(grace)).status).toBeGreaterThanOrEqual(400);
    expect(await world.store.users.passkeys(ada.id)).toHaveLength(1);
  });

  test("is refused without the password, and with the challenge that another browser asked for", async () => {
    const { status } = await own.postJson("/account/passkeys/options", { name: "laptop", current: "wrong" });
    expect(status).toBe(400);
    const grace = await signedInHere(await aPerson(world, "Grace"));
    const answer = anAuthenticator().register({ ...site, challenge: await challengeFor(own) });
    expect((await grace.postJson("/account/passkeys", { name: "laptop", answer })).status).toBe(400);
  });
});
