import Dockerode from "dockerode";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { createReplyApp, makeReplyImage, type ReplyApp } from "../support/apps/reply-app.ts";
import { type Baton, embeddedPostgres, startBaton } from "../support/baton/harness.ts";
import { restartUnderLoad } from "../support/outage.ts";
import { findDaemon } from "../support/own-docker.ts";

const docker = new Dockerode();
const signals = ["SIGKILL", "SIGTERM"] as const;
const times = Number(process.env.BATON_RESTARTS ?? 1);
const { LiveRestoreEnabled: liveRestore } = (await docker.info()) as { LiveRestoreEnabled: boolean };
/** A few milliseconds pass until Baton hears that Docker has gone: a request of each connection. */
const fewRequests = 4;
let baton: Baton;
let app: ReplyApp;

beforeAll(async () => {
  await makeReplyImage(docker);
  baton = await startBaton(embeddedPostgres, []);
  app = await createReplyApp("shop");
  await app.release("v1");
  const { code, text } = await app.repository.push(baton.remote("shop")).done;
  expect(code, text).toBe(0);
});
afterAll(async () => {
  await app.repository.remove();
  await baton.down();
});

const patience = { timeout: 60_000, interval: 100 };

describe.each(signals)("a Docker that ends by %s", (signal) => {
  test(`comes back, and so does the app, or it never was away${times === 1 ? "" : `, ${times} times`}`, async () => {
    for (let time = 0; time < times; time++) {
      const outage = await restartUnderLoad(baton, "shop", signal);
      process.stdout.write(`outage ${signal} ${JSON.stringify(outage)}\n`);
      expect(outage.docker).toBeLessThan(Number.POSITIVE_INFINITY);
      if (!liveRestore) continue;
      expect(outage).toMatchObject({ app: null, container: null });
      expect(outage.lost).toBeLessThanOrEqual(fewRequests);
    }
  });

  test.runIf(liveRestore)(
    "is missed by nobody with live-restore: builds, logs, events, ports and rules go on",
    async () => {
      const { id } = await baton.api.installation("shop");
      const rules = await baton.inFirewall();
      const pid = await findDaemon();
      process.kill(pid, signal);
      await vi.waitFor(async () => expect(await findDaemon().catch(() => pid)).not.toBe(pid), patience);
      const released = `v${signal === "SIGKILL" ? 2 : 3}`;
      await app.release(released);
      const pushed = await app.repository.push(baton.remote("shop")).done;
      expect(pushed.code, pushed.text).toBe(0);
      expect((await baton.ask("shop")).body).toBe(released);
      expect(await baton.api.text(`/api/product-deployments/${id}/logs`)).toMatch(/Server address|respond|server/i);
      expect(rules.length).toBeGreaterThan(0);
      await vi.waitFor(async () => expect(await baton.inFirewall()).toEqual(rules), patience);

      const [container = ""] = await baton.containersOf("shop");
      await docker.getContainer(container).remove({ force: true });
      await vi.waitFor(async () => expect((await baton.ask("shop")).body).toBe(released), patience);
    },
  );
});
