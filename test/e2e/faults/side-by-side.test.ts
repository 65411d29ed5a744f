import { beforeAll, expect, test } from "vitest";
import { embeddedPostgres, startBaton, useBaton } from "../support/baton/harness.ts";

const first = useBaton({ ...embeddedPostgres, BATON_HELLO: "1" });
/** The output of the first start. */
let output: string;

beforeAll(async () => {
  await first().process().prints("Deployed #1 in");
  output = first().process().output();
});

test("the first start pushes the bundled app to itself, shows the push, and leaves it running", async () => {
  expect(output).toContain("Pushing the bundled sample app to itself");
  expect(output).toContain("==> Switching traffic");
  expect(output).toContain(`http://hello.localhost:${first().httpPort}`);
  expect((await first().ask("hello", "/")).status).toBe(200);
  expect(await first().api.newest("hello")).toMatchObject({ status: "ready", live: true });

  await first().restart();
  expect(first().process().output()).not.toContain("Pushing the bundled sample app");
  expect(await first().api.deployments("hello")).toHaveLength(1);
});

test("two Batons share a daemon, and taking one down leaves nothing of it and all of the other", async ({
  onTestFinished,
}) => {
  const before = await first().inDocker();
  const rules = await first().inFirewall();
  expect(rules).toContainEqual(expect.stringMatching(/^-A DOCKER-USER .* -j BATON-/));
  const second = await startBaton({ ...embeddedPostgres, BATON_HELLO: "1" });
  onTestFinished(() => second.down());
  await second.process().prints("Deployed #1 in");
  expect((await second.ask("hello", "/")).status).toBe(200);
  expect(await second.inDocker()).toHaveLength(before.length);
  expect(await second.inFirewall()).toHaveLength(rules.length);

  // `down` rejects when anything is left.
  await second.down();
  expect(before).toHaveLength(3);
  expect(await first().inDocker()).toEqual(before);
  expect(await first().inFirewall()).toEqual(rules);
  expect((await first().ask("hello", "/")).status).toBe(200);
});
