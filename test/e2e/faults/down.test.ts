import { expect, test } from "vitest";
import { embeddedPostgres, startBaton } from "../support/baton/harness.ts";
import { runServer } from "../support/baton/server-process.ts";

test("taking down a Baton that runs asks first, stops it, and leaves nothing", async ({ onTestFinished }) => {
  const baton = await startBaton({ ...embeddedPostgres, BATON_HELLO: "1" });
  onTestFinished(() => baton.down());
  await baton.process().prints("Deployed #1 in");
  expect((await baton.ask("hello", "/")).status).toBe(200);

  // There is nobody at the terminal, as with `</dev/null`.
  const unasked = await runServer("down.js", baton.environment).exited;
  expect(unasked.code).toBe(1);
  expect(unasked.output).toContain("This stops Baton, which is running, and removes everything that belongs to");
  expect(unasked.output).toContain("1 product (hello), with its containers and images");
  expect(unasked.output).toMatch(/Nothing was removed\. To remove it without being asked: npm run down -- --yes\n$/);
  expect(await baton.api.newest("hello")).toMatchObject({ status: "ready", live: true });
  expect((await baton.ask("hello", "/")).status).toBe(200);

  const server = baton.process();
  const { code, output } = await runServer("down.js", baton.environment, ["--yes"]).exited;
  expect(output).toMatch(
    /^Baton is stopped\.\nCaddy is stopped\.\nRemoved from Docker: 1 container, 1 network, 0 volumes and /,
  );
  expect(output).toMatch(/ is removed\.\n$/);
  expect(code).toBe(0);
  expect(await server.exited).toMatchObject({ code: 0, signal: null });
});
