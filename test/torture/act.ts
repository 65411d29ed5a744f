import { readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { findDaemon, restartDaemon } from "../e2e/support/own-docker.ts";
import { isAtRest } from "./at-rest.ts";
import type { Window } from "./losses.ts";
import { release, type Scene } from "./scene.ts";
import type { Product, Step } from "./steps.ts";

/** Longer than anything takes that Baton repairs by itself. */
const backWithinMs = 60_000;
const pushTimeoutMs = 60_000;

/** Does one step, and waits until what it broke works again. Resolves with what did not come back. */
export async function act(scene: Scene, step: Step): Promise<string | null> {
  switch (step.type) {
    case "push":
      return push(scene, step.product, step.manner);
    case "redeploy":
    case "go back":
      return redeploy(scene, step.product, step.type === "redeploy" ? 0 : 1);
    case "cancel":
      return cancel(scene, step.product);
    case "stop":
      return stop(scene, step.product);
    case "change a variable":
      return changeVariable(scene, step.product);
    case "kill Baton":
      await scene.baton.kill();
      await delay(step.ms);
      await scene.baton.restart();
      return null;
    case "kill Caddy":
      return hurting(scene, step.type, null, () => killBy(scene, "caddy/caddy.pid"));
    case "kill Postgres":
      await killBy(scene, "postgres/cluster/data/postmaster.pid");
      return healthy(scene);
    case "restart Docker":
      return hurting(scene, step.type, null, () => restartDaemon(scene.docker));
    case "kill Docker":
      if (!(await comesToRest(scene))) {
        scene.steps[scene.steps.length - 1] = "kill Docker, left out: something was always being deployed or removed";
        return null;
      }
      return hurting(scene, step.type, null, () => restartDaemon(scene.docker, "SIGKILL"));
    case "hang Docker":
      return hang(step.ms);
    case "fill the disk":
      return fillDisk(scene, step.ms);
    case "remove a container":
    case "stop a container":
    case "kill a container":
      return hurting(scene, step.type, step.product, () => hurtContainer(scene, step.type, step.product));
    case "remove a route":
      return hurting(scene, step.type, step.product, async () => {
        const host = `${step.product}.localhost`;
        await rm(join(scene.data, "baton/routes/hosts", host), { force: true });
      });
    case "pause":
      await delay(step.ms);
      return null;
  }
}

async function push(scene: Scene, product: Product, manner: Parameters<typeof release>[2]): Promise<null> {
  const app = scene.apps.get(product);
  if (!app) return null;
  const { text, commit } = await release(scene, app, manner);
  const pushing = app.repository.push(scene.baton.remote(product), "HEAD", "--force", "-o", "detach");
  const late = setTimeout(() => pushing.kill(), pushTimeoutMs);
  const { code } = await pushing.done;
  clearTimeout(late);
  if (code === 0) scene.pushed.push({ product, commit, text });
  return null;
}

/** The newest version that was ready, or an earlier one. A refusal, as of one that is running, is an answer, too. */
async function redeploy({ baton }: Scene, product: Product, back: number): Promise<null> {
  const versions = (await baton.api.deployments(product).catch(() => [])).filter(({ readyAt }) => readyAt !== null);
  const version = versions[back];
  if (version) await baton.api.send("POST", `/api/deployments/${version.id}/redeploy`).catch(() => {});
  return null;
}

async function cancel({ baton }: Scene, product: Product): Promise<null> {
  const newest = await baton.api.newest(product).catch(() => null);
  if (newest) await baton.api.send("POST", `/api/deployments/${newest.id}/cancel`).catch(() => {});
  return null;
}

/** Stops a product, and starts it again. */
async function stop(scene: Scene, product: Product): Promise<string | null> {
  const { api } = scene.baton;
  return hurting(scene, "stop", product, async () => {
    const installation = await api.installation(product).catch(() => null);
    if (!installation) return;
    await api.send("POST", `/api/product-deployments/${installation.id}/stop`).catch(() => {});
    await delay(1_500);
    await untilRedeployed(scene, product);
  });
}

/** A product that was stopped is started by a redeploy, which waits for whatever is still running. */
async function untilRedeployed({ baton }: Scene, product: Product): Promise<void> {
  const giveUpAt = performance.now() + backWithinMs;
  while (performance.now() < giveUpAt) {
    const installation = await baton.api.installation(product).catch(() => null);
    if (installation?.live) return;
    const versions = await baton.api.deployments(product).catch(() => []);
    const isRunning = versions.some(({ status }) => ["queued", "building", "deploying"].includes(status));
    const ready = versions.find(({ readyAt }) => readyAt !== null);
    if (!isRunning && ready) await baton.api.send("POST", `/api/deployments/${ready.id}/redeploy`).catch(() => {});
    await delay(500);
  }
}

async function changeVariable(scene: Scene, product: Product): Promise<null> {
  const installation = await scene.baton.api.installation(product).catch(() => null);
  if (!installation) return null;
  const value = `value-${scene.steps.length}`;
  const path = `/api/product-deployments/${installation.id}/variables`;
  const answer = await scene.baton.api.send("PUT", path, { set: { TORTURE: value } }).catch(() => null);
  if (answer && answer.status < 300) scene.variables.set(product, value);
  return null;
}

/**
 * Docker 20.10 that is killed while it makes or removes a network may never start again: libnetwork panics at half of
 * one in its own database. So it is killed when there is no network that Baton makes or removes.
 */
async function comesToRest(scene: Scene): Promise<boolean> {
  const giveUpAt = performance.now() + backWithinMs;
  while (performance.now() < giveUpAt) {
    if (await isAtRest(scene).catch(() => false)) return true;
    await delay(200);
  }
  return false;
}

async function hang(ms: number): Promise<null> {
  const pid = await findDaemon();
  process.kill(pid, "SIGSTOP");
  await delay(ms);
  process.kill(pid, "SIGCONT");
  return null;
}

async function fillDisk(scene: Scene, ms: number): Promise<string | null> {
  const filler = join(scene.data, "filler");
  const chunk = Buffer.alloc(1_048_576);
  try {
    for (;;) await writeFile(filler, chunk, { flag: "a" });
  } catch {
    // The disk is full now.
  }
  const during = push(scene, "shop", "serve");
  await delay(ms);
  await rm(filler, { force: true });
  await during;
  return healthy(scene);
}

async function killBy(scene: Scene, file: string): Promise<void> {
  const [pid = ""] = (await readFile(join(scene.data, "baton", file), "utf8")).split("\n");
  try {
    process.kill(Number(pid), "SIGKILL");
  } catch {
    // It ended by itself, or is just being started again.
  }
}

async function hurtContainer(scene: Scene, type: string, product: Product): Promise<void> {
  const [name] = await scene.baton.containersOf(product).catch(() => []);
  if (name === undefined) return;
  const container = scene.docker.getContainer(name);
  const hurt = {
    "remove a container": () => container.remove({ force: true }),
    "stop a container": () => container.stop({ t: 1 }),
    "kill a container": () => container.kill(),
  }[type];
  await hurt?.().catch(() => {});
}

/** Notes the time in which requests may fail: until the product, or each product, answers again. */
async function hurting(
  scene: Scene,
  reason: string,
  product: Product | null,
  work: () => Promise<void>,
): Promise<string | null> {
  const window: Window = { reason, product, fromMs: performance.now(), toMs: null };
  scene.windows.push(window);
  await work();
  const wanted = product === null ? [...scene.apps.keys()] : [product];
  const giveUpAt = performance.now() + backWithinMs;
  let silent: readonly Product[] = wanted;
  // Twice in a row: the first answer may have been the last one of what is just going away.
  for (let inARow = 0; inARow < 2 && performance.now() < giveUpAt; ) {
    await delay(250);
    const answered = await Promise.all(wanted.map(async (one) => ((await answers(scene, one)) ? [] : [one])));
    silent = answered.flat();
    inARow = silent.length === 0 ? inARow + 1 : 0;
  }
  window.toMs = performance.now();
  return silent.length === 0 ? null : `${silent.join(", ")} did not answer again after: ${reason}`;
}

const answers = ({ baton }: Scene, product: Product) =>
  baton.ask(product).then(
    ({ status }) => status === 200,
    () => false,
  );

async function healthy({ baton }: Scene): Promise<string | null> {
  const giveUpAt = performance.now() + backWithinMs;
  while (performance.now() < giveUpAt) {
    const answer = await fetch(`${baton.url}/healthz`).catch(() => null);
    if (answer?.status === 200) return null;
    await delay(100);
  }
  return "Baton was not healthy again within a minute";
}
