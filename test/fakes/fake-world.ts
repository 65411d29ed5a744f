import { type LeaderWork, startLeaderWork } from "../../server/boot/leader-work.ts";
import { type Commands, createCommands } from "../../server/commands/commands.ts";
import type { Received } from "../../server/commands/webhooks/receive-delivery.ts";
import type { Deployment, DeploymentStatus } from "../../server/model/deployment/deployment.ts";
import { isOver } from "../../server/model/deployment/deployment.ts";
import type { DeploymentEvent } from "../../server/model/deployment/event.ts";
import type { CommitSha, DeploymentId } from "../../server/model/names/ids.ts";
import type { Installation, Product, Slug } from "../../server/model/product.ts";
import type { PipelineLimits } from "../../server/pipeline/context/context.ts";
import type { FailpointName } from "../../server/pipeline/context/failpoint.ts";
import { createBaseImages } from "../../server/pipeline/images/base/base-images.ts";
import { createRoutePublisher } from "../../server/pipeline/routing/routes.ts";
import type { Git } from "../../server/ports/git.ts";
import { renderEvent } from "../../server/rules/wording/render-event.ts";
import { createFakeMachines } from "./cluster/fake-machines.ts";
import { type App, behaviourFile } from "./docker/app.ts";
import { createFakeDocker, type FakeDocker } from "./docker/fake-docker.ts";
import { createFakeBackupTools, type FakeBackupTools } from "./fake-backup-tools.ts";
import { createFakeCaddy, type FakeCaddy, type Served } from "./fake-caddy.ts";
import { createFakeClock, type FakeClock } from "./fake-clock.ts";
import { createFakeForge, type FakeForge } from "./fake-forge.ts";
import { createFakeOwnBackups } from "./fake-own-backups.ts";
import { createFakeProcess, createFaults, type FakeProcess, type Faults } from "./fake-process.ts";
import { createFakeRepositories, type FakeRepositories, type Files } from "./fake-repositories.ts";
import {
  createFakeBuildLimiter,
  createFakeFirewall,
  createFakeHostPackages,
  createFakeMountFiles,
  type FakeMountFiles,
} from "./host/fake-host.ts";
import { createFakeProber } from "./host/fake-prober.ts";
import { createFakeReach } from "./host/fake-reach.ts";
import { signInAdapters } from "./sign-in-adapters.ts";
import { createFakeStore, type FakeStore } from "./store/fake-store.ts";
import { createVirtualTime } from "./virtual-time.ts";

/**
 * A whole Baton on fakes: the real commands, worker, pipeline and reconciler, in virtual time. A minute passes as soon
 * as everything waits. The server can be killed at any call, and what it runs (containers, routes, rows) stays.
 */
export interface FakeWorld {
  readonly clock: FakeClock;
  readonly docker: FakeDocker;
  readonly caddy: FakeCaddy;
  readonly store: FakeStore;
  readonly repositories: FakeRepositories;
  readonly forge: FakeForge;
  readonly mountFiles: FakeMountFiles;
  readonly backupTools: FakeBackupTools;
  /** The disk that everything is on. */
  readonly disk: { freeBytes: number };
  /** How its calls fail, and when it dies. Failpoints are calls, too: "failpoint.built". */
  readonly faults: Faults;
  /** The server's own log: "warn: …". */
  readonly serverLog: readonly string[];

  /**
   * Pushes a version on top of the previous push: its app's behaviour, or all of its files. Rejects when it is refused.
   */
  push(product: string, version?: App | Files, options?: PushOptions): Promise<DeploymentId>;
  /**
   * Creates a product whose repository is at the forge, with a webhook and reports enabled. The repository is empty.
   */
  connect(product: string): Promise<void>;
  /** Pushes a version to the product's repository at the forge, without a delivery. */
  release(product: string, version?: App | Files, options?: PushOptions): CommitSha;
  /** Delivers the push of a commit from the forge. The same id twice is the same delivery. */
  deliver(
    product: string,
    commit: CommitSha,
    options?: { readonly id?: string; readonly branch?: string },
  ): Promise<Received>;
  /** Runs a command as a page or the API would. Rejects when the server is down, or dies meanwhile. */
  ask<Answer>(command: (commands: Commands) => Promise<Answer>): Promise<Answer>;

  start(): void;
  /** Stops the server as SIGTERM does. */
  stop(): Promise<void>;
  /** Acts as if the database's lock were lost: what runs is left as it is until the next `start`. */
  suspend(): void;
  /** Kills the server as `kill -9` does. It starts again automatically after `restartMs`. */
  crash(): void;
  /** How often the server has been started. */
  readonly starts: number;

  /**
   * Lets time pass until the condition holds. Rejects when that takes longer than `limitMs` of virtual time (10
   * minutes).
   */
  until(what: string, isSo: () => boolean | Promise<boolean>, limitMs?: number): Promise<void>;
  /** Lets this much time pass. */
  pass(ms: number): Promise<void>;
  /** Lets time pass until the deployment is over. */
  decided(id: DeploymentId): Promise<Deployment>;
  /** Lets time pass until every deployment is over and settled. */
  atRest(): Promise<void>;

  /** Resolves with the response that a user gets at this host; time passes until it arrives. */
  request(host: string): Promise<Served>;

  deployment(id: DeploymentId): Promise<Deployment>;
  status(id: DeploymentId): Promise<DeploymentStatus>;
  product(slug: string): Promise<{ readonly product: Product; readonly installation: Installation }>;
  events(id: DeploymentId): Promise<readonly DeploymentEvent[]>;
  /** The deployment's log, as people read it. */
  log(id: DeploymentId): Promise<string>;
}

export interface PushOptions {
  readonly branch?: string;
  /** Replaces the last commit that was pushed to this branch as the parent. */
  readonly parent?: CommitSha | null;
  readonly message?: string;
}

export interface WorldOptions {
  readonly limits?: Partial<PipelineLimits>;
  readonly maxBuilding?: number;
  readonly keepVersions?: number;
  /** The limit of the build cache; null when Baton leaves it alone. */
  readonly buildCacheBytes?: number | null;
  readonly logRetention?: { readonly days: number | null; readonly deployments: number | null };
  /** How long a killed server is down; null means until `start`. */
  readonly restartMs?: number | null;
  /** How long a call to another process takes, before and after it; different pauses find races. */
  readonly pauseMs?: () => number;
}

const never = new AbortController().signal;
const standardLimits: PipelineLimits = {
  buildTimeoutMs: 600_000,
  healthTimeoutMs: 90_000,
  watchMs: 10_000,
  initTimeoutMs: 300_000,
  workerUpMs: 10_000,
  drainTimeoutMs: 30_000,
  minFreeBytes: 1024 ** 3,
  ports: { first: 20_000, last: 29_999 },
  appsHost: "127.0.0.2",
  subnets: "10.214.0.0/16",
  domain: "localhost",
  publicHost: "baton.localhost",
  allowPrivateRepositories: false,
  mirrorRegistry: null,
};

interface Life {
  readonly process: FakeProcess;
  readonly work: LeaderWork;
  readonly git: Git;
  readonly commands: Commands;
}

export function createWorld(options: WorldOptions = {}): FakeWorld {
  const { restartMs = 1_000, maxBuilding = 4, keepVersions = 5, pauseMs } = options;
  const limits = { ...standardLimits, ...options.limits };
  const clock = createFakeClock();
  const time = createVirtualTime(clock);
  const docker = createFakeDocker(clock);
  const caddy = createFakeCaddy(docker, clock);
  const store = createFakeStore(clock);
  const repositories = createFakeRepositories();
  const forge = createFakeForge();
  const mountFiles = createFakeMountFiles();
  const backupTools = createFakeBackupTools();
  const faults = createFaults();
  const disk = { folder: "/srv/baton", freeBytes: 40 * 1024 ** 3, totalBytes: 100 * 1024 ** 3 };
  docker.cache.onFreed = (bytes) => {
    disk.freeBytes += bytes;
  };
  const serverLog: string[] = [];
  /** The last commit that was pushed, by product and branch. */
  const pushed = new Map<string, CommitSha>();
  let life: Life | null = null;
  let starts = 0;
  /** The secrets of webhooks, by product. */
  const secrets = new Map<string, string>();
  let changes = 0;
  let deliveries = 0;

  function begin(): Life {
    const own = clock.forProcess();
    const process = createFakeProcess(faults, {
      pause: async () => {
        if (pauseMs) await own.sleep(pauseMs(), never);
      },
    });
    const log = createLog(process, serverLog);
    const adapters = {
      engine: process.adapter("engine", docker),
      proxy: process.adapter("proxy", caddy),
      backupTools: process.adapter("backupTools", backupTools),
      prober: process.adapter("prober", createFakeProber(docker, clock)),
      store: process.adapter("store", store),
      git: process.adapter("git", repositories),
      mountFiles: process.adapter("mountFiles", mountFiles),
      machine: { disk: async () => disk, diskOf: async () => disk },
      reach: process.adapter("reach", createFakeReach()),
      firewall: process.adapter("firewall", createFakeFirewall().guard),
      buildLimiter: process.adapter("buildLimiter", createFakeBuildLimiter().guard),
      clock: own,
    };
    const { engine, git } = adapters;
    const publishRoutes = createRoutePublisher({ ...adapters, log }).publish;
    const work = startLeaderWork(
      {
        ...{ ...adapters, log, limits, keepVersions, publishRoutes },
        instance: docker.instance,
        // Only a report is a call to another server.
        forges: [{ ...forge, report: process.adapter("forge", forge).report }],
        baseImages: createBaseImages({ engine, clock: own, hostPackages: createFakeHostPackages(), mode: "official" }),
        drainTimeoutMs: limits.drainTimeoutMs,
        ownBackups: createFakeOwnBackups(),
        buildCacheBytes: options.buildCacheBytes ?? null,
        machines: createFakeMachines(own),
        buildCacheDays: null,
        keepVersionDays: null,
        logRetention: options.logRetention ?? { days: null, deployments: null },
        urlOf: (host) => `http://${host}`,
        pageOf: (deployment) => `http://baton.localhost/deployments/${deployment}`,
        failpoint: (name: FailpointName) => process.step(`failpoint.${name}`),
      },
      maxBuilding,
    );
    process.signal.addEventListener("abort", () => {
      own.forget();
      if (life?.process === process) life = null;
      if (restartMs !== null) clock.after(restartMs, start);
    });
    const { wakeQueue, wakeReconciler, wakeBackups } = work;
    return {
      process,
      work,
      git,
      commands: createCommands({
        ...{ store: adapters.store, engine, git, clock: own, log, publishRoutes, wakeQueue, wakeReconciler },
        ...{ wakeBackups, backupTools: adapters.backupTools },
        ...signInAdapters(own),
        domain: limits.domain,
        ...{ machines: createFakeMachines(own), reach: adapters.reach, subnets: limits.subnets },
        publicHost: limits.publicHost,
        allowPrivateRepositories: limits.allowPrivateRepositories,
        readSample: async () => new Map([["index.html", Buffer.from("<h1>Hello</h1>")]]),
      }),
    };
  }

  function start(): void {
    if (life) return;
    starts += 1;
    life = begin();
  }

  const up = (): Life => {
    if (!life) throw new Error("the server is down");
    return life;
  };

  /** Lets time pass until the server has answered. */
  async function drive<Answer>(on: Life, ask: (life: Life) => Promise<Answer>): Promise<Answer> {
    const dies = new Promise<never>((_, reject) => {
      on.process.signal.addEventListener("abort", () => reject(new Error("the server died")));
    });
    return time.answered("the server has answered", Promise.race([ask(on), dies]));
  }

  async function push(slug: string, version: App | Files = {}, given: PushOptions = {}): Promise<DeploymentId> {
    const { branch = "main", message = `Change ${++changes}` } = given;
    const key = `${slug} ${branch}`;
    const parent = given.parent === undefined ? (pushed.get(key) ?? null) : given.parent;
    const commit = repositories.commit(filesOf(version), { message, parent });
    const product = await store.products.bySlug(slug as Slug);
    const request = repositories.pushOf(product?.id ?? null, branch, commit);
    const outcome = await drive(up(), async ({ commands, git }) => {
      const plan = await commands.planPush(slug as Slug, request);
      if ("refused" in plan) throw new Error(plan.refused);
      const stored = await git.receive(plan.product.id, request, plan.redirect, () => {}, never);
      return (await commands.acceptPush(plan, stored, "ada"))[0];
    });
    if (outcome?.type !== "deploying") throw new Error(outcome?.reason ?? "nothing is deployed from this branch");
    pushed.set(key, commit);
    const [id] = outcome.deployments;
    if (id === undefined) throw new Error("nothing is deployed from this branch");
    return id;
  }

  async function productOf(slug: string): Promise<Product> {
    const product = await store.products.bySlug(slug as Slug);
    if (!product) throw new Error(`there is no product ${slug}`);
    return product;
  }

  async function connect(slug: string): Promise<void> {
    repositories.remotes.set(remotePath(slug), new Map());
    const repository = repositoryUrl(slug);
    const answer = await drive(up(), async ({ commands }) => {
      const created = await commands.createProduct(slug as Slug, { repository, branch: "main" });
      if (created.type !== "created") return created;
      secrets.set(slug, await commands.makeWebhookSecret(created.product));
      const reports = { status: true, deployment: true, comment: false };
      return commands.changeProduct(created.product, { source: { token: "token", reports } });
    });
    if (answer.type !== "changed") throw new Error(`${slug} cannot be made: ${answer.type}`);
  }

  function release(slug: string, version: App | Files = {}, given: PushOptions = {}): CommitSha {
    const { branch = "main", message = `Change ${++changes}` } = given;
    const branches = repositories.remotes.get(remotePath(slug)) ?? new Map<string, CommitSha>();
    const parent = given.parent === undefined ? (branches.get(branch) ?? null) : given.parent;
    const commit = repositories.commit(filesOf(version), { message, parent });
    branches.set(branch, commit);
    return commit;
  }

  const deliver: FakeWorld["deliver"] = async (
    slug,
    after,
    { id = `delivery-${++deliveries}`, branch = "main" } = {},
  ) => {
    const event = {
      ...{ type: "push" as const, repository: [repositoryUrl(slug)], ref: `refs/heads/${branch}`, after },
      ...{ defaultBranch: "main", message: "A change", paths: null, by: "ada" },
    };
    const product = await productOf(slug);
    const delivery = forge.delivery(event, secrets.get(slug) ?? "", id);
    return drive(up(), ({ commands }) => commands.receiveDelivery(forge, product, { ...delivery, unheard: false }));
  };

  async function deployment(id: DeploymentId): Promise<Deployment> {
    const found = await store.deployments.get(id);
    if (!found) throw new Error(`there is no deployment ${id}`);
    return found;
  }

  async function isAtRest(): Promise<boolean> {
    const { queued, running } = await store.deployments.queue();
    return queued.length + running.length === 0 && (await store.events.unsettled()).length === 0;
  }

  async function until(...[what, isSo, limitMs]: Parameters<FakeWorld["until"]>): Promise<void> {
    await time.until(what, isSo, limitMs).catch((error: Error) => {
      throw new Error(`${error.message}\n${serverLog.slice(-20).join("\n")}`);
    });
  }

  start();
  return {
    ...{
      clock,
      docker,
      caddy,
      store,
      repositories,
      forge,
      mountFiles,
      backupTools,
      disk,
      faults,
      serverLog,
      start,
      until,
      deployment,
    },
    ...{ push, connect, release, deliver },
    ask: (command) => drive(up(), ({ commands }) => command(commands)),
    async stop() {
      await drive(up(), ({ work }) => work.stop());
      life = null;
    },
    suspend() {
      const { work } = up();
      life = null;
      void work.stop();
    },
    crash: () => up().process.kill(),
    get starts() {
      return starts;
    },
    pass: time.pass,
    async decided(id) {
      await until(`deployment ${id} is over`, async () => isOver((await deployment(id)).status));
      return deployment(id);
    },
    request: (host) => time.answered(`${host} has answered`, caddy.request(host)),
    atRest: () => until("every deployment is over and settled", isAtRest),
    status: async (id) => (await deployment(id)).status,
    async product(slug) {
      const product = await productOf(slug);
      const [installation] = await store.installations.ofProduct(product.id);
      if (!installation) throw new Error(`${slug} is installed nowhere`);
      return { product, installation };
    },
    events: (id) => store.events.read(id, 0, 100_000),
    log: async (id) => (await store.events.read(id, 0, 100_000)).flatMap(renderEvent).join("\n"),
  };
}

const remotePath = (slug: string) => `forge.example/acme/${slug}.git`;
const repositoryUrl = (slug: string) => `https://${remotePath(slug)}`;

/** A version without files of its own is a Dockerfile and its app's behaviour. */
function filesOf(version: App | Files): Files {
  const isFiles = Object.values(version).some((value) => typeof value === "string") && !("cannotStart" in version);
  if (isFiles) return version as Files;
  return {
    Dockerfile: 'FROM busybox\nCOPY . .\nEXPOSE 3000\nCMD ["/app"]\n',
    [behaviourFile]: JSON.stringify(version),
  };
}

function createLog(process: FakeProcess, lines: string[]) {
  const write = (level: string) => (facts: object, message: string) => {
    if (process.isDead) return;
    const error = "err" in facts && facts.err instanceof Error ? facts.err : null;
    // A stack trace costs more than the rest of a scenario, and only an unexpected error needs one.
    const detail = error === null ? "" : `: ${level === "error" ? error.stack : error.message}`;
    lines.push(`${level}: ${message}${detail}`);
  };
  return { debug: write("debug"), info: write("info"), warn: write("warn"), error: write("error") };
}
