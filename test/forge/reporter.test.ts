import { describe, expect, test, vi } from "vitest";
import { createReporter } from "../../server/forge/reporter.ts";
import type { DeploymentId } from "../../server/model/names/ids.ts";
import { type DeploymentReport, type Forge, ForgeUnavailable } from "../../server/ports/forge.ts";
import type { DueReport, ReportStore } from "../../server/ports/store/reports.ts";
import { createFakeClock } from "../fakes/fake-clock.ts";
import { createFakeStore } from "../fakes/store/fake-store.ts";
import { createSamples } from "../web/samples.ts";

const log = { debug() {}, info() {}, warn() {}, error() {} };

/** A forge that behaves as the test says, and one deployment to report to it. */
async function createScene(behave: (report: DeploymentReport) => Promise<void>, { isFirstBroken = false } = {}) {
  const clock = createFakeClock();
  const store = createFakeStore(clock);
  const { product, installation } = await createSamples(store, clock).product("shop");
  await store.products.update(product.id, { repository: "https://github.com/acme/shop" });
  await store.products.update(product.id, { source: { token: "t" } });
  const { deployment } = (await store.deployments.enqueue(
    {
      ...{ id: null, installationId: installation.id, trigger: "webhook", by: null, ref: "main", commit: null },
      ...{ sourceId: null, variables: "now", supersedes: true },
    },
    clock.now(),
  )) as { deployment: { id: DeploymentId } };
  const due: DueReport[] = [
    {
      product: product.id,
      deployment: deployment.id,
      commit: "b".repeat(40) as never,
      state: "pending",
      receipt: null,
      tries: 0,
    },
  ];
  const broken = -1 as never;
  const [good] = due;
  if (isFirstBroken && good) due.unshift({ ...good, product: broken, deployment: broken });
  const failures: unknown[] = [];
  const sources = {
    ...store.sources,
    credentials: (id: typeof product.id) =>
      id === broken ? Promise.reject(new Error("cannot be decrypted: /secret/path")) : store.sources.credentials(id),
  };
  let onSettled: (outcome: unknown) => void = () => {};
  const settled = new Promise<unknown>((resolve) => {
    onSettled = resolve;
  });
  const reports: ReportStore = {
    due: async () => due.splice(0),
    reported: async (_id, state, receipt) => onSettled({ reported: state, receipt }),
    failed: async (id, failure) => (id === broken ? void failures.push(failure) : onSettled(failure)),
    trouble: async () => null,
  };
  const forge = {
    title: "GitHub",
    isHomeOf: () => true,
    async report(report: DeploymentReport) {
      await behave(report);
      return { deployment: 5 };
    },
  } as unknown as Forge;
  const reporter = createReporter({
    store: { ...store, reports, sources },
    ...{ forges: [forge], clock, log },
    pageOf: (id) => `https://baton/${id}`,
    urlOf: (host) => `https://${host}`,
  });
  reporter.start();
  const happens = () => store.events.append(deployment.id, [{ type: "settled" }]);
  return { clock, settled, reporter, due, failures, happens };
}

describe("the one who tells forges", () => {
  test("says how a deployment stands, and remembers what the forge calls it", async () => {
    const seen: DeploymentReport[] = [];
    const scene = await createScene(async (report) => void seen.push(report));
    expect(await scene.settled).toEqual({ reported: "pending", receipt: { deployment: 5 } });
    expect(seen).toMatchObject([
      { product: "shop", environment: "production", branch: "main", text: "Waiting to be built" },
    ]);
    await scene.reporter.stop();
  });

  test("waits longer with each trouble, and as long as the forge says", async () => {
    const scene = await createScene(async () => {
      throw new ForgeUnavailable("busy", { retryAfterMs: 90_000, receipt: { deployment: 2 } });
    });
    const outcome = (await scene.settled) as { nextTryAt: Date };
    expect(outcome).toMatchObject({ state: "pending", message: "busy", receipt: { deployment: 2 } });
    expect(outcome.nextTryAt.getTime() - scene.clock.now().getTime()).toBe(90_000);
    await scene.reporter.stop();
  });

  test("does not wait for longer than a day, whatever the forge says", async () => {
    const scene = await createScene(async () => {
      throw new ForgeUnavailable("busy", { retryAfterMs: 10 ** 15 });
    });
    const { nextTryAt } = (await scene.settled) as { nextTryAt: Date };
    expect(nextTryAt.getTime() - scene.clock.now().getTime()).toBe(24 * 60 * 60_000);
    await scene.reporter.stop();
  });

  test("reports the others when one report fails, and postpones that one", async () => {
    const scene = await createScene(async () => {}, { isFirstBroken: true });
    expect(await scene.settled).toEqual({ reported: "pending", receipt: { deployment: 5 } });
    expect(scene.failures).toEqual([
      {
        state: "pending",
        message: "Baton could not report to the forge because of a bug; its log has the details",
        nextTryAt: new Date(scene.clock.now().getTime() + 5_000),
        receipt: null,
      },
    ]);
    await scene.reporter.stop();
  });

  test("takes a fault of its own for trouble, without a word of it outside", async () => {
    const scene = await createScene(async () => {
      throw new Error("undefined is not a function at /secret/path");
    });
    expect(await scene.settled).toMatchObject({
      message: expect.stringMatching(/^Baton could not report to GitHub because of a bug/),
    });
    await scene.reporter.stop();
  });

  test("leaves no earlier wait behind, however much happens", async () => {
    const { clock, settled, reporter, happens } = await createScene(async () => {});
    await settled;
    for (let times = 0; times < 20; times++) {
      await vi.waitFor(() => expect(clock.sleeping).toBeGreaterThan(0));
      await happens();
      clock.advance(300);
    }
    await vi.waitFor(() => expect(clock.sleeping).toBe(1));
    await reporter.stop();
    expect(clock.sleeping).toBe(0);
  });
});
