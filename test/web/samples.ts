import type {
  Building,
  Commit,
  Deploying,
  Deployment,
  Failed,
  Failure,
  Queued,
  Ready,
  Stopped,
} from "../../server/model/deployment/deployment.ts";
import type { DeploymentSpec } from "../../server/model/deployment/spec.ts";
import { hostAddress } from "../../server/model/names/host-address.ts";
import type { CommitSha, ContainerId, DeploymentId, ImageId, ProductId } from "../../server/model/names/ids.ts";
import { type Installation, type Product, parseSlug } from "../../server/model/product.ts";
import type { ContainerState } from "../../server/ports/engine/containers.ts";
import type { FakeClock } from "../fakes/fake-clock.ts";
import type { FakeStore } from "../fakes/store/fake-store.ts";
import { aService } from "../model/a-deployment.ts";

/** Deployments in every state, written directly to the store. */
export interface Samples {
  product(slug: string): Promise<{ readonly product: Product; readonly installation: Installation }>;
  queued(at: Installation, more?: Partial<Queued>): Queued;
  building(at: Installation, more?: Partial<Queued>): Building;
  deploying(at: Installation, more?: Partial<Queued>): Deploying;
  ready(at: Installation, more?: Partial<Queued>): Ready;
  /** A ready deployment that is live in the installation. */
  live(at: Installation, more?: Partial<Queued>): Ready;
  failed(at: Installation, failure: Partial<Failure>, more?: Partial<Queued>): Failed;
  stopped(at: Installation, reason: Stopped["reason"], more?: Partial<Queued>): Stopped;
}

let lastId = 1000;

export function createSamples(store: FakeStore, clock: FakeClock): Samples {
  const slugOf = (at: Installation) => store.rows.products.get(at.productId)?.slug ?? "";
  const ago = (ms: number, from = clock.now()) => new Date(from.getTime() - ms);

  const queued = (at: Installation, more: Partial<Queued> = {}): Queued => {
    const earlier = [...store.rows.deployments.values()].filter((row) => row.installationId === at.id);
    return {
      id: ++lastId as DeploymentId,
      installationId: at.id,
      number: earlier.length + 1,
      trigger: "push",
      by: "admin",
      ref: "main",
      commit: sampleCommit("Say hello in the visitor's language"),
      sourceId: null,
      variables: "now",
      fresh: false,
      dataBefore: null,
      sessionId: null,
      attempt: 1,
      createdAt: ago(30_000),
      status: "queued",
      ...more,
    };
  };
  const begun = (at: Installation, more?: Partial<Queued>) => {
    const row = queued(at, more);
    return { ...row, startedAt: new Date(row.createdAt.getTime() + 400) };
  };
  const ready = (at: Installation, more?: Partial<Queued>): Ready => {
    const row = begun(at, more);
    const liveAt = new Date(row.startedAt.getTime() + 21_300);
    const readyAt = new Date(liveAt.getTime() + 10_000);
    return store.put({ ...row, status: "ready", spec: sampleSpec(slugOf(at)), liveAt, readyAt });
  };

  return {
    async product(slug) {
      const parsed = parseSlug(slug);
      const created = parsed && (await store.products.create({ slug: parsed, repository: null, branch: "main" }));
      if (!created) throw new Error(`no product can be named ${slug}`);
      return created;
    },
    queued: (at, more) => store.put(queued(at, more)),
    building: (at, more) => store.put({ ...begun(at, more), status: "building", cancelRequestedAt: null }),
    deploying: (at, more) =>
      store.put({
        ...begun(at, more),
        ...{ status: "deploying", step: "start", spec: sampleSpec(slugOf(at)), cancelRequestedAt: null },
      }),
    ready,
    live(at, more) {
      const row = ready(at, more);
      store.rows.installations.set(at.id, { ...at, liveDeploymentId: row.id });
      const isServed = store.rows.domains.some(({ installation }) => installation === at.id);
      if (!isServed) store.rows.domains.push(...row.spec.routes.map((route) => ({ ...route, installation: at.id })));
      return row;
    },
    failed: (at, failure, more) =>
      store.put({
        ...begun(at, more),
        status: "failed",
        finishedAt: ago(5_000),
        spec: null,
        failure: { ...noFacts, stage: "build", message: "the build failed", ...failure },
      }),
    stopped: (at, reason, more) =>
      store.put({ ...begun(at, more), status: "stopped", reason, finishedAt: ago(9_000), spec: null, readyAt: null }),
  };
}

const noFacts = { service: null, hint: null, lastLines: [], exitCode: null, outOfMemory: false, lastProbe: null };

export function sampleCommit(message: string, author = "Ada Lovelace"): Commit {
  const sha = Buffer.from(message).toString("hex").padEnd(40, "0").slice(0, 40) as CommitSha;
  return { sha, message, author };
}

export function sampleSpec(slug: string, variables: Readonly<Record<string, string>> = {}): DeploymentSpec {
  const service = aService({ image: `sha256:${"ab".repeat(32)}` as ImageId });
  return {
    commit: sampleCommit("Say hello").sha,
    stacks: [{ name: slug, services: [service] }],
    variables,
    routes: [{ host: `${slug}.localhost`, service: "web" }],
  };
}

/** The running container of a deployment's web service. */
export function sampleContainer(
  deployment: Deployment,
  product: ProductId,
  more: Partial<ContainerState> = {},
): ContainerState {
  return {
    id: deployment.id.toString(16).padStart(64, "0") as ContainerId,
    name: `baton-fake0000-${deployment.id}-web`,
    owner: { product, installation: deployment.installationId, deployment: deployment.id },
    service: "web",
    replica: 1,
    kind: "web",
    status: "running",
    exitCode: 0,
    outOfMemory: false,
    restartCount: 0,
    deaths: [],
    error: "",
    startedAt: deployment.createdAt,
    hostAddress: hostAddress("127.0.0.2", 20_000),
    ownAddress: null,
    stopGraceMs: 10_000,
    keepsData: false,
    ownVolumes: [],
    memoryLimitBytes: null,
    healthcheck: null,
    healthcheckOutput: "",
    ...more,
  };
}
