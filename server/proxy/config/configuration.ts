import { readFile } from "node:fs/promises";
import { isDeepStrictEqual } from "node:util";
import { replaceDurably } from "../../files/durable-file.ts";
import { type InstallationRoutes, ProxyUnavailable, type RouteFault } from "../../ports/proxy.ts";
import type { CaddyAdmin } from "../process/admin.ts";
import type { HostLinks } from "../switch/host-links.ts";
import type { Prover } from "../switch/prove.ts";
import { hostsOf, inOrder, sortOut, splitByWaiting } from "../switch/route-table.ts";
import type { Switch } from "../switch/switch.ts";
import { type CaddyConfig, type FixedConfig, renderConfig } from "./caddy-config.ts";
import { routesOf } from "./config-reader.ts";

/**
 * The hosts that Caddy should serve: most by a link on disk, those whose requests may wait by a route in its
 * configuration, which is in the file that Caddy starts from. With certificates, the configuration names all of them.
 * Changes run one at a time: setting routes and undoing manual edits never overlap.
 */
export interface Configuration {
  /**
   * Resolves with the configuration that should run: the routes on disk, within the current fixed part. Writes the file
   * when it differs.
   */
  desired(): Promise<CaddyConfig>;
  /** See Proxy.setRoutes. When it rejects, the file and the desired configuration are unchanged. */
  setRoutes(routes: readonly InstallationRoutes[], signal: AbortSignal): Promise<readonly RouteFault[]>;
  /**
   * Makes links to hosts again that are missing, and loads the desired configuration when another one runs; resolves
   * with whether it had to. It may be called every second: a large configuration is compared less often, and Caddy is only asked whether it answers in between.
   */
  restore(signal: AbortSignal): Promise<boolean>;
}

export interface ConfigurationDependencies {
  readonly file: string;
  readonly frame: FixedConfig;
  readonly admin: CaddyAdmin;
  readonly switches: Switch;
  readonly links: HostLinks;
  readonly prover: Prover;
}

export function createConfiguration(deps: ConfigurationDependencies): Configuration {
  const { file, frame, switches, links, prover } = deps;
  const running = createRunningConfig(deps.admin);
  const record = createRecord(deps);
  const exclusively = createQueue();
  /** The hosts that were set last; null until this process has set them. */
  let linkedHosts: readonly InstallationRoutes[] | null = null;

  async function replace(previous: CaddyConfig, next: CaddyConfig, signal: AbortSignal): Promise<void> {
    await write(file, next);
    try {
      if (!(await running.is(next, signal))) await running.load(next, signal);
      await prover.untilKnown(hostsAdded(routesOf(previous), routesOf(next)), signal);
    } catch (error) {
      // If the load was applied after all, the next comparison with what runs puts the old one back.
      await write(file, previous);
      throw error;
    }
    record.set(next);
  }

  async function restore(signal: AbortSignal): Promise<boolean> {
    const config = await record.desired();
    if (await running.is(config, signal)) return false;
    await running.load(config, signal);
    return true;
  }

  async function setRoutes(routes: readonly InstallationRoutes[], signal: AbortSignal): Promise<readonly RouteFault[]> {
    signal.throwIfAborted();
    const { sound, faults } = sortOut(routes);
    await switches.settle(sound);
    const previous = await record.desired();
    const [linkedBefore, { linked }] = [await links.read(), splitByWaiting(sound)];
    const next = renderConfig(frame, sound);
    await links.add(linked);
    try {
      if (isDeepStrictEqual(next, previous)) await restore(signal);
      else await replace(previous, next, signal);
      // One new host stands for all of them: Caddy looks at the links for each request.
      await prover.untilKnown(hostsAdded(linkedBefore, linked).slice(-1), signal);
    } catch (error) {
      await links.add(linkedBefore);
      await links.keepOnly([...linkedBefore, ...among(linked, hostsOf(routesOf(previous)))]);
      throw error;
    }
    await links.keepOnly(linked);
    linkedHosts = linked;
    return faults;
  }

  async function restoreWhatDiffers(signal: AbortSignal): Promise<boolean> {
    const known = record.known();
    if (known === null || !running.isRecent(known)) return restore(signal);
    await deps.admin.ping(signal);
    return false;
  }

  return {
    desired: () => exclusively(record.desired),
    // Somebody may have removed or changed a link by hand. With nothing changed, this looks at a folder's time only.
    restore: (signal) =>
      exclusively(async () => {
        if (linkedHosts !== null) await links.add(linkedHosts);
        const hasLoaded = await restoreWhatDiffers(signal);
        if (linkedHosts !== null) await links.keepOnly(linkedHosts);
        return hasLoaded;
      }),
    setRoutes: (routes, signal) => exclusively(() => setRoutes(routes, signal)),
  };
}

/** The configuration that should run, from what is on disk when it is asked for first. */
function createRecord({ file, frame, links }: Pick<ConfigurationDependencies, "file" | "frame" | "links">) {
  let known: CaddyConfig | null = null;

  /** A host that has a route and a link, as a crash may leave it, is served by its route. */
  async function routesOnDisk(config: unknown): Promise<readonly InstallationRoutes[]> {
    const routes = routesOf(config);
    const routed = new Set(hostsOf(routes));
    const linked = (await links.read()).map(({ installation, routes }) => ({
      installation,
      routes: routes.filter(({ host }) => !routed.has(host)),
    }));
    return inOrder([...routes, ...linked]);
  }

  return {
    known: () => known,
    set(config: CaddyConfig): void {
      known = config;
    },
    async desired(): Promise<CaddyConfig> {
      if (known !== null) return known;
      const onDisk = await read(file);
      const routes = await routesOnDisk(onDisk);
      const config = renderConfig(frame, routes);
      if (!isDeepStrictEqual(onDisk, config)) {
        // An older Baton's configuration has a route for each host.
        await links.add(splitByWaiting(routes).linked);
        await write(file, config);
      }
      known = config;
      return config;
    },
  };
}

/**
 * Links to hosts that have a route, too, when a change has failed. Caddy may run the new configuration, which has no route
 * for them, until the old one is loaded again. Where it has one, a link does no harm.
 */
function among(linked: readonly InstallationRoutes[], routed: readonly string[]): readonly InstallationRoutes[] {
  const those = new Set(routed);
  return linked.map(({ installation, routes }) => ({
    installation,
    routes: routes.filter(({ host }) => those.has(host)),
  }));
}

function hostsAdded(before: readonly InstallationRoutes[], now: readonly InstallationRoutes[]): readonly string[] {
  const old = new Set(hostsOf(before));
  return hostsOf(now).filter((host) => !old.has(host));
}

/** Runs one piece of work at a time, in order. */
function createQueue() {
  let last: Promise<unknown> = Promise.resolve();
  return <T>(work: () => Promise<T>): Promise<T> => {
    const mine = last.then(work);
    last = mine.catch(() => undefined);
    return mine;
  };
}

/**
 * How much of a configuration is read for each millisecond that passes. With ten hosts it is compared every second, with
 * a thousand every 30 s: reading that much each second would take 1 % of a core here, and more in Caddy.
 */
const charactersPerMs = 20;

/** Compares the configuration that Caddy runs, and loads another one. */
function createRunningConfig(admin: CaddyAdmin) {
  /** The text in which Caddy repeated a configuration: equal texts need no parsing. */
  let confirmed: { readonly config: CaddyConfig; readonly text: string; readonly atMs: number } | null = null;

  /** Whether Caddy was seen to run this configuration not long ago. */
  function isRecent(config: CaddyConfig): boolean {
    if (confirmed?.config !== config) return false;
    return performance.now() - confirmed.atMs < confirmed.text.length / charactersPerMs;
  }

  async function is(config: CaddyConfig, signal: AbortSignal): Promise<boolean> {
    const text = await admin.config(signal);
    const atMs = performance.now();
    const same =
      (confirmed?.config === config && confirmed.text === text) || isDeepStrictEqual(JSON.parse(text), config);
    confirmed = same ? { config, text, atMs } : null;
    return same;
  }

  async function load(config: CaddyConfig, signal: AbortSignal): Promise<void> {
    try {
      await admin.load(config, signal);
    } catch (error) {
      // The answer may have been lost on its way, so what runs decides.
      if (!(error instanceof ProxyUnavailable) || !(await is(config, signal))) throw error;
    }
  }

  return { is, isRecent, load };
}

async function write(file: string, config: CaddyConfig): Promise<void> {
  await replaceDurably(file, `${JSON.stringify(config, null, 2)}\n`);
}

/** The file's JSON; null when there is no file, or when it is damaged and the routes must be set again. */
async function read(file: string): Promise<unknown> {
  try {
    return JSON.parse(await readFile(file, "utf8"));
  } catch (error) {
    if (error instanceof SyntaxError || (error instanceof Error && "code" in error && error.code === "ENOENT"))
      return null;
    throw error;
  }
}
