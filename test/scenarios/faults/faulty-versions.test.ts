import { describe, expect, test } from "vitest";
import type { Deployment, Failure, Stage, Transition } from "../../../server/model/deployment/deployment.ts";
import type { App } from "../../fakes/docker/app.ts";
import type { Files } from "../../fakes/fake-repositories.ts";
import { dockerfile, files, grown, plain } from "../products.ts";
import { withLive } from "../scene.ts";

/** A faulty version, and what its deployment says. */
interface Faulty {
  readonly what: string;
  readonly version: Files;
  readonly stage: Stage;
  readonly service: string | null;
  readonly message: RegExp;
  readonly hint?: RegExp;
  readonly also?: Partial<Failure>;
}

/** The fault, in the product of one service and in each service of the product that has one of every kind. */
const site = (app: App) => ({ version: plain(app), service: "site" });
const wiki = (app: App) => ({ version: grown({ wiki: app }, anew), service: "wiki" });
const db = (app: App) => ({ version: grown({ db: app }, anew), service: "db" });
const clock = (app: App) => ({ version: grown({ clock: app }, anew), service: "clock" });
const prepare = (app: App) => ({ version: grown({ prepare: app }, anew), service: "prepare" });

/** Changes the images, so that services with data are replaced, too. */
const anew: App = { prints: ["another version"] };
const flapping = Array.from({ length: 1_000 }, (_, index) => (index % 3 === 2 ? 500 : 200));
const outOfMemory = { afterMs: 400, code: 137, outOfMemory: true };

const beforeTheSwitch: readonly Faulty[] = [
  {
    what: "a command of its build fails",
    ...site({ build: { fails: { step: "npm run build", exitCode: 2 } } }),
    ...{ stage: "build", message: /npm run build.* exited with code 2/, also: { exitCode: 2 } },
  },
  {
    what: "its base image cannot be had",
    ...site({ build: { missingBase: "busybox" } }),
    ...{ stage: "build", message: /the base image busybox cannot be pulled/ },
  },
  {
    what: "its build never ends",
    ...site({ build: { takesMs: 3_600_000 } }),
    ...{ stage: "build", service: null, message: /the build took longer than 10 min and was stopped/ },
  },
  {
    what: "its baton.yaml is wrong",
    ...{ version: { "baton.yaml": "stacks: 7\n", Dockerfile: "FROM busybox\n" } },
    ...{ stage: "plan", service: null, message: /baton\.yaml/ },
  },
  {
    what: "its init service fails",
    ...prepare({ exits: [{ afterMs: 300, code: 1 }] }),
    ...{ stage: "init", message: /prepare exited with code 1/, also: { exitCode: 1 } },
  },
  {
    what: "its init service takes all the memory",
    ...prepare({ exits: [outOfMemory] }),
    ...{ stage: "init", message: /prepare was killed: out of memory/, also: { outOfMemory: true } },
  },
  {
    what: "its init service never ends",
    ...prepare({ exits: [] }),
    ...{ stage: "init", message: /prepare took longer than 5 min and was stopped/ },
  },
  {
    what: "the engine cannot start it",
    ...site({ cannotStart: 'exec: "/app": permission denied' }),
    ...{ stage: "start", message: /site could not be started: .*permission denied|site could not be started/ },
  },
  {
    what: "it crashes on startup",
    ...site({ exits: [{ afterMs: 100, code: 3 }] }),
    ...{ stage: "health", message: /site crashed 4 times on startup \(exit code 3\)/, also: { exitCode: 3 } },
  },
  {
    what: "it runs to its end",
    ...site({ exits: [{ afterMs: 60, code: 0 }] }),
    ...{
      stage: "health",
      message: /site exited on startup \(exit code 0\)/,
      hint: /finished and stopped.*kind: init/,
      also: { exitCode: 0 },
    },
  },
  {
    what: "it answers twice and exits",
    ...site({ exits: [{ afterMs: 90, code: 1 }] }),
    ...{ stage: "health", message: /site crashed 4 times on startup/ },
  },
  {
    what: "it takes all the memory",
    ...site({ exits: [{ afterMs: 100, code: 137, outOfMemory: true }] }),
    ...{ stage: "health", message: /site was killed: out of memory \(limit/, also: { outOfMemory: true } },
  },
  {
    what: "it listens nowhere",
    ...site({ port: null }),
    ...{ stage: "health", message: /nothing listens on port 3000/, hint: /isn't listening on any port/ },
  },
  {
    what: "it listens on another port than its Dockerfile says",
    ...site({ port: 3999 }),
    ...{ stage: "health", message: /nothing listens on port 3000; the app listens on port 3999/ },
  },
  {
    what: "it listens on 127.0.0.1 only",
    ...site({ loopbackOnly: true }),
    ...{ stage: "health", message: /the app listens on 127\.0\.0\.1:3000 only/, hint: /0\.0\.0\.0/ },
  },
  {
    what: "it answers 500",
    ...site({ answers: [500] }),
    ...{
      stage: "health",
      message: /GET \/ kept returning 500 for 90 s/,
      hint: /returns an error/,
      also: { lastProbe: "GET / answered 500" },
    },
  },
  {
    what: "it answers 500 every third time",
    ...site({ answers: flapping }),
    ...{ stage: "health", message: /site did not pass its check 3 times in a row/ },
  },
  {
    what: "it takes connections and never answers",
    ...site({ answers: ["hang"] }),
    ...{ stage: "health", message: /accepts connections, but GET \/ got no response/, hint: /hangs/ },
  },
  {
    what: "it does not speak HTTP",
    ...site({ answers: ["garbage"] }),
    ...{ stage: "health", message: /HTTP/ },
  },
  {
    what: "its own health check fails",
    version: { ...plain({ healthcheck: { status: "unhealthy", afterMs: 10 } }), ...dockerfile("HEALTHCHECK CMD test") },
    ...{ service: "site", stage: "health", message: /HEALTHCHECK/ },
  },
  {
    what: "what is replaced in place answers 500",
    ...wiki({ answers: [500] }),
    ...{ stage: "health", message: /GET \/ kept returning 500/ },
  },
  {
    what: "what is replaced in place crashes",
    ...wiki({ exits: [{ afterMs: 100, code: 9 }] }),
    ...{ stage: "health", message: /wiki crashed 4 times/, also: { exitCode: 9 } },
  },
  {
    what: "its database listens on another port",
    ...db({ port: 5433 }),
    ...{ stage: "health", message: /nothing listens on port 5432; the app listens on port 5433/ },
  },
  {
    what: "its database crashes on startup",
    ...db({ exits: [{ afterMs: 100, code: 5 }] }),
    ...{ stage: "health", message: /db crashed 4 times on startup \(exit code 5\)/, also: { exitCode: 5 } },
  },
  {
    what: "its worker does not stay up",
    ...clock({ exits: [{ afterMs: 600, code: 1 }] }),
    ...{ stage: "health", message: /clock crashed 4 times/ },
  },
];

const isTheEnd = (_: Deployment, { type }: Transition) => type === "failed";

describe.each(beforeTheSwitch)("when $what", ({ version, stage, service, message, hint = /.*/, also }) => {
  test("the deployment says so, and users see nothing of it", async () => {
    const before = service === "site" || service === null ? plain() : grown();
    const { world, first, users, end, wrong } = await withLive(before);
    const id = await world.push("shop", version);
    const deployment = await end(id);
    expect(deployment).toMatchObject({ status: "failed", failure: { stage, service, ...also } });
    expect(deployment.status === "failed" && deployment.failure.message).toMatch(message);
    expect((deployment.status === "failed" && deployment.failure.hint) || "").toMatch(hint);
    expect(await wrong()).toEqual([]);
    expect(users.answered).toEqual([first]);
  });

  test("a server that dies while it records the failure records it after the restart", async () => {
    const before = service === "site" || service === null ? plain() : grown();
    const { world, first, users, end, wrong } = await withLive(before);
    world.faults.kill("store.deployments.move", "before", { when: isTheEnd });
    const id = await world.push("shop", version);
    expect(await end(id)).toMatchObject({ status: "failed" });
    expect(world.starts).toBe(2);
    expect(await wrong()).toEqual([]);
    expect(users.answered).toEqual([first]);
  });
});

test("a version whose init service fails starts nothing, and its log ends with what that printed", async () => {
  const withInit = (code: number, prints: readonly string[]) =>
    files("site: {}\n  prepare: { kind: init }", {
      services: { prepare: { port: null, prints, exits: [{ afterMs: 200, code }] } },
    });
  const { world, first, users, end, wrong } = await withLive(withInit(0, []));
  const made = new Set<string>();
  world.faults.watch(() => {
    for (const { request } of world.docker.containers.values())
      if (request.owner.deployment !== first) made.add(request.service);
  });
  const id = await world.push("shop", withInit(1, ["column does not exist"]));
  const failure = { stage: "init", service: "prepare", exitCode: 1, lastLines: ["column does not exist"] };
  expect(await end(id)).toMatchObject({ status: "failed", failure });
  expect([...made]).toEqual(["prepare"]);
  expect(await wrong()).toEqual([]);
  expect(users.answered).toEqual([first]);
});

const inTheWatch: readonly Faulty[] = [
  {
    what: "crashes",
    ...site({ exits: [{ afterMs: 1_500, code: 7 }] }),
    ...{ stage: "watch", message: /site crashed .* after the cut-over \(exit code 7\)/, also: { exitCode: 7 } },
  },
  {
    what: "runs to its end",
    ...site({ exits: [{ afterMs: 1_500, code: 0 }] }),
    ...{ stage: "watch", message: /site exited .* after the cut-over \(exit code 0\)/ },
  },
  {
    what: "takes all the memory",
    ...site({ exits: [{ afterMs: 3_000, code: 137, outOfMemory: true }] }),
    ...{ stage: "watch", message: /out of memory/, also: { outOfMemory: true } },
  },
  {
    what: "begins to answer 500",
    ...site({ breaksAfterMs: 1_000 }),
    ...{ stage: "watch", message: /GET \/ kept returning 500/ },
  },
  {
    what: "has a database that crashes",
    ...db({ exits: [{ afterMs: 5_500, code: 1 }] }),
    ...{ stage: "watch", message: /db crashed/ },
  },
  {
    what: "has a worker that crashes",
    ...clock({ exits: [{ afterMs: 4_000, code: 1 }] }),
    ...{ stage: "watch", message: /clock crashed/ },
  },
  {
    what: "has a service in place that crashes",
    ...wiki({ exits: [{ afterMs: 1_500, code: 1 }] }),
    ...{ stage: "watch", message: /wiki crashed/ },
  },
];

describe.each(inTheWatch)("a version that $what in its watch window", ({ version, service, stage, message, also }) => {
  test("gives the traffic back, and says how long it had it", async () => {
    const { world, first, users, end, wrong } = await withLive(service === "site" ? plain() : grown());
    const id = await world.push("shop", version);
    const deployment = await end(id);
    expect(deployment).toMatchObject({ status: "failed", failure: { stage, service, ...also } });
    expect(deployment.status === "failed" && deployment.failure.message).toMatch(message);
    expect(deployment).toMatchObject({ failure: { served: { ms: expect.any(Number), backTo: 1 } } });
    expect(await wrong()).toEqual([]);
    expect([users.answered[0], users.answered[1], users.answered.at(-1)]).toEqual([first, id, first]);
  });
});
