import { expect, test } from "vitest";
import { runBaseImage } from "../../run/base-images.ts";
import { createServiceApp } from "../support/apps/apps.ts";
import { embeddedPostgres, startBaton } from "../support/baton/harness.ts";
import { startTraffic } from "../support/traffic.ts";
import { olderCheckout } from "./older-checkout.ts";

test("this Baton takes over the data of the first release under load, and no request is lost", async ({
  skip,
  onTestFinished,
}) => {
  const older = await olderCheckout();
  if (typeof older === "string") return skip(older);
  onTestFinished(older.remove);
  const app = await createServiceApp("app");
  onTestFinished(() => app.repository.remove());
  const from = await runBaseImage("node:22");

  const baton = await startBaton(embeddedPostgres, [], older.server);
  onTestFinished(() => baton.down());
  const push = async () => {
    const { code, text } = await app.repository.push(baton.remote("app")).done;
    expect(code, `${text}\n${await baton.logTail()}`).toBe(0);
  };
  await app.release("v1", { from });
  await push();
  const containers = await baton.inDocker();

  const place = { httpPort: baton.httpPort, product: "app", workers: 2, pauseMs: 5 };
  // The older Caddy gets another configuration, which closes kept connections, and may reset one that is just being opened.
  const kinds = ["new", "reopened"] as const;
  const traffic = kinds.map((connections) => startTraffic({ ...place, connections }));
  await baton.restart();
  expect(await baton.inDocker()).toEqual(containers);
  expect(await baton.api.installation("app")).toMatchObject({ status: "running" });
  // Images of other products are refused since; the base of generated Dockerfiles is the same.
  await app.release("v2");
  await push();
  await Promise.all(traffic.map((one) => one.sees(2)));
  for (const [at, one] of traffic.entries()) {
    const { failures, wentBack, versions } = await one.stop();
    expect(
      failures.filter(({ failure }) => failure !== "ECONNRESET"),
      `on ${kinds[at]} connections`,
    ).toEqual([]);
    expect(failures.length).toBeLessThanOrEqual(1);
    expect(wentBack).toEqual([]);
    expect(versions).toEqual([1, 2]);
  }
});
