import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import type { DeploymentJson } from "../e2e/support/baton/api-client.ts";
import { leftInDocker } from "../e2e/support/baton/leftovers.ts";
import type { Sample } from "../e2e/support/traffic.ts";
import type { Scene } from "./scene.ts";
import type { Product } from "./steps.ts";

const restWithinMs = 180_000;
/** A regular look of the reconciler and a drain. */
const settleMs = 40_000;

export interface Rest {
  readonly wrong: readonly string[];
  readonly deployments: ReadonlyMap<Product, readonly DeploymentJson[]>;
}

/** Lets everything finish. Resolves with what breaks one of the promises then. */
export async function comeToRest(scene: Scene): Promise<Rest> {
  const giveUpAt = performance.now() + restWithinMs;
  let deployments = await allDeployments(scene);
  while (unfinished(deployments).length > 0 && performance.now() < giveUpAt) {
    await delay(500);
    deployments = await allDeployments(scene);
  }
  await delay(settleMs);
  deployments = await allDeployments(scene);
  const lives = await livesOf(scene);
  return {
    deployments,
    wrong: [
      ...unfinished(deployments).map(({ id, status }) => `deployment ${id} is still ${status}`),
      ...(await wrongRoutes(scene, lives, deployments)),
      ...(await wrongInDocker(scene, lives, deployments)),
      ...(await wrongFolders(scene, lives)),
      ...lostPushes(scene, deployments),
      ...(await lostVariables(scene)),
    ],
  };
}

/** Whether nothing is deployed, drained or removed. */
export async function isAtRest(scene: Scene): Promise<boolean> {
  const deployments = await allDeployments(scene);
  if (unfinished(deployments).length > 0) return false;
  const lives = await livesOf(scene);
  return lives.length === scene.apps.size && (await wrongInDocker(scene, lives, deployments)).length === 0;
}

/** One that failed at the cut-over or later has passed its checks, too, and may have answered until traffic went back. */
const hasPassed = ({ liveAt, failure }: DeploymentJson) =>
  liveAt !== null || failure?.stage === "cut-over" || failure?.stage === "watch";

/** Versions that answered, although no deployment of theirs passed its checks. */
export function wrongAnswers(
  product: Product,
  samples: readonly Sample[],
  deployments: ReadonlyMap<Product, readonly DeploymentJson[]>,
): readonly string[] {
  const passed = new Set((deployments.get(product) ?? []).filter(hasPassed).map(({ commit }) => commit?.message));
  const answered = new Set(samples.flatMap(({ version }) => (version === null ? [] : [`v${version}`])));
  return [...answered]
    .filter((version) => !passed.has(version))
    .map((version) => `${version} of ${product} answered and has not passed its checks`);
}

async function allDeployments({ baton, apps }: Scene): Promise<Map<Product, readonly DeploymentJson[]>> {
  const all = new Map<Product, readonly DeploymentJson[]>();
  for (const product of apps.keys()) {
    const rows: DeploymentJson[] = [];
    for (let before = ""; ; ) {
      const path = `/api/products/${product}/deployments?limit=100${before}`;
      const { items, next } = await baton.api.get<{ items: DeploymentJson[]; next: number | null }>(path);
      rows.push(...items);
      if (!next) break;
      before = `&before=${next}`;
    }
    all.set(product, rows);
  }
  return all;
}

const unfinished = (deployments: ReadonlyMap<Product, readonly DeploymentJson[]>) =>
  [...deployments.values()].flat().filter(({ status }) => ["queued", "building", "deploying"].includes(status));

interface LiveVersion {
  readonly product: Product;
  readonly installation: number;
  readonly live: number;
}

async function livesOf({ baton, apps }: Scene): Promise<readonly LiveVersion[]> {
  const all = [...apps.keys()].map(async (product) => {
    const { id, live } = await baton.api.installation(product);
    return live === null ? [] : [{ product, installation: Number(id), live: Number(live) }];
  });
  return (await Promise.all(all)).flat();
}

async function wrongRoutes(
  { baton, apps }: Scene,
  lives: readonly LiveVersion[],
  deployments: ReadonlyMap<Product, readonly DeploymentJson[]>,
): Promise<readonly string[]> {
  const all = lives.map(async ({ product, live }) => {
    const wanted = deployments.get(product)?.find(({ id }) => id === live)?.commit?.message;
    const { status, body } = await baton.ask(product).catch(() => ({ status: 0, body: "nothing" }));
    return status === 200 && body === wanted ? [] : [`${product} answers ${status} ${body}, live is ${wanted}`];
  });
  const missing = [...apps.keys()].filter((product) => !lives.some((live) => live.product === product));
  return [...(await Promise.all(all)).flat(), ...missing.map((product) => `${product} has no live version`)];
}

async function wrongInDocker(
  { docker, data }: Scene,
  lives: readonly LiveVersion[],
  deployments: ReadonlyMap<Product, readonly DeploymentJson[]>,
): Promise<readonly string[]> {
  const instance = await instanceOf(data, docker);
  const found = await leftInDocker(docker, instance);
  const containers = found.filter((one) => one.startsWith("container "));
  // A service that keeps data belongs to the deployment that made its container, which may be an earlier one.
  const extra = containers.length - lives.length;
  const ready = new Set(
    [...deployments.values()]
      .flat()
      .filter(({ readyAt }) => readyAt !== null)
      .map(({ id }) => String(id)),
  );
  const images = found.filter((one) => one.startsWith("image "));
  return [
    ...(extra === 0
      ? []
      : [`there are ${containers.length} containers for ${lives.length} live versions: ${containers}`]),
    ...images
      .flatMap((image) => /:d(\d+)(?:\s|$)/.exec(image)?.[1] ?? [])
      .filter((id) => !ready.has(id))
      .map((id) => `an image of ${id} is left`),
    ...found
      .filter((one) => one.startsWith("network "))
      .filter(
        (one) =>
          !lives.some(({ live, installation }) => new RegExp(`d${live}$|[a-z]${installation}(?:-solo)?$`).test(one)),
      )
      .map((one) => `${one} is left`),
  ];
}

async function instanceOf(data: string, docker: Scene["docker"]): Promise<string> {
  const networks = await docker.listNetworks({ filters: { label: ["baton.instance"] } });
  const instance = networks[0]?.Labels?.["baton.instance"];
  if (instance === undefined) throw new Error(`the Baton of ${data} has no network`);
  return instance;
}

async function wrongFolders({ data }: Scene, lives: readonly LiveVersion[]): Promise<readonly string[]> {
  const all = lives.map(async ({ installation, live }) => {
    const names = await readdir(join(data, "baton/routes", String(installation)));
    return names
      .filter((name) => /^\d+$/.test(name) && Number(name) !== live)
      .map((name) => `the folder of routes ${installation}/${name} is left`);
  });
  return (await Promise.all(all)).flat();
}

function lostPushes(
  { pushed }: Scene,
  deployments: ReadonlyMap<Product, readonly DeploymentJson[]>,
): readonly string[] {
  return pushed.flatMap(({ product, commit, text }) => {
    const rows = (deployments.get(product) ?? []).filter((row) => row.commit?.sha === commit && row.trigger === "push");
    return rows.length === 1 ? [] : [`the push of ${text} to ${product} made ${rows.length} deployments`];
  });
}

async function lostVariables({ baton, variables }: Scene): Promise<readonly string[]> {
  const all = [...variables].map(async ([product, value]) => {
    const { id } = await baton.api.installation(product);
    const text = await baton.api.text(`/api/product-deployments/${id}/variables`);
    return text.includes("TORTURE") ? [] : [`the variable of ${product} is lost (${value})`];
  });
  return (await Promise.all(all)).flat();
}

/** For the report of a run that found something. */
export const serverLog = ({ data }: Scene) => readFile(join(data, "baton/baton.log"), "utf8").catch(() => "");
