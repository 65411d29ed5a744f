import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { createIdentityProvider } from "../../../server/openid/openid-provider.ts";
import { providerClient, type RunningProvider, runProvider } from "../../openid/running-provider.ts";
import { aBrowser, type FakeBrowser } from "../browser.ts";
import { aPerson, signedIn } from "../people.ts";
import { createWorld, origin, type World } from "../world.ts";

const returnPath = "/sign-in/provider/return";

let world: World;
let running: RunningProvider;
let admin: FakeBrowser;
beforeEach(async () => {
  world = await createWorld();
  running = await runProvider(origin + returnPath);
  admin = await signedIn(world, await aPerson(world, "Root"));
});
afterEach(() => running[Symbol.asyncDispose]());

const settings = (changes: Readonly<Record<string, string>> = {}) => ({
  ...{ label: "Acme", issuer: running.issuer, clientId: providerClient.clientId },
  ...{ clientSecret: providerClient.clientSecret, domains: "example.com", role: "deployer" },
  ...changes,
});
const setUp = (changes?: Readonly<Record<string, string>>) => admin.post("/system/sign-in", settings(changes));

/** What a browser does, from the button to the form that it is sent back with. */
async function comeBack(browser: FakeBrowser, next = "/queue") {
  const { location } = await browser.get(`/sign-in/provider?next=${next}`);
  const returned = await running.browse(location ?? "");
  const page = await browser.get(returned.pathname + returned.search);
  return { page, fields: Object.fromEntries(returned.searchParams) };
}

async function signInAtProvider(browser = aBrowser(world)) {
  const { fields } = await comeBack(browser);
  return { browser, answer: await browser.post(returnPath, fields) };
}

describe("somebody who signs in at the provider", () => {
  beforeEach(() => setUp());

  test("finds it on the sign-in page, and gets an account with the role that new people get", async () => {
    expect((await aBrowser(world).get("/sign-in?next=/queue")).html).toMatch(
      /href="\/sign-in\/provider\?next=%2Fqueue">\s*Continue with Acme/,
    );
    const { browser, answer } = await signInAtProvider();
    expect([answer.status, answer.location]).toEqual([303, "/queue"]);
    expect(await browser.isSignedIn()).toBe(true);
    expect(await world.store.users.byEmail("ada@example.com")).toMatchObject({
      ...{ name: "Ada Lovelace", hasOidc: true, hasPassword: false },
      grants: [{ role: "deployer", productId: null }],
    });
    expect(world.store.rows.audit.at(-1)).toMatchObject({ who: "Ada Lovelace", what: "signed in" });
  });

  test("is led through a page whose form opens the session, because a GET writes nothing", async () => {
    const browser = aBrowser(world);
    const { page, fields } = await comeBack(browser);
    expect(page.html).toMatch(/<form method="post" action="\/sign-in\/provider\/return" data-submit-now=""/);
    expect([await browser.isSignedIn(), await world.store.users.byEmail("ada@example.com")]).toEqual([false, null]);
    expect((await browser.post(returnPath, fields)).status).toBe(303);
  });

  test("is the user with the verified address the first time, and from then on whoever the provider says", async () => {
    const ada = await aPerson(world);
    await signInAtProvider();
    running.person = { subject: "ada", email: "ada@elsewhere.example", email_verified: false };
    const { browser } = await signInAtProvider();
    expect((await browser.get("/account")).html).toContain('value="ada@example.com"');
    expect(await world.store.users.list()).toHaveLength(2);
    expect(await world.store.users.get(ada.id)).toMatchObject({ hasOidc: true, hasPassword: true });
  });

  test.each([
    [{ subject: "eve", email: "ada@example.com" }, "has not verified that ada@example.com is yours"],
    [{ subject: "eve", email: "ada@example.com", email_verified: false }, "has not verified"],
    [{ subject: "eve", email: "eve@evil.example", email_verified: true }, "is not an address of example.com"],
    [{ subject: "eve", email: "eve@sub.example.com", email_verified: true }, "is not an address of example.com"],
    [{ subject: "eve", email: "eve@example.com.evil.example", email_verified: true }, "is not an address of"],
    [{ subject: "eve" }, "does not tell your e-mail address"],
    [null, "did not let you in"],
  ])("is refused as %j", async (person, message) => {
    running.person = person;
    const { browser, answer } = await signInAtProvider();
    expect([answer.status, answer.text]).toEqual([403, expect.stringContaining("Signing in failed: ")]);
    expect(answer.text).toContain(message);
    expect(await browser.isSignedIn()).toBe(false);
    expect(await world.store.users.list()).toHaveLength(1);
  });

  test("is refused for an account that is connected with somebody else, or disabled", async () => {
    const ada = await aPerson(world);
    await signInAtProvider();
    running.person = { subject: "eve", email: "ada@example.com", email_verified: true };
    expect((await signInAtProvider()).answer.text).toContain("is connected with somebody else");
    running.person = { subject: "ada" };
    await world.store.users.setDisabled(ada.id, true, world.clock.now());
    expect((await signInAtProvider()).answer.text).toContain("your account is disabled");
  });

  test("cannot come back in another browser, twice, late, or from another site", async () => {
    const victim = aBrowser(world);
    const { fields } = await comeBack(aBrowser(world));
    expect((await victim.post(returnPath, fields)).status).toBe(400);
    const browser = aBrowser(world);
    const own = await comeBack(browser);
    const headers = { origin: "https://evil.example" };
    const foreign = await world.fetch(returnPath, { method: "POST", headers, body: new URLSearchParams(own.fields) });
    expect(foreign.status).toBe(403);
    expect((await browser.post(returnPath, own.fields)).status).toBe(303);
    expect((await browser.post(returnPath, own.fields)).status).toBe(400);
    const slow = aBrowser(world);
    const late = await comeBack(slow);
    world.clock.advance(600_001);
    expect((await slow.post(returnPath, late.fields)).status).toBe(400);
  });

  test("learns on the sign-in page when the provider cannot be reached", async () => {
    await running[Symbol.asyncDispose]();
    const own = await createWorld({}, world.store, { identityProvider: createIdentityProvider(world) });
    const { status, text } = await aBrowser(own).get("/sign-in/provider");
    expect([status, text]).toEqual([400, expect.stringMatching(/cannot be reached|broke the connection off/)]);
  });
});

describe("the settings of the provider", () => {
  test("are saved once it answers, and never show the secret", async () => {
    const { status, location } = await setUp();
    expect([status, location]).toEqual([303, "/system/sign-in?done=set"]);
    const { html } = await admin.get("/system/sign-in");
    expect(html).toContain(`${origin}${returnPath}`);
    expect(html).toContain('value="example.com"');
    expect(html + JSON.stringify(world.store.rows.audit)).not.toContain(providerClient.clientSecret);
    expect(world.store.rows.audit.at(-1)).toMatchObject({
      what: "changed the identity provider",
      detail: expect.stringContaining(
        `issuer: none → ${running.issuer}; client id: none → baton; domains: added example.com`,
      ),
    });
  });

  test("keep the secret when none is entered", async () => {
    await setUp();
    await setUp({ clientSecret: "", label: "Other" });
    expect(await world.store.provider.client()).toMatchObject({ clientSecret: providerClient.clientSecret });
    expect((await signInAtProvider()).answer.status).toBe(303);
  });

  test("let only those in who have an account, when new people get no role", async () => {
    await setUp({ role: "", domains: "" });
    expect((await signInAtProvider()).answer.text).toContain("nobody has invited ada@example.com");
    await aPerson(world);
    expect((await signInAtProvider()).answer.status).toBe(303);
  });

  test.each([
    [{ issuer: "login.example.com" }, "Enter the issuer as a URL"],
    [{ issuer: "http://login.example.com" }, "An issuer begins with https://."],
    [{ issuer: "https://user:secret@login.example.com" }, "without a user"],
    [{ issuer: "https://no-such-name.invalid" }, "has a name that cannot be found"],
    [{ clientSecret: "" }, "Enter the client secret"],
    [{ clientId: " " }, "Enter the client id"],
    [{ label: "" }, "Enter the provider’s name"],
    [{ domains: "exa mple" }, '"exa" is not a domain'],
    [{ domains: "" }, "Name the domains"],
  ])("are refused with %j", async (change, message) => {
    const { status, text } = await setUp(change);
    expect([status, text.replaceAll("&quot;", '"')]).toEqual([400, expect.stringContaining(message)]);
    expect(await world.store.provider.get()).toBeNull();
  });

  test("are removed", async () => {
    await setUp();
    expect((await admin.post("/system/sign-in/remove")).status).toBe(303);
    expect((await aBrowser(world).get("/sign-in")).text).not.toContain("Acme");
    expect((await aBrowser(world).get("/sign-in/provider")).status).toBe(404);
    expect((await aBrowser(world).get(returnPath)).status).toBe(404);
  });
});
