import { beforeEach, describe, expect, test } from "vitest";
import type { User } from "../../../server/model/access/user.ts";
import { aBrowser, type FakeBrowser } from "../browser.ts";
import { aPerson, password, signedIn } from "../people.ts";
import { createWorld, token, type World } from "../world.ts";

let world: World;
let ada: User;
let browser: FakeBrowser;
beforeEach(async () => {
  world = await createWorld();
  ada = await aPerson(world);
  browser = await signedIn(world, ada);
});

const newPassword = "another horse battery";
const secretOf = (one: FakeBrowser) => one.cookies.get("__Host-baton") ?? "";

describe("one's own account", () => {
  test("shows what it is, and where one is signed in", async () => {
    await signedIn(world, ada);
    const { text, html } = await browser.get("/account");
    expect(html).toContain('value="ada@example.com"');
    expect(text).toContain("Two-step sign-in Off");
    expect(text.match(/Firefox on Linux/g)?.length).toBeGreaterThanOrEqual(2);
    expect(text.match(/This one/g)).toHaveLength(1);
  });

  test("is none for the server's own token, and the page says what to do", async () => {
    const member = aBrowser(world);
    await member.post("/sign-in", { token });
    const { status, text } = await member.get("/account");
    expect([status, text]).toEqual([404, expect.stringContaining("which has no account")]);
  });

  test("has a name and an address that are changed, unless somebody else has the address", async () => {
    await aPerson(world, "Grace");
    const change = (fields: Readonly<Record<string, string>>) => browser.post("/account/profile", fields);
    expect((await change({ name: "Ada L.", email: "al@example.com", current: password })).status).toBe(303);
    expect(world.store.rows.audit.at(-1)).toMatchObject({
      what: "changed their profile",
      detail: "name: Ada → Ada L.; e-mail: ada@example.com → al@example.com",
    });
    expect(await world.store.users.get(ada.id)).toMatchObject({ name: "Ada L.", email: "al@example.com" });
    const taken = await change({ name: "Ada", email: "GRACE@example.com", current: password });
    expect([taken.status, taken.text]).toEqual([400, expect.stringContaining("somebody else has GRACE@example.com")]);
    expect((await change({ name: "", email: "al@example.com" })).status).toBe(400);
    expect((await world.store.users.get(ada.id))?.name).toBe("Ada L.");
  });

  test("changes its e-mail address only with the current password, and its name without", async () => {
    const moved = { name: "Ada", email: "elsewhere@example.com" };
    const without = await browser.post("/account/profile", moved);
    expect([without.status, without.text]).toEqual([400, expect.stringContaining("enter your current password")]);
    const wrong = await browser.post("/account/profile", { ...moved, current: "not the password at all" });
    expect([wrong.status, wrong.text]).toEqual([400, expect.stringContaining("that is not your current password")]);
    expect((await world.store.users.get(ada.id))?.email).toBe(ada.email);
    expect((await browser.post("/account/profile", { name: "Countess", email: ada.email })).status).toBe(303);
  });
});

describe("a changed password", () => {
  test("wants the current one, ends all sessions, and goes on with a new one", async () => {
    const elsewhere = await signedIn(world, ada);
    const before = secretOf(browser);
    const { status } = await browser.post("/account/password", { current: password, password: newPassword });
    expect(status).toBe(303);
    expect(secretOf(browser)).not.toBe(before);
    expect([await browser.isSignedIn(), await elsewhere.isSignedIn()]).toEqual([true, false]);
    const stolen = aBrowser(world);
    stolen.cookies.set("__Host-baton", before);
    expect(await stolen.isSignedIn()).toBe(false);
    const signIn = (given: string) => aBrowser(world).post("/sign-in", { email: ada.email, password: given });
    expect([(await signIn(password)).status, (await signIn(newPassword)).status]).toEqual([401, 303]);
    const entry = { who: "Ada", what: "changed their password" };
    expect(world.store.rows.audit).toContainEqual(expect.objectContaining(entry));
    expect(JSON.stringify([world.store.rows.audit, world.logged])).not.toContain(newPassword);
  });

  test.each([
    ["", newPassword, "enter your current password"],
    ["wrong horse battery", newPassword, "that is not your current password"],
    ["x".repeat(2000), newPassword, "that is not your current password"],
    [password, "short", "a password has at least 12 characters"],
  ])("is refused with %s and %s", async (current, wanted, message) => {
    const { status, text } = await browser.post("/account/password", { current, password: wanted });
    expect([status, text.toLowerCase()]).toEqual([400, expect.stringContaining(message)]);
    expect(await browser.isSignedIn()).toBe(true);
    expect((await aBrowser(world).post("/sign-in", { email: ada.email, password })).status).toBe(303);
  });

  test("is a first one for somebody who has none", async () => {
    await world.store.users.setPassword(ada.id, null);
    expect((await browser.get("/account")).text).toContain("Set password");
    expect((await browser.post("/account/password", { password: newPassword })).status).toBe(303);
    expect((await aBrowser(world).post("/sign-in", { email: ada.email, password: newPassword })).status).toBe(303);
  });
});

describe("sessions", () => {
  test("are ended one by one, and only one's own", async () => {
    const elsewhere = await signedIn(world, ada);
    const id = (await world.store.access.session(secretOf(elsewhere), world.clock.now()))?.sessionId;
    const grace = await signedIn(world, await aPerson(world, "Grace"));
    expect((await grace.post(`/account/sessions/${id}/end`)).status).toBe(404);
    expect(await elsewhere.isSignedIn()).toBe(true);
    expect((await browser.post(`/account/sessions/${id}/end`)).status).toBe(303);
    expect([await elsewhere.isSignedIn(), await browser.isSignedIn()]).toEqual([false, true]);
    expect((await browser.post(`/account/sessions/${id}/end`)).status).toBe(404);
  });

  test("are all ended but this one", async () => {
    const [one, two] = [await signedIn(world, ada), await signedIn(world, ada)];
    expect(await world.store.access.listSessions(ada.id, world.clock.now())).toHaveLength(3);
    expect((await browser.post("/account/sessions/end-others")).status).toBe(303);
    const still = await Promise.all([one, two, browser].map((each) => each.isSignedIn()));
    expect(still).toEqual([false, false, true]);
  });
});
