import fc from "fast-check";
import { test } from "vitest";
import { usualPlan } from "../../server/model/backup.ts";
import type { DeploymentId, InstallationId } from "../../server/model/names/ids.ts";
import { StoreUnavailable } from "../../server/ports/store/store.ts";
import type { App } from "../fakes/docker/app.ts";
import { createWorld, type FakeWorld } from "../fakes/fake-world.ts";
import { faultsAtRest } from "./at-rest.ts";
import { type DataOracle, watchData } from "./data-oracle.ts";
import { grown, migrating, plain } from "./products.ts";
import { quickLimits } from "./scene.ts";
import { watchUsers } from "./witness.ts";

/** How a pushed version behaves. */
const versions = {
  good: {},
  slow: { build: { takesMs: 15_000 }, listensAfterMs: 5_000 },
  "does not build": { build: { fails: { step: "make", exitCode: 2 } } },
  "never answers": { answers: [500] },
  "dies on startup": { exits: [{ afterMs: 80, code: 1 }] },
  "dies in the watch": { exits: [{ afterMs: 2_000, code: 1 }] },
} satisfies Record<string, App>;

const makers = {
  one: (app: App) => plain(app),
  all: (app: App) => grown({ site: app }, withoutEnd(app)),
  data: (app: App) => migrating(withoutEnd(app), { site: app }),
};
const products = ["one", "all", "data"] as const;
const never = new AbortController().signal;

/** The other services of the product work. */
function withoutEnd({ exits: _, answers: __, listensAfterMs: ___, ...app }: App): App {
  return app;
}

const product = fc.constantFrom(...products);
const step = fc.oneof(
  { weight: 6, arbitrary: fc.tuple(fc.constant("push"), product, fc.constantFrom(...Object.keys(versions))) },
  { weight: 2, arbitrary: fc.tuple(fc.constant("redeploy"), product) },
  { weight: 2, arbitrary: fc.tuple(fc.constant("roll back"), product) },
  { weight: 1, arbitrary: fc.tuple(fc.constant("write")) },
  { weight: 1, arbitrary: fc.tuple(fc.constant("go back with data"), fc.boolean()) },
  { weight: 2, arbitrary: fc.tuple(fc.constant("cancel"), product) },
  { weight: 1, arbitrary: fc.tuple(fc.constant("stop"), product) },
  {
    weight: 3,
    arbitrary: fc.tuple(
      fc.constant("scale"),
      product,
      fc.constantFrom("site", "clock", "wiki"),
      fc.integer({ min: 1, max: 4 }),
    ),
  },
  { weight: 2, arbitrary: fc.tuple(fc.constant("crash")) },
  { weight: 3, arbitrary: fc.tuple(fc.constant("die at call"), fc.integer({ min: 1, max: 300 })) },
  { weight: 1, arbitrary: fc.tuple(fc.constant("lose the answer of move"), fc.integer({ min: 1, max: 4 })) },
  { weight: 6, arbitrary: fc.tuple(fc.constant("pass"), fc.integer({ min: 0, max: 12_000 })) },
) as fc.Arbitrary<Step>;

/** Where a deployment has replaced the data already, and can still fail. */
const failingAt = ["started", "checked", "before-switch", "after-switch", "watching"] as const;

/** The same for one product. */
const stepWithData = fc.oneof(
  { weight: 6, arbitrary: fc.tuple(fc.constant("go back with data"), fc.boolean()) },
  { weight: 2, arbitrary: fc.tuple(fc.constant("write")) },
  {
    weight: 2,
    arbitrary: fc.tuple(fc.constant("push"), fc.constant("data"), fc.constantFrom(...Object.keys(versions))),
  },
  { weight: 1, arbitrary: fc.tuple(fc.constantFrom("redeploy", "roll back", "stop"), fc.constant("data")) },
  { weight: 1, arbitrary: fc.tuple(fc.constant("cancel"), fc.constant("data")) },
  { weight: 1, arbitrary: fc.tuple(fc.constant("crash")) },
  { weight: 3, arbitrary: fc.tuple(fc.constant("die at call"), fc.integer({ min: 1, max: 300 })) },
  { weight: 1, arbitrary: fc.tuple(fc.constant("lose the answer of move"), fc.integer({ min: 1, max: 4 })) },
  { weight: 4, arbitrary: fc.tuple(fc.constant("fail at"), fc.constantFrom(...failingAt)) },
  { weight: 5, arbitrary: fc.tuple(fc.constant("pass"), fc.integer({ min: 0, max: 12_000 })) },
) as fc.Arbitrary<Step>;

type Product = (typeof products)[number];
type Step =
  | readonly ["push", Product, keyof typeof versions]
  | readonly ["redeploy" | "roll back" | "cancel" | "stop", Product]
  | readonly ["crash" | "write"]
  | readonly ["fail at", (typeof failingAt)[number]]
  | readonly ["go back with data", boolean]
  | readonly ["scale", Product, string, number]
  | readonly ["die at call" | "lose the answer of move" | "pass", number];

/** The requests that were acknowledged, to compare with the result. */
interface Asked {
  readonly acknowledged: Set<DeploymentId>;
  readonly cancelled: Set<DeploymentId>;
}

interface Scene {
  readonly world: FakeWorld;
  readonly asked: Asked;
  readonly data: DataOracle;
}

async function take({ world, asked, data }: Scene, step: Step, count: number): Promise<void> {
  switch (step[0]) {
    case "push": {
      const version = makers[step[1]]({ ...versions[step[2]], prints: [`version ${count}`] });
      asked.acknowledged.add(await world.push(step[1], version));
      return;
    }
    case "redeploy":
    case "roll back": {
      const { installation } = await world.product(step[1]);
      const ready = await world.store.deployments.lastReady(installation.id, 3);
      const source = step[0] === "redeploy" ? ready[0] : ready.at(-1);
      if (!source) return;
      const answer = await world.ask((commands) => commands.redeploy(source, "now", "ada", never));
      if (answer.type === "queued") asked.acknowledged.add(answer.deployment.id);
      return;
    }
    case "write":
      return data.write(`written ${count}`);
    case "go back with data": {
      const { installation } = await world.product("data");
      // Files are backed up before a migration, too, or only the database.
      const beforeMigration = step[1] ? "always" : "automatic";
      await world.store.backups.setPlan(installation.id, { ...usualPlan, beforeMigration });
      for (const source of await world.store.deployments.lastReady(installation.id, 4)) {
        const answer = await world.ask((commands) => commands.goBack(source, "then", "ada", never));
        if (answer.type !== "queued") continue;
        asked.acknowledged.add(answer.deployment.id);
        return;
      }
      return;
    }
    case "cancel": {
      const { installation } = await world.product(step[1]);
      const newest = (await world.store.deployments.undecided(installation.id)).at(-1);
      if (!newest) return;
      // Recorded first, because the cancellation may take effect even if the server dies before it answers.
      asked.cancelled.add(newest.id);
      await world.ask((commands) => commands.cancel(newest, "Ada"));
      return;
    }
    case "stop": {
      const { installation } = await world.product(step[1]);
      await world.ask((commands) => commands.stop(installation.id, "Ada"));
      return;
    }
    case "scale": {
      const { installation } = await world.product(step[1]);
      await world.ask((commands) => commands.scaleService(installation.id, step[2], { replicas: step[3] }));
      return;
    }
    case "crash":
      return world.crash();
    case "fail at":
      return world.faults.fail(`failpoint.${step[1]}`, () => new Error("it failed"));
    case "die at call":
      return world.faults.kill("*", "after", { nth: step[1] });
    case "lose the answer of move":
      return world.faults.loseAnswer("store.deployments.move", () => new StoreUnavailable("reset"), { nth: step[1] });
    case "pass":
      return world.pass(step[1]);
  }
}

/** A product whose second version has migrated the data of the first. */
const migrated: readonly Step[] = [
  ["push", "data", "good"],
  ["pass", 60_000],
  ["write"],
  ["push", "data", "good"],
  ["pass", 60_000],
  ["write"],
];

/** Everything that is wrong after these steps, whatever they are. */
async function wrongAfter(steps: readonly Step[]): Promise<readonly string[]> {
  const world = createWorld({ limits: { ...quickLimits, healthTimeoutMs: 20_000 } });
  const users = watchUsers(world);
  const asked: Asked = { acknowledged: new Set(), cancelled: new Set() };
  const data = watchData(world, () => installationOf(world, "data"));
  for (const [count, step] of steps.entries()) {
    // A request that was refused, or that found the server down or dying, promised nothing.
    await take({ world, asked, data }, step, count).catch(() => {});
  }
  world.faults.heal();
  const atRest = await faultsAtRest(world);
  return [...atRest, ...users.wrong, ...brokenPromises(world, asked), ...data.wrong()];
}

function installationOf({ store }: FakeWorld, slug: string): InstallationId | null {
  const product = [...store.rows.products.values()].find((one) => one.slug === slug);
  return [...store.rows.installations.values()].find(({ productId }) => productId === product?.id)?.id ?? null;
}

function brokenPromises({ store, docker }: FakeWorld, { acknowledged, cancelled }: Asked): readonly string[] {
  const rows = [...store.rows.deployments.values()];
  const lost = [...acknowledged].filter((id) => !store.rows.deployments.has(id));
  const stopped = rows.flatMap((row) => (row.status === "stopped" ? [row] : []));
  const unasked = stopped.filter(({ id, reason }) => reason === "cancelled" && !cancelled.has(id));
  const tooEager = stopped
    .filter(({ reason }) => reason === "superseded by a newer push")
    .filter((row) => !rows.some((other) => other.installationId === row.installationId && other.id > row.id));
  return [
    ...lost.map((id) => `${id} was acknowledged, and is lost`),
    ...unasked.map(({ id }) => `${id} was cancelled by nobody`),
    ...tooEager.map(({ id }) => `${id} was superseded by nothing`),
    ...(docker.builds.most > 4 ? [`${docker.builds.most} built at once`] : []),
  ];
}

/** More runs find more: set this variable for `npx vitest run --project unit test/scenarios/random`. */
const numRuns = Number(process.env.BATON_TEST_RUNS ?? 150);

async function holdsAfter(begin: readonly Step[], random: fc.Arbitrary<Step>, numRuns: number): Promise<void> {
  await fc.assert(
    fc.asyncProperty(fc.array(random, { minLength: 2, maxLength: 14 }), async (steps) => {
      const wrong = await wrongAfter([...begin, ...steps]);
      if (wrong.length > 0) throw new Error(wrong.join("\n"));
    }),
    { numRuns },
  );
}

test(
  "whatever is asked for and whenever the server dies, the invariants hold",
  () => holdsAfter([], step, numRuns),
  numRuns * 4_000,
);

test(
  "whatever happens to ways back with the data, each product has the data that belongs to its version",
  // It begins where the others rarely get to.
  () => holdsAfter(migrated, stepWithData, Math.ceil(numRuns / 3)),
  numRuns * 4_000,
);
