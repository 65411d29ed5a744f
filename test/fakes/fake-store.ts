import { createHash, randomBytes } from "node:crypto";
import { isDeepStrictEqual } from "node:util";
import type { Deployment, Queued, Running } from "../../server/model/deployment/deployment.ts";
import { advance, isOver, readyAtOf } from "../../server/model/deployment/deployment.ts";
import type { DeploymentEvent, EventBody, StackProgress } from "../../server/model/deployment/event.ts";
import type {
  DeploymentId,
  EnvironmentId,
  InstallationId,
  InstanceId,
  ProductId,
} from "../../server/model/names/ids.ts";
import type { Environment, Installation, Product } from "../../server/model/product.ts";
import { nothingSet, type ServiceSettings } from "../../server/model/service-settings.ts";
import type { Clock } from "../../server/ports/clock.ts";
import type { AuditEntry, Domain, Identity, Leaving, Store, VariableMarks } from "../../server/ports/store/store.ts";
import { createFakeDeliveries, createFakeSources } from "./fake-sources.ts";

/** An in-memory Store: the same contract for what the web asks of it, without locks, leases and encryption. */
export interface FakeStore extends Store {
  readonly rows: FakeRows;
  /** Puts a deployment as it is, and says so by its `status` event when there is none yet. */
  put<D extends Deployment>(deployment: D): D;
}

interface FakeRows {
  readonly environments: Map<EnvironmentId, Environment>;
  readonly products: Map<ProductId, Product & { deleted: boolean }>;
  readonly installations: Map<InstallationId, Installation>;
  /** Those that were marked deleted, by themselves or with their product. */
  readonly leaving: Map<InstallationId, Leaving>;
  readonly deployments: Map<DeploymentId, Deployment>;
  readonly events: Map<DeploymentId, DeploymentEvent[]>;
  readonly variables: Map<InstallationId, Map<string, string>>;
  readonly productVariables: Map<ProductId, Map<string, string>>;
  readonly serviceSettings: Map<InstallationId, Map<string, ServiceSettings>>;
  readonly marks: Map<InstallationId | ProductId, Required<VariableMarks>>;
  readonly tokens: Map<string, Identity>;
  readonly sessions: Map<string, { readonly identity: Identity; readonly expiresAt: Date }>;
  readonly domains: Domain[];
  readonly customDomains: Domain[];
  readonly settings: Map<string, string>;
  readonly audit: AuditEntry[];
}

const production: Environment = { id: 1 as EnvironmentId, name: "production", domain: null, branch: null };

export function createFakeStore(clock: Clock): FakeStore {
  const rows: FakeRows = {
    environments: new Map([[production.id, production]]),
    products: new Map(),
    installations: new Map(),
    leaving: new Map(),
    deployments: new Map(),
    events: new Map(),
    variables: new Map(),
    productVariables: new Map(),
    serviceSettings: new Map(),
    marks: new Map(),
    tokens: new Map(),
    sessions: new Map(),
    domains: [],
    customDomains: [],
    settings: new Map(),
    audit: [],
  };
  let lastId = 0;
  const announcements = new EventTarget();

  const put = <D extends Deployment>(deployment: D): D => {
    rows.deployments.set(deployment.id, deployment);
    lastId = Math.max(lastId, deployment.id);
    return deployment;
  };

  const append = async (id: DeploymentId, bodies: readonly EventBody[]) => {
    const events = rows.events.get(id) ?? [];
    rows.events.set(id, events);
    for (const body of bodies) events.push({ seq: events.length + 1, at: clock.now(), ...body });
    announcements.dispatchEvent(new CustomEvent("appended", { detail: id }));
  };

  const say = (deployment: Deployment) =>
    append(deployment.id, [
      {
        type: "status",
        status: deployment.status,
        reason: deployment.status === "stopped" ? deployment.reason : null,
      },
    ]);

  const products = createProducts(rows, () => ++lastId, clock);
  const installations = createInstallations(rows, () => ++lastId, put);
  const deployments = createDeployments(rows, () => ++lastId, put, say);
  const sources = createFakeSources();
  const all = () => [...rows.deployments.values()].sort((a, b) => a.id - b.id);

  return {
    rows,
    put,
    ...{ products, installations, deployments, sources },
    deliveries: createFakeDeliveries({ products, installations, deployments, sources, all }),
    reports: { due: async () => [], told: async () => {}, failed: async () => {}, trouble: async () => null },
    instance: "fake0000" as InstanceId,
    ping: async () => {},
    facts: async () => ({ version: "17.5", sizeBytes: 12_400_000 }),
    audit: {
      async record(entry, at) {
        rows.audit.push({ ...entry, id: rows.audit.length + 1, at });
      },
      list: async ({ limit, before = Number.POSITIVE_INFINITY, product, who }) =>
        rows.audit
          .filter(({ id }) => id < before)
          .filter((entry) => who === undefined || entry.who === who)
          .filter(({ subject }) => product === undefined || subject.split(" ")[0] === product)
          .reverse()
          .slice(0, limit),
    },
    close: async () => {},
    environments: {
      list: async () => [...rows.environments.values()],
      get: async (id) => rows.environments.get(id) ?? null,
      async create(environment) {
        if ([...rows.environments.values()].some(({ name }) => name === environment.name)) return null;
        const created = { ...environment, id: ++lastId as EnvironmentId };
        rows.environments.set(created.id, created);
        return created;
      },
      async remove(id) {
        if ([...rows.installations.values()].some(({ environmentId }) => environmentId === id)) return "in-use";
        rows.environments.delete(id);
        return "removed";
      },
    },
    events: createEvents(rows, announcements, append),
    domains: createDomains(rows),
    leases: {
      port: notFaked("leases.port"),
      ports: async () => new Map(),
      subnet: notFaked("leases.subnet"),
      handOver: async () => {},
      release: async () => {},
      holders: async () => [],
    },
    access: createAccess(rows),
    settings: {
      get: async (name) => rows.settings.get(name) ?? null,
      async getOrSet(name, value) {
        if (!rows.settings.has(name)) rows.settings.set(name, value);
        return rows.settings.get(name) ?? value;
      },
      async set(name, value) {
        rows.settings.set(name, value);
      },
    },
  };
}

function createProducts(rows: FakeRows, nextId: () => number, clock: Clock): Store["products"] {
  const known = () => [...rows.products.values()].filter(({ deleted }) => !deleted);
  return {
    list: async () => known(),
    bySlug: async (slug) => known().find((product) => product.slug === slug) ?? null,
    get: async (id) => rows.products.get(id) ?? null,
    async create({ slug, repository, branch }) {
      if (known().some((product) => product.slug === slug)) return null;
      const id = nextId() as ProductId;
      const product = { id, slug, repository, watch: "wait" as const, createdAt: clock.now(), deleted: false };
      const installation: Installation = {
        id: nextId() as InstallationId,
        productId: id,
        environmentId: production.id,
        branch,
        liveDeploymentId: null,
        stopped: false,
      };
      rows.products.set(id, product);
      rows.installations.set(installation.id, installation);
      return { product, installation };
    },
    async update(id, changes) {
      const product = rows.products.get(id);
      if (product) rows.products.set(id, { ...product, ...changes });
    },
    variableNames: async (id) => [...(rows.productVariables.get(id) ?? new Map()).keys()].sort(),
    async variableEntries(id) {
      const { atBuild = {}, secret = {} } = rows.marks.get(id) ?? {};
      return [...(rows.productVariables.get(id) ?? [])]
        .sort(([a], [b]) => (a < b ? -1 : 1))
        .map(([name, value]) => ({
          name,
          value: (secret[name] ?? true) ? null : value,
          atBuild: atBuild[name] ?? null,
          isShared: true,
        }));
    },
    async changeVariables(id, set, unset, marks) {
      rows.productVariables.set(id, changed(rows.productVariables.get(id), set, unset));
      rows.marks.set(id, marked(rows.marks.get(id), set, unset, marks));
    },
    async markDeleted(id, leaving) {
      const product = rows.products.get(id);
      if (product) rows.products.set(id, { ...product, deleted: true });
      for (const installation of rows.installations.values()) {
        if (installation.productId === id) rows.leaving.set(installation.id, leaving);
      }
    },
    deleted: async () => [...rows.products.values()].filter(({ deleted }) => deleted),
    async purge(id) {
      rows.products.delete(id);
    },
  };
}

function createInstallations(
  rows: FakeRows,
  nextId: () => number,
  put: (deployment: Deployment) => Deployment,
): Store["installations"] {
  const kept = () => [...rows.installations.values()].filter(({ id }) => !rows.leaving.has(id));
  const change = (id: InstallationId, changes: Partial<Installation>) => {
    const installation = rows.installations.get(id);
    if (installation) rows.installations.set(id, { ...installation, ...changes });
  };
  const productOf = (id: InstallationId) => rows.installations.get(id)?.productId ?? (0 as ProductId);
  const variablesOf = (id: InstallationId) =>
    new Map([...(rows.productVariables.get(productOf(id)) ?? []), ...(rows.variables.get(id) ?? [])]);
  return {
    list: async () => kept(),
    get: async (id) => rows.installations.get(id) ?? null,
    ofProduct: async (product) =>
      [...rows.installations.values()].filter(
        ({ id, productId }) =>
          productId === product && (!rows.leaving.has(id) || rows.products.get(product)?.deleted === true),
      ),
    async create({ productId, environmentId, branch }) {
      if (kept().some((row) => row.productId === productId && row.environmentId === environmentId)) return null;
      const id = nextId() as InstallationId;
      const installation = { id, productId, environmentId, branch, liveDeploymentId: null, stopped: false };
      rows.installations.set(id, installation);
      return installation;
    },
    async markDeleted(id, leaving) {
      rows.leaving.set(id, leaving);
    },
    deleted: async () =>
      [...rows.leaving].flatMap(([id, leaving]) => {
        const installation = rows.installations.get(id);
        return installation ? [{ ...installation, ...leaving }] : [];
      }),
    async purge(id) {
      if (rows.leaving.delete(id)) rows.installations.delete(id);
    },
    async setBranch(id, branch) {
      change(id, { branch });
    },
    serviceSettings: async (id) => new Map(rows.serviceSettings.get(id)),
    async setServiceSettings(id, service, settings) {
      const all = new Map(rows.serviceSettings.get(id)).set(service, settings);
      if (isDeepStrictEqual(settings, nothingSet)) all.delete(service);
      rows.serviceSettings.set(id, all);
    },
    async stop(id, at) {
      const running = [...rows.deployments.values()].some(
        (row) => row.installationId === id && (row.status === "building" || row.status === "deploying"),
      );
      if (running) return null;
      const liveId = rows.installations.get(id)?.liveDeploymentId ?? null;
      const live = liveId === null ? undefined : rows.deployments.get(liveId);
      const stopped = live && advance(live, { type: "stop", at, reason: "stopped by hand" });
      if (stopped) put(stopped);
      change(id, { stopped: true, liveDeploymentId: null });
      return { stopped: stopped?.id ?? null };
    },
    variableNames: async (id) => [...variablesOf(id).keys()].sort(),
    variables: async (id) => Object.fromEntries(variablesOf(id)),
    async buildMarks(id) {
      const marks = [productOf(id), id].map((holder) => said(rows.marks.get(holder)?.atBuild ?? {}));
      return Object.assign({}, ...marks);
    },
    async visibleVariables(id) {
      const entries = await this.variableEntries(id);
      return Object.fromEntries(entries.flatMap(({ name, value }) => (value === null ? [] : [[name, value]])));
    },
    async variableEntries(id) {
      const own = rows.variables.get(id);
      const marks = await this.buildMarks(id);
      const isSecret = (name: string) => rows.marks.get(own?.has(name) ? id : productOf(id))?.secret[name] ?? true;
      return [...variablesOf(id)]
        .sort(([a], [b]) => (a < b ? -1 : 1))
        .map(([name, value]) => ({
          name,
          value: isSecret(name) ? null : value,
          atBuild: marks[name] ?? null,
          isShared: own?.has(name) !== true,
        }));
    },
    async changeVariables(id, set, unset, marks) {
      rows.variables.set(id, changed(rows.variables.get(id), set, unset));
      rows.marks.set(id, marked(rows.marks.get(id), set, unset, marks));
    },
  };
}

function changed(
  variables: ReadonlyMap<string, string> | undefined,
  set: Readonly<Record<string, string>>,
  unset: readonly string[],
): Map<string, string> {
  return new Map([...[...(variables ?? [])].filter(([name]) => !unset.includes(name)), ...Object.entries(set)]);
}

function marked(
  before: Required<VariableMarks> = { atBuild: {}, secret: {} },
  set: Readonly<Record<string, string>>,
  unset: readonly string[],
  { atBuild = {}, secret = {} }: VariableMarks = {},
): Required<VariableMarks> {
  const left = Object.entries(before.secret).filter(([name]) => !unset.includes(name) || name in set);
  const said = Object.entries(secret).filter(([name, mark]) => mark || name in set);
  return { atBuild: { ...before.atBuild, ...atBuild }, secret: Object.fromEntries([...left, ...said]) };
}

function said(marks: Required<VariableMarks>["atBuild"]): Record<string, boolean> {
  return Object.fromEntries(Object.entries(marks).flatMap(([name, mark]) => (mark === null ? [] : [[name, mark]])));
}

function createDomains(rows: FakeRows): Store["domains"] {
  const claims = () => [...rows.domains, ...rows.customDomains];
  const foreign = (installation: InstallationId, hosts: readonly string[]) => {
    const found = claims().find((row) => row.installation !== installation && hosts.includes(row.host));
    return found && { taken: found.host, by: found.installation };
  };
  const replace = (table: Domain[], isReplaced: (row: Domain) => boolean, added: readonly Domain[]) => {
    const kept = table.filter((row) => !isReplaced(row));
    table.splice(0, table.length, ...[...kept, ...added].sort((a, b) => (a.host < b.host ? -1 : 1)));
  };
  return {
    list: async () => rows.domains,
    ownerOf: async (host) => claims().find((row) => row.host === host)?.installation ?? null,
    async setFor(installation, routes) {
      const taken = foreign(
        installation,
        routes.map(({ host }) => host),
      );
      if (taken) return taken;
      const added = routes.map((route) => ({ ...route, installation }));
      replace(rows.domains, (row) => row.installation === installation, added);
      return "ok";
    },
    custom: async (installation) =>
      rows.customDomains
        .filter((row) => row.installation === installation)
        .map(({ host, service }) => ({ host, service })),
    async setCustom(installation, service, hosts) {
      const isRunning = [...rows.deployments.values()].some(
        (row) => row.installationId === installation && (row.status === "building" || row.status === "deploying"),
      );
      const taken = foreign(installation, hosts);
      if (isRunning) return "busy";
      if (taken) return taken;
      const isReplaced = (row: Domain) =>
        row.installation === installation && (row.service === service || hosts.includes(row.host));
      replace(
        rows.customDomains,
        isReplaced,
        hosts.map((host) => ({ host, service, installation })),
      );
      return "ok";
    },
  };
}

function createDeployments(
  rows: FakeRows,
  nextId: () => number,
  put: (deployment: Deployment) => Deployment,
  say: (deployment: Deployment) => Promise<void>,
): Store["deployments"] {
  const all = () => [...rows.deployments.values()].sort((a, b) => a.id - b.id);
  const of = (installation: InstallationId) => all().filter((row) => row.installationId === installation);
  const isRunning = (row: Deployment): row is Running => row.status === "building" || row.status === "deploying";
  const isQueued = (row: Deployment): row is Queued => row.status === "queued";
  return {
    reserveId: async () => nextId() as DeploymentId,
    async enqueue({ supersedes: _, newestUndecidedPush: __, id, ...request }, at) {
      const deployment: Queued = {
        ...request,
        id: id ?? (nextId() as DeploymentId),
        number: of(request.installationId).length + 1,
        status: "queued",
        fresh: request.fresh ?? false,
        sessionId: request.sessionId ?? null,
        attempt: 0,
        createdAt: at,
      };
      await say(put(deployment));
      return { deployment, superseded: [] };
    },
    get: async (id) => rows.deployments.get(id) ?? null,
    bySession: async (sessionId) => all().findLast((row) => row.sessionId === sessionId) ?? null,
    async list({ product, installation, statuses, limit, before }) {
      return all()
        .filter((row) => installation === undefined || row.installationId === installation)
        .filter((row) => product === undefined || rows.installations.get(row.installationId)?.productId === product)
        .filter((row) => statuses?.includes(row.status) ?? true)
        .filter((row) => before === undefined || row.id < before)
        .reverse()
        .slice(0, limit);
    },
    undecided: async (installation) => of(installation).filter((row) => isQueued(row) || isRunning(row)),
    queue: async () => ({ queued: all().filter(isQueued), running: all().filter(isRunning) }),
    lastReady: async (installation, count) =>
      of(installation)
        .filter((row) => readyAtOf(row) !== null)
        .reverse()
        .slice(0, count),
    claim: notFaked("deployments.claim"),
    async move(from, to) {
      if (rows.deployments.get(from.id) !== from) return null;
      put(to);
      if (from.status !== to.status) await say(to);
      return to;
    },
    recordCommit: notFaked("deployments.recordCommit"),
    async requestCancel(id, at) {
      const row = rows.deployments.get(id);
      if (!row || isOver(row.status) || (row.status === "deploying" && row.step !== "start")) return "too-late";
      if (row.status !== "queued") return "asked";
      const stopped = advance(row, { type: "stop", at, reason: "cancelled" });
      if (stopped) await say(put(stopped));
      return "stopped";
    },
    cancelRequested: async () => [],
    rescue: async () => ({ requeued: [], resumed: [] }),
  };
}

function createEvents(rows: FakeRows, announcements: EventTarget, append: Store["events"]["append"]): Store["events"] {
  const listen = (heard: (id: DeploymentId) => void) => {
    const listener = (event: Event) => heard((event as CustomEvent<DeploymentId>).detail);
    announcements.addEventListener("appended", listener);
    return () => announcements.removeEventListener("appended", listener);
  };
  return {
    append,
    read: async (id, after, limit) => (rows.events.get(id) ?? []).slice(after, after + limit),
    unsettled: async () => [],
    subscribe: (id, wake) => listen((appended) => appended === id && wake()),
    subscribeAll: listen,
    async stacks(id) {
      const newest = new Map<string, StackProgress>();
      for (const event of rows.events.get(id) ?? [])
        if (event.type === "stack") newest.set(event.stack.name, event.stack);
      return [...newest.values()];
    },
  };
}

function createAccess(rows: FakeRows): Store["access"] {
  const hash = (secret: string) => createHash("sha256").update(secret).digest("hex");
  return {
    async addFirstToken(name, token) {
      if (rows.tokens.size > 0) return false;
      rows.tokens.set(hash(token), { name });
      return true;
    },
    async setAdminToken(name, token) {
      rows.tokens.clear();
      rows.tokens.set(hash(token), { name });
    },
    hasToken: async () => rows.tokens.size > 0,
    identify: async (token) => rows.tokens.get(hash(token)) ?? null,
    async openSession(identity, expiresAt) {
      const secret = randomBytes(32).toString("base64url");
      rows.sessions.set(hash(secret), { identity, expiresAt });
      return secret;
    },
    async session(secret, now) {
      const session = rows.sessions.get(hash(secret));
      return session && session.expiresAt > now ? session.identity : null;
    },
    async closeSession(secret) {
      rows.sessions.delete(hash(secret));
    },
  };
}

function notFaked(name: string): () => Promise<never> {
  return () => Promise.reject(new Error(`the fake store has no ${name}`));
}
