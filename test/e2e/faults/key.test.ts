import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { embeddedPostgres, useBaton } from "../support/baton/harness.ts";
import { runServer } from "../support/baton/server-process.ts";

const baton = useBaton({ ...embeddedPostgres });

const keyFile = () => join(baton().environment.BATON_DATA ?? "", "key");
const rotate = (args = ["rotate"]) => runServer("key.js", baton().environment, args).exited;
const storedValue = async () => {
  const { items } = await baton().api.get<{ items: { name: string; value: string }[] }>("/api/products/shop/variables");
  return items.find(({ name }) => name === "LOG_LEVEL")?.value;
};
const setValue = (value: string) =>
  baton().api.send("PUT", "/api/products/shop/variables", {
    set: { LOG_LEVEL: value },
    secret: { LOG_LEVEL: false },
  });

test("the key is rotated while Baton serves, while it does not run, and again after that broke off", async () => {
  await baton().api.send("POST", "/api/products", { name: "shop" });
  expect((await setValue("one")).status).toBe(200);
  const first = await readFile(keyFile(), "utf8");

  const serving = await rotate();
  expect(serving.output).toMatch(
    /^Encrypted again with a new key: 1 product variable and 1 webhook secret\.\nThe old key/,
  );
  expect(serving.code).toBe(0);
  const second = await readFile(keyFile(), "utf8");
  expect(second).not.toBe(first);
  expect(await storedValue()).toBe("one");
  expect((await setValue("two")).status).toBe(200);
  expect(await storedValue()).toBe("two");

  await baton().stop();
  expect((await rotate()).output).toContain("Encrypted again with a new key: 1 product variable and 1 webhook secret.");
  const third = await readFile(keyFile(), "utf8");
  expect(third).not.toBe(second);
  // As if it had broken off before the new key became current.
  await writeFile(keyFile(), `${third}${first}`);
  await baton().restart();
  expect(await storedValue()).toBe("two");
  expect((await rotate(["roll"])).output).toMatch(/^npm run key -- rotate /);

  await baton().stop();
  await writeFile(keyFile(), first);
  expect((await rotate()).output).toMatch(/^The key was not rotated: The key file .* is not the one/);
  await writeFile(keyFile(), third);
  await baton().restart();
  expect(await storedValue()).toBe("two");
});
