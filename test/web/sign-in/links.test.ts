import { beforeEach, describe, expect, test } from "vitest";
import { makeFirstLink, makeMachineLinks } from "../../../server/commands/people/make-links.ts";
import type { User } from "../../../server/model/access/user.ts";
import type { NewLink } from "../../../server/ports/store/users.ts";
import { aBrowser } from "../browser.ts";
import { aPerson, password, signedIn } from "../people.ts";
import { createWorld, type World } from "../world.ts";

let world: World;
beforeEach(async () => {
  world = await createWorld();
});

const newPassword = "a staple, correctly";
const grace = { name: "Grace", email: "grace@example.com", password: newPassword };
const minutes = (count: number) => count * 60_000;

async function firstLink(): Promise<string> {
  const link = await makeFirstLink(world);
  if (!link) throw new Error("no link was made");
  return `/join/${link.secret}`;
}

async function invitation(changes: Partial<NewLink> = {}): Promise<string> {
  const { secret } = await world.store.links.create(
    {
      ...{ kind: "invitation", email: null, userId: null, createdBy: "Ada" },
      grants: [{ role: "deployer", productId: null }],
      expiresAt: new Date(world.clock.now().getTime() + 72 * minutes(60)),
      ...changes,
    },
    world.clock.now(),
  );
  return `/join/${secret}`;
}

async function resetLink(user: User): Promise<string> {
  const made = await world.needs.commands.makeResetLink(user.id, "Ada");
  if (made.type !== "made") throw new Error(made.message);
  return `/join/${made.link.secret}`;
}

describe("the first administrator", () => {
  test("is made by the link, and signed in", async () => {
    const path = await firstLink();
    const browser = aBrowser(world);
    expect((await browser.get(path)).text).toContain("Set up Baton");
    expect((await browser.post(path, grace)).location).toBe("/");
    expect(await browser.isSignedIn()).toBe(true);
    expect(await world.store.users.administratorNames()).toEqual(["Grace"]);
    expect(world.store.rows.audit).toContainEqual(
      expect.objectContaining({ who: "Grace", what: "joined", detail: "as the first administrator" }),
    );
  });

  test("is one, of two at the same time", async () => {
    const path = await firstLink();
    const other = { ...grace, name: "Eve", email: "eve@example.com" };
    const answers = await Promise.all([grace, other].map((person) => aBrowser(world).post(path, person)));
    expect(answers.map(({ status }) => status).sort()).toEqual([303, 410]);
    expect(await world.store.users.list()).toHaveLength(1);
  });

  test("is one, also with two links", async () => {
    const [one, two] = [await firstLink(), await firstLink()];
    expect((await aBrowser(world).post(one, grace)).status).toBe(303);
    const late = aBrowser(world);
    expect([(await late.get(two)).status, (await late.get(two)).text]).toEqual([
      410,
      expect.stringContaining("Baton is set up already Somebody else became the first administrator. Ask Grace"),
    ]);
    expect((await late.post(two, { ...grace, email: "eve@example.com" })).status).toBe(410);
    expect(await world.store.users.list()).toHaveLength(1);
  });

  test("has fifteen minutes", async () => {
    const path = await firstLink();
    world.clock.advance(minutes(15));
    const browser = aBrowser(world);
    expect([(await browser.get(path)).status, (await browser.post(path, grace)).status]).toEqual([410, 410]);
    expect((await browser.get(path)).text).toContain("This link has expired");
    expect(await world.store.users.hasAny()).toBe(false);
  });

  test("gets no further link once there is somebody, until the machine makes one", async () => {
    const ada = await aPerson(world);
    expect(await makeFirstLink(world)).toBeNull();
    const made = await makeMachineLinks(world, null);
    expect(made).toMatchObject({ type: "existing", links: [{ user: { id: ada.id } }] });
  });
});

describe("a link made on the machine", () => {
  async function only(email: string | null) {
    const made = await makeMachineLinks(world, email);
    if (made.type === "existing") return `/join/${made.links[0]?.link.secret}`;
    if (made.type === "new" || made.type === "first") return `/join/${made.link.secret}`;
    throw new Error(made.message);
  }

  test("gives an administrator a new password and signs them in, without their second factor", async () => {
    const ada = await aPerson(world);
    const elsewhere = await signedIn(world, ada);
    await world.store.users.setTotpSecret(ada.id, "JBSWY3DPEHPK3PXP");
    await world.store.users.confirmTotp(ada.id, 1, world.clock.now());
    const path = await only(null);
    const browser = aBrowser(world);
    expect((await browser.get(path)).text).toContain("For ada@example.com.");
    expect((await browser.post(path, { password: newPassword })).location).toBe("/");
    expect([await browser.isSignedIn(), await elsewhere.isSignedIn()]).toEqual([true, false]);
    const { status } = await aBrowser(world).post("/sign-in", { email: ada.email, password: newPassword });
    expect(status).toBe(303);
    expect((await aBrowser(world).post(path, { password: newPassword })).status).toBe(410);
  });

  test("makes a new administrator for an address that nobody has", async () => {
    await aPerson(world);
    const path = await only("grace@example.com");
    const browser = aBrowser(world);
    expect((await browser.get(path)).html).toContain('value="grace@example.com"');
    expect((await browser.post(path, grace)).status).toBe(303);
    expect(await world.store.users.administratorNames()).toEqual(["Ada", "Grace"]);
  });

  test("is for administrators only", async () => {
    await aPerson(world);
    const eve = await aPerson(world, "Eve");
    await world.store.users.setGrants(eve.id, []);
    await expect(only("eve@example.com")).rejects.toThrow("eve@example.com is not an administrator");
  });
});

describe("an invitation", () => {
  test("makes its user with the role that it says, once, and opening the page does not use it up", async () => {
    await aPerson(world);
    const path = await invitation({ email: "grace@example.com" });
    for (let count = 0; count < 3; count++) {
      const { status, text, html } = await aBrowser(world).get(path);
      expect([status, text]).toEqual([200, expect.stringContaining("Ada invited you as deployer.")]);
      expect(html).toContain('value="grace@example.com"');
    }
    const browser = aBrowser(world);
    expect((await browser.post(path, grace)).location).toBe("/");
    expect(await browser.isSignedIn()).toBe(true);
    const user = await world.store.users.byEmail("grace@example.com");
    expect(user?.grants).toEqual([{ role: "deployer", productId: null }]);
    const again = await aBrowser(world).get(path);
    expect([again.status, again.text]).toEqual([410, expect.stringContaining("This link has been used")]);
    expect(again.text).toContain("Ask Ada for a new one.");
  });

  test("works for 72 hours", async () => {
    const path = await invitation();
    world.clock.advance(72 * minutes(60) - 1);
    expect((await aBrowser(world).get(path)).status).toBe(200);
    world.clock.advance(1);
    expect((await aBrowser(world).post(path, grace)).status).toBe(410);
  });

  test("says what is wrong, keeps what was typed, and still works", async () => {
    await aPerson(world);
    const path = await invitation();
    const browser = aBrowser(world);
    for (const [change, message] of [
      [{ password: "short" }, "A password has at least 12 characters, and this one has 5."],
      [{ password: "ab".repeat(600) }, "A password has at most 1024 bytes."],
      [{ name: " " }, "Enter a name."],
      [{ name: "Gr\u001bace" }, "A name has no control characters."],
      [{ email: "grace" }, "Enter an e-mail address, such as ada@example.com."],
      [{ email: "a\0b@example.com" }, "Enter an e-mail address, such as ada@example.com."],
      [{ email: "ADA@example.com" }, "ADA@example.com has an account already: sign in instead."],
    ] as const) {
      const { status, text, html } = await browser.post(path, { ...grace, ...change });
      expect([status, text], message).toEqual([400, expect.stringContaining(message)]);
      expect(html).not.toContain(newPassword);
    }
    expect((await browser.post(path, grace)).status).toBe(303);
  });

  test("that nobody made names nobody", async () => {
    await aPerson(world);
    const { status, text } = await aBrowser(world).get("/join/made-up");
    expect([status, text]).toEqual([404, expect.stringContaining("This link doesn’t work")]);
    expect(text).not.toContain("Ada");
    expect((await aBrowser(world).post("/join/made-up", grace)).status).toBe(404);
  });

  test("is not used up by another site", async () => {
    const path = await invitation();
    const headers = { origin: "https://evil.example" };
    const answer = await world.fetch(path, { method: "POST", headers, body: new URLSearchParams(grace) });
    expect(answer.status).toBe(403);
    expect(await world.store.users.list()).toEqual([]);
  });
});

describe("a password link", () => {
  test("is made by an administrator, sets the password once, and ends all sessions", async () => {
    const ada = await aPerson(world);
    const eve = await aPerson(world, "Eve");
    const elsewhere = await signedIn(world, eve);
    const admin = await signedIn(world, ada);
    const { status, html } = await admin.post(`/people/${eve.id}/reset-link`);
    const path = /http:\/\/127\.0\.0\.1:4000(\/join\/[\w-]+)/.exec(html)?.[1] ?? "";
    expect(status).toBe(200);
    const entry = { who: "Ada", what: "made a password link for", subject: "Eve" };
    expect(world.store.rows.audit).toContainEqual(expect.objectContaining(entry));
    const browser = aBrowser(world);
    expect((await browser.post(path, { password: newPassword })).location).toBe("/");
    expect([await browser.isSignedIn(), await elsewhere.isSignedIn()]).toEqual([true, false]);
    expect((await aBrowser(world).post(path, { password })).status).toBe(410);
    expect((await aBrowser(world).post("/sign-in", { email: eve.email, password: newPassword })).status).toBe(303);
    const secret = path.split("/").at(-1) ?? "?";
    expect(JSON.stringify([world.store.rows.audit, world.logged])).not.toContain(secret);
  });

  test("does not stand for the second factor", async () => {
    const ada = await aPerson(world);
    await world.store.users.setTotpSecret(ada.id, "JBSWY3DPEHPK3PXP");
    await world.store.users.confirmTotp(ada.id, 1, world.clock.now());
    const browser = aBrowser(world);
    expect((await browser.post(await resetLink(ada), { password: newPassword })).location).toBe("/sign-in/code");
    expect(await browser.isSignedIn()).toBe(false);
  });

  test("is refused for somebody whose account is disabled, or who is gone", async () => {
    const ada = await aPerson(world);
    const eve = await aPerson(world, "Eve");
    const path = await resetLink(eve);
    await world.store.users.setDisabled(eve.id, true, world.clock.now());
    const admin = await signedIn(world, ada);
    expect((await admin.post(`/people/${eve.id}/reset-link`)).status).toBe(409);
    expect((await admin.post("/people/999999/reset-link")).status).toBe(404);
    expect((await aBrowser(world).post(path, { password: newPassword })).status).toBe(404);
  });
});
