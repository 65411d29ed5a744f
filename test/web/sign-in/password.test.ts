import { beforeEach, describe, expect, test } from "vitest";
import type { User } from "../../../server/model/access/user.ts";
import { createPasswords } from "../../../server/passwords/argon2-passwords.ts";
import { aBrowser } from "../browser.ts";
import { aPerson, password, signedIn } from "../people.ts";
import { createWorld, token, type World } from "../world.ts";

let world: World;
let ada: User;
beforeEach(async () => {
  world = await createWorld();
  ada = await aPerson(world);
});

const attempt = (email: string, given: string, browser = aBrowser(world)) =>
  browser.post("/sign-in", { email, password: given });

describe("the sign-in page", () => {
  test("asks for the token only, and says where to find the link, while nobody has an account", async () => {
    const empty = await createWorld();
    const { html, text } = await aBrowser(empty).get("/sign-in");
    expect(text).toContain("Open the sign-in link that Baton printed");
    expect(text).toContain("npm run admin -- link");
    expect(html).not.toContain('name="password"');
  });

  test("asks for e-mail address and password, and keeps the token as another way", async () => {
    const { html } = await aBrowser(world).get("/sign-in?next=/queue");
    expect(html).toMatch(/name="email"[\s\S]*name="password"[\s\S]*<details[\s\S]*name="token"/);
    expect(html).toContain('name="next" value="/queue"');
    const browser = aBrowser(world);
    expect((await browser.post("/sign-in", { token })).location).toBe("/");
    expect(await browser.isSignedIn()).toBe(true);
  });

  test.each(["//evil.example", "/\\evil.example", "/%09/evil.example/..//x", "https:evil.example", "/.//evil.example"])(
    "leads to no other site: %s",
    async (next) => {
      const { location } = await aBrowser(world).post("/sign-in", { email: ada.email, password, next });
      expect(new URL(location ?? "", "http://here.invalid").origin).toBe("http://here.invalid");
      expect(location).not.toMatch(/^\/[/\\]/);
    },
  );
});

describe("somebody with the right password", () => {
  test("is signed in, whatever the case of the address, and led to where they wanted to go", async () => {
    const browser = aBrowser(world);
    const { status, location } = await browser.post("/sign-in", {
      email: " ADA@Example.com ",
      password,
      next: "/queue",
    });
    expect([status, location]).toEqual([303, "/queue"]);
    expect((await browser.get("/queue")).text).toContain("Ada");
    expect(world.store.rows.audit.at(-1)).toMatchObject({ who: "Ada", what: "signed in", detail: "with a password" });
  });

  test("gets a new session each time: the former one of the browser is dead", async () => {
    const browser = await signedIn(world, ada);
    const before = browser.cookies.get("__Host-baton") ?? "";
    await browser.post("/sign-in", { email: ada.email, password });
    expect(browser.cookies.get("__Host-baton")).not.toBe(before);
    const other = aBrowser(world);
    other.cookies.set("__Host-baton", before);
    expect(await other.isSignedIn()).toBe(false);
  });

  test("is hashed anew when the parameters changed", async () => {
    const earlier = await createPasswords({ memoryKib: 32, passes: 2 }).hash(password);
    await world.store.users.setPassword(ada.id, earlier);
    expect((await attempt(ada.email, password)).status).toBe(303);
    expect(await world.store.users.passwordHash(ada.id)).toContain("m=64,t=1");
    expect((await attempt(ada.email, password)).status).toBe(303);
  });

  test("does not come in while the account is disabled", async () => {
    await aPerson(world, "Grace");
    await world.store.users.setDisabled(ada.id, true, world.clock.now());
    expect((await attempt(ada.email, password)).status).toBe(401);
  });
});

describe("somebody with a wrong password", () => {
  test("learns not whether the address or the password was wrong", async () => {
    const wrong = await attempt(ada.email, "wrong horse battery");
    const unknown = await attempt("nobody@example.com", "wrong horse battery");
    const noPassword = await world.store.users.create(
      { name: "Eve", email: "eve@example.com", grants: [], passwordHash: null, oidc: null },
      world.clock.now(),
    );
    if (noPassword === "email-taken") throw new Error();
    const without = await attempt("eve@example.com", "wrong horse battery");
    const same = (html: string) => html.replace(/value="[^"]*@example.com"|nonce="[^"]*"/g, "");
    for (const answer of [unknown, without]) {
      expect([answer.status, same(answer.html)]).toEqual([wrong.status, same(wrong.html)]);
    }
    expect(wrong.status).toBe(401);
    expect(wrong.text).toContain("That e-mail address and password don’t match.");
    expect(wrong.html).toContain('value="ada@example.com"');
  });

  test("takes as many hashes, whether somebody has the address or not", async () => {
    const asked: (string | null)[] = [];
    const passwords = createPasswords({ memoryKib: 64, passes: 1 });
    const counting = await createWorld({}, world.store, {
      passwords: {
        hash: passwords.hash,
        check: (given, hash) => {
          asked.push(hash && "a hash");
          return passwords.check(given, hash);
        },
      },
    });
    for (const email of [ada.email, "nobody@example.com", "", "no address", "a\0b@example.com"]) {
      expect((await attempt(email, "wrong horse battery", aBrowser(counting))).status, email).toBe(401);
    }
    expect(asked).toEqual(["a hash", null, null, null, null]);
  });

  test("is in the activity by the name of the account, never with what was typed", async () => {
    await attempt(ada.email, "canary horse battery");
    await attempt("canary@example.com", "canary horse battery");
    const [known, unknown] = world.store.rows.audit;
    expect(known).toMatchObject({ who: "someone", what: "failed to sign in with a password", subject: "as Ada" });
    expect(unknown).toMatchObject({ who: "someone", what: "failed to sign in with a password", subject: "" });
    expect(JSON.stringify([world.store.rows.audit, world.logged])).not.toContain("canary");
  });

  test("has ten tries, then waits; many at once are no more", async () => {
    const statuses = await Promise.all(
      Array.from({ length: 15 }, (_, count) => attempt(`${count}@example.com`, "wrong horse battery")),
    );
    expect(statuses.map(({ status }) => status).sort()).toEqual([...Array(10).fill(401), ...Array(5).fill(429)]);
    const refused = await attempt(ada.email, password);
    expect([refused.status, refused.answer.headers.get("retry-after")]).toEqual([429, "6"]);
    expect(refused.text).toContain("Too many attempts: try again in 6 s.");
    world.clock.advance(6_000);
    expect((await attempt(ada.email, password)).status).toBe(303);
  });
});

test("a password of more than 1,024 bytes is refused in a sentence, before it is hashed", async () => {
  const hash = () => Promise.reject(new Error("it was hashed"));
  const strict = await createWorld({}, world.store, { passwords: { hash, check: hash } });
  const { status, text } = await attempt(ada.email, "ab".repeat(600), aBrowser(strict));
  expect([status, text]).toEqual([400, expect.stringContaining("A password has at most 1024 bytes.")]);
  expect((await attempt(ada.email, "x".repeat(1_000_000), aBrowser(strict))).status).toBe(413);
});

test("another site cannot sign somebody in", async () => {
  const answer = await world.fetch("/sign-in", {
    method: "POST",
    headers: { origin: "https://evil.example" },
    body: new URLSearchParams({ email: ada.email, password }),
  });
  expect(answer.status).toBe(403);
  expect(answer.headers.get("set-cookie")).toBeNull();
});
