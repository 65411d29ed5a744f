import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { createCommands } from "../../server/commands/commands.ts";
import { createGitHub } from "../../server/forge/github/github.ts";
import type { WebAdapters } from "../../server/web/adapters.ts";
import { loadAssets } from "../../server/web/http/assets/assets.ts";
import { createWeb } from "../../server/web/web.ts";
import { createFakeMachines } from "../fakes/cluster/fake-machines.ts";
import { createFakeBackupTools } from "../fakes/fake-backup-tools.ts";
import { createFakeClock } from "../fakes/fake-clock.ts";
import { createFakeEngine } from "../fakes/fake-engine.ts";
import { createFakeGit } from "../fakes/fake-git.ts";
import { createFakeOwnBackups } from "../fakes/fake-own-backups.ts";
import { createFakeProxy } from "../fakes/fake-proxy.ts";
import { createFakeReach } from "../fakes/host/fake-reach.ts";
import { signInAdapters } from "../fakes/sign-in-adapters.ts";
import { createFakeStore, type FakeStore } from "../fakes/store/fake-store.ts";
import { asGuarded, asRequest } from "./guarded-commands.ts";
import { createSamples } from "./samples.ts";

/** Loaded once, because every test creates a web of its own. */
const assets = loadAssets(join(import.meta.dirname, "../.."));

export const token = "baton_test-token-that-is-long-enough-0123456789";
export const origin = "http://127.0.0.1:4000";

export type World = Awaited<ReturnType<typeof createWorld>>;

type ApiRequest = Omit<RequestInit, "body"> & { readonly body?: unknown };

/** The fields of the API's JSON that tests read. */
export interface Body {
  readonly id: number;
  readonly items: readonly { readonly id: number; readonly name: string }[];
  readonly next?: string;
  readonly error: { readonly code: string; readonly message: string };
  readonly [name: string]: unknown;
}

/** The whole web on fakes; `kept` is the store of an earlier one. Requests go straight to the app, without a socket. */
export async function createWorld(
  changes: Partial<WebAdapters> = {},
  kept: FakeStore | null = null,
  people: Partial<ReturnType<typeof signInAdapters>> = {},
) {
  const clock = createFakeClock();
  const store = kept ?? createFakeStore(clock);
  const engine = createFakeEngine();
  const git = createFakeGit();
  const proxy = createFakeProxy();
  const logged: unknown[] = [];
  const keep = (facts: object, message: string) => void logged.push({ ...facts, message });
  const log = { debug: keep, info: keep, warn: keep, error: keep };
  const woken = { queue: 0, reconciler: 0, proxy: 0, backups: 0 };
  const machines = createFakeMachines(clock);
  const reach = createFakeReach();
  const backupTools = createFakeBackupTools();
  await store.access.addFirstToken("admin", token);

  const needs: WebAdapters = {
    store,
    engine,
    firewall: { state: () => ({ type: "held", in: [{ backend: "nft", chain: "DOCKER-USER" }] }) },
    buildLimiter: {
      state: () => ({ type: "held", limits: { memoryBytes: 6_000_000_000, processes: 4096 }, each: "all" }),
    },
    git,
    proxy,
    clock,
    commands: asGuarded(
      createCommands({
        ...{ store, engine, git, clock, log, machines, reach, ...signInAdapters(clock), ...people },
        domain: "localhost",
        publicHost: new URL(origin).hostname,
        subnets: "10.214.0.0/16",
        allowPrivateRepositories: false,
        publishRoutes: async (signal) => {
          await proxy.ping(signal);
          woken.proxy++;
          return proxy.setRoutes([], signal);
        },
        readSample: async () => new Map([["index.html", Buffer.from("<h1>Hello</h1>")]]),
        wakeQueue: () => void woken.queue++,
        wakeReconciler: () => void woken.reconciler++,
        wakeBackups: () => void woken.backups++,
        backupTools,
      }),
    ),
    unserved: () => [],
    backupFacts: async () => ({ tables: 14, rows: 12_500, isEstimate: false }),
    ownBackups: createFakeOwnBackups(),
    forges: [createGitHub()],
    machine: {
      disk: async () => ({ folder: "/srv/baton", freeBytes: 40_000_000_000, totalBytes: 100_000_000_000 }),
      diskOf: async () => null,
      nodeVersion: "v22.11.0",
    },
    ...{ reach, machines },
    readJoinScript: () => readFile(new URL("../../bin/join.sh", import.meta.url), "utf8"),
    log,
    publicUrl: new URL(origin),
    listen: { host: "127.0.0.1", port: 4000 },
    domain: "localhost",
    httpPort: 8080,
    httpsPort: 8443,
    maxBuilding: 4,
    keepVersions: 5,
    buildCacheBytes: 10_000_000_000,
    keepVersionDays: null,
    drainTimeoutMs: 30_000,
    healthTimeoutMs: 90_000,
    workerUpMs: 10_000,
    pageOf: (deployment) => `${origin}/deployments/${deployment}`,
    urlOf: (host) => `http://${host}:8080`,
    version: "0.1.0",
    readDocument: (name) => readFile(new URL(`../../docs/${name}.md`, import.meta.url), "utf8"),
    assets,
    ...changes,
  };
  const app = createWeb(needs);
  const read = async (path: string, init?: ApiRequest) => {
    const answer = await api(path, init);
    return { status: answer.status, json: (await answer.json()) as Body };
  };
  const fetch = (path: string, init: RequestInit = {}) => {
    const url = new URL(path, needs.publicUrl);
    const headers = new Headers(init.headers);
    if (!headers.has("host")) headers.set("host", url.host);
    return asRequest(init.method ?? "GET", url.pathname, async () => app.request(url.href, { ...init, headers }));
  };

  /** Sends a request with the token; a body is sent as JSON. */
  const api = (path: string, { body, ...init }: ApiRequest = {}) => {
    const headers = new Headers(init.headers);
    headers.set("authorization", `Bearer ${token}`);
    if (body !== undefined) headers.set("content-type", "application/json");
    return fetch(path, { ...init, headers, ...(body !== undefined && { body: JSON.stringify(body) }) });
  };

  return {
    ...{ app, clock, store, engine, git, proxy, machines, reach, backupTools, logged, woken, needs, fetch, api, read },
    samples: createSamples(store, clock),

    /** Signs in like a browser. */
    async signIn() {
      const answer = await fetch("/sign-in", {
        method: "POST",
        headers: { origin, "sec-fetch-site": "same-origin" },
        body: new URLSearchParams({ token }),
      });
      const cookie = answer.headers.get("set-cookie")?.split(";")[0] ?? "";
      const page = await (await fetch("/", { headers: { cookie } })).text();
      return { answer, cookie, csrf: /name="csrf" value="([^"]+)"/.exec(page)?.[1] ?? "" };
    },
  };
}
