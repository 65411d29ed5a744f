import { execFile } from "node:child_process";
import { type FSWatcher, watch } from "node:fs";
import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import Dockerode from "dockerode";
import { createReplyApp, makeReplyImage, type ReplyApp, type ReplyManner } from "../e2e/support/apps/reply-app.ts";
import { type Baton, startBaton } from "../e2e/support/baton/harness.ts";
import { startTraffic, type Traffic } from "../e2e/support/traffic.ts";
import type { Window } from "./losses.ts";
import { type Product, products } from "./steps.ts";

const run = promisify(execFile);
const diskMegabytes = 700;

/** Three products under traffic, on a Docker and a small disk of their own. */
export interface Scene {
  readonly baton: Baton;
  readonly docker: Dockerode;
  readonly data: string;
  readonly apps: ReadonlyMap<Product, ReplyApp>;
  readonly traffic: ReadonlyMap<Product, readonly Traffic[]>;
  readonly windows: Window[];
  /** Commits whose push was acknowledged, and in which product. */
  readonly pushed: { readonly product: Product; readonly commit: string; readonly text: string }[];
  /** How each version behaves, by its text. */
  readonly manners: Map<string, ReplyManner>;
  /** The variables that were acknowledged. */
  readonly variables: Map<Product, string>;
  readonly steps: string[];
  released: number;
  end(): Promise<void>;
}

export async function openScene(): Promise<Scene> {
  const docker = new Dockerode();
  await makeReplyImage(docker);
  const folder = await mkdtemp(join(tmpdir(), "baton-torture-"));
  const data = join(folder, "data");
  await mkdir(data);
  await run("mount", ["-t", "tmpfs", "-o", `size=${diskMegabytes}m,mode=755`, "tmpfs", data]);
  const baton = await startBaton(
    {
      ...{ DATABASE_URL: "", BATON_DATA: join(data, "baton"), BATON_DRAIN_TIMEOUT: "5s", BATON_WATCH: "1s" },
      // The disk of the test is small, and is to be filled to its end.
      BATON_MIN_FREE: "off",
    },
    [],
  );
  const apps = new Map<Product, ReplyApp>();
  for (const product of products) apps.set(product, await createReplyApp(product));
  const scene: Scene = {
    ...{
      baton,
      docker,
      data,
      apps,
      windows: [],
      pushed: [],
      manners: new Map(),
      variables: new Map(),
      steps: [],
      released: 0,
    },
    traffic: new Map(),
    async end() {
      loads.close();
      await Promise.all([...apps.values()].map(({ repository }) => repository.remove()));
      await baton.down();
      await run("umount", [data]);
      await rm(folder, { recursive: true, force: true });
    },
  };
  for (const [product, app] of apps) {
    await release(scene, app);
    const { code, text } = await app.repository.push(baton.remote(product)).done;
    if (code !== 0) throw new Error(`${product} could not be deployed:\n${text}`);
  }
  const loads = watchLoads(join(data, "baton/caddy"), scene.windows);
  const traffic = scene.traffic as Map<Product, readonly Traffic[]>;
  for (const product of products) {
    const place = { httpPort: baton.httpPort, product, workers: 1, pauseMs: 25 };
    traffic.set(product, [
      startTraffic({ ...place, connections: "new" }),
      startTraffic({ ...place, connections: "kept" }),
    ]);
  }
  return scene;
}

/** Longer than Caddy needs for a load, and Baton for its file. */
const loadMs = 1_500;

/**
 * Caddy, or rather Go's HTTP server, closes connections whose first request it has not read yet when it changes to
 * another configuration; see docs/reliability.md. Baton writes the file just before.
 */
function watchLoads(folder: string, windows: Scene["windows"]): FSWatcher {
  return watch(folder, (_, name) => {
    if (name !== "caddy.json") return;
    const fromMs = performance.now() - 100;
    windows.push({
      reason: "load a configuration",
      product: null,
      fromMs,
      toMs: fromMs + loadMs,
      failure: "ECONNRESET",
    });
  });
}

export async function release(scene: Scene, app: ReplyApp, manner: ReplyManner = "serve") {
  scene.released += 1;
  const text = `v${scene.released}`;
  scene.manners.set(text, manner);
  return { text, commit: await app.release(text, manner) };
}
