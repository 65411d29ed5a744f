import type { User } from "../../server/model/access/user.ts";
import { createPasswords } from "../../server/passwords/argon2-passwords.ts";
import { aBrowser, type FakeBrowser } from "./browser.ts";
import type { World } from "./world.ts";

export const password = "correct horse battery";

/** Hashed once, because it is the same for everybody. */
const hash = createPasswords({ memoryKib: 64, passes: 1 }).hash(password);

/** Somebody with a password; an administrator. */
export async function aPerson(world: World, name = "Ada"): Promise<User> {
  const user = await world.store.users.create(
    {
      ...{ name, email: `${name.toLowerCase()}@example.com`, oidc: null, passwordHash: await hash },
      grants: [{ role: "admin", productId: null }],
    },
    world.clock.now(),
  );
  if (user === "email-taken") throw new Error(`there is a ${name} already`);
  return user;
}

export async function signedIn(world: World, user: User): Promise<FakeBrowser> {
  const browser = aBrowser(world);
  const { status } = await browser.post("/sign-in", { email: user.email, password });
  if (status !== 303) throw new Error(`signing in was answered with ${status}`);
  await browser.get("/account");
  return browser;
}
