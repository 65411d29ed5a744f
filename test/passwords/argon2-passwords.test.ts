import * as library from "@node-rs/argon2";
import { expect, test } from "vitest";
import { createPasswords, recommendedCost } from "../../server/passwords/argon2-passwords.ts";
import { PasswordsBusy } from "../../server/ports/people/passwords.ts";

const cheap = { memoryKib: 64, passes: 1 };
const password = "correct horse battery";

/** The real library, which counts its calls and how many of them run at once. */
function counting() {
  const counts = { hash: 0, verify: 0, running: 0, most: 0 };
  const counted =
    <Arguments extends unknown[], Result>(name: "hash" | "verify", call: (...given: Arguments) => Promise<Result>) =>
    async (...given: Arguments) => {
      counts[name]++;
      counts.most = Math.max(counts.most, ++counts.running);
      return call(...given).finally(() => counts.running--);
    };
  const argon2 = { hash: counted("hash", library.hash), verify: counted("verify", library.verify) };
  const take = () => {
    const { hash, verify } = counts;
    Object.assign(counts, { hash: 0, verify: 0 });
    return { hash, verify };
  };
  return { passwords: createPasswords(cheap, argon2), counts, take };
}

test("a hash is a PHC string of Argon2id with the recommended cost, and another one each time", async () => {
  expect(recommendedCost).toEqual({ memoryKib: 19_456, passes: 2 });
  const passwords = createPasswords();
  const [one, other] = await Promise.all([passwords.hash(password), passwords.hash(password)]);
  expect(one).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$[\w+/]{22}\$[\w+/]{43}$/);
  expect(one).not.toBe(other);
});

test("a password matches its own hash and no other, and is not trimmed", async () => {
  const passwords = createPasswords(cheap);
  const hash = await passwords.hash(password);
  expect(await passwords.check(password, hash)).toEqual({ matches: true, isOutdated: false });
  for (const wrong of ["", `${password} `, ` ${password}`, password.toUpperCase()]) {
    expect((await passwords.check(wrong, hash)).matches, wrong).toBe(false);
  }
});

test("an accent matches however the keyboard writes it", async () => {
  const passwords = createPasswords(cheap);
  const hash = await passwords.hash("caf\u00e9 au lait, deux");
  expect((await passwords.check("cafe\u0301 au lait, deux", hash)).matches).toBe(true);
});

test("a hash of another cost still matches, and is outdated", async () => {
  const earlier = await createPasswords(cheap).hash(password);
  const passwords = createPasswords({ memoryKib: 128, passes: 1 });
  expect(await passwords.check(password, earlier)).toEqual({ matches: true, isOutdated: true });
  expect(await passwords.check("wrong, and long enough", earlier)).toEqual({ matches: false, isOutdated: false });
});

test("the password of nobody takes as many hashes as a wrong one of somebody, and never matches", async () => {
  const { passwords, take } = counting();
  const hash = await passwords.hash(password);
  await passwords.check("the first one makes the hash of nobody", null);
  take();
  await passwords.check("a wrong password", hash);
  const known = take();
  expect((await passwords.check("nobody's password", null)).matches).toBe(false);
  expect(take()).toEqual(known);
  expect(known).toEqual({ hash: 0, verify: 1 });
});

test("the hash of nobody has the cost of everybody's, so that it takes the same time", async () => {
  const made: string[] = [];
  const hash: typeof library.hash = async (...given) => {
    const text = await library.hash(...given);
    made.push(text);
    return text;
  };
  await createPasswords(cheap, { ...library, hash }).check("anything", null);
  expect(made).toEqual([expect.stringContaining("$m=64,t=1,p=1$")]);
});

test("two are hashed at once, a hundred wait, and more are refused", async () => {
  const { passwords, counts } = counting();
  const outcomes = await Promise.allSettled(Array.from({ length: 120 }, () => passwords.hash(password)));
  const refused = outcomes.filter((outcome) => outcome.status === "rejected");
  expect(refused).toHaveLength(18);
  for (const { reason } of refused) expect(reason).toBeInstanceOf(PasswordsBusy);
  expect(counts.most).toBe(2);
  expect(await passwords.hash(password)).toContain("$argon2id$");
});
