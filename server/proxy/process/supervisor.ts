import { mkdir } from "node:fs/promises";
import { dirname } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { gte } from "semver";
import { ProxyUnavailable } from "../../ports/proxy.ts";
import type { OlderFiles } from "../switch/address-files.ts";
import type { HoldGate } from "../switch/gate.ts";
import { isSocketGone } from "./admin.ts";
import {
  adoptTimeoutMs,
  type CaddyLifecycle,
  createCaddyLifecycle,
  keptPatienceMs,
  type LifecycleDependencies,
} from "./caddy-lifecycle.ts";
import type { CaddyProcess } from "./caddy-process.ts";

/** Keeps one Caddy running with the right configuration. Caddy keeps serving when Baton ends. */
export interface CaddySupervisor {
  /**
   * Adopts the Caddy that runs from this folder, or starts one. Rejects with a sentence that says why neither is
   * possible.
   */
  start(signal: AbortSignal): Promise<void>;
  /** Runs until aborted: restarts Caddy when it has died, and restores its configuration when somebody changed it. */
  watch(signal: AbortSignal): Promise<void>;
  /** Ends Caddy, which takes every app offline. */
  stop(): Promise<void>;
  /** Resolves with the version of the binary, e.g. `2.11.4`. */
  version(): Promise<string>;
}

export interface SupervisorDependencies extends LifecycleDependencies {
  readonly folder: string;
  readonly routesFolder: string;
  readonly adminSocket: string;
  readonly olderFiles: OlderFiles;
  readonly gate: HoldGate;
  readonly log: (message: string) => void;
  /** How often the watch checks; tests shorten it. */
  readonly watchPollMs?: number;
}

/** Older versions forget requests in flight when their route is removed, and switching by file is untested on them. */
const oldestVersion = "2.11.2";
const usualWatchPollMs = 1_000;
const longestPauseMs = 15_000;
const longSilenceMs = 60_000;
/** Its unit says RestartSec=1. */
const servicePatienceMs = 3_000;

export function createSupervisor(deps: SupervisorDependencies): CaddySupervisor {
  const { caddy, gate, olderFiles, watchPollMs = usualWatchPollMs } = deps;
  const lifecycle = createCaddyLifecycle(deps);
  const repair = createRepair(deps, lifecycle, () => alarm.abort());
  let stopped = false;
  /** Aborted when the Caddy that was launched here exits, so that the watch looks at once. An adopted one is polled. */
  let alarm = new AbortController();

  return {
    async start(signal) {
      stopped = false;
      await assertVersion(caddy);
      for (const folder of [deps.folder, deps.routesFolder, dirname(deps.adminSocket)]) {
        await mkdir(folder, { recursive: true, mode: 0o700 });
      }
      await gate.tend(Date.now());
      const isOlder = await olderFiles.convert();
      if (!(await lifecycle.adopt(signal))) {
        await lifecycle.end();
        await lifecycle.launch(signal, () => alarm.abort());
      }
      if (isOlder) await olderFiles.remove();
    },

    async watch(signal) {
      let failures = 0;
      signal.addEventListener("abort", () => alarm.abort(), { once: true });
      while (!signal.aborted) {
        const pauseMs = Math.min(watchPollMs * 2 ** failures, longestPauseMs);
        await delay(pauseMs, undefined, { signal: alarm.signal }).catch(() => {});
        alarm = new AbortController();
        if (signal.aborted || stopped) continue;
        try {
          await gate.tend(Date.now());
          await repair.run(signal);
          failures = 0;
        } catch (error) {
          if (signal.aborted) return;
          failures += 1;
          repair.sayOnce(error instanceof Error ? error.message : String(error));
        }
      }
    },

    async stop() {
      stopped = true;
      await lifecycle.end();
    },

    version: () => caddy.version(),
  };
}

async function assertVersion(caddy: CaddyProcess): Promise<void> {
  const version = await caddy.version();
  if (!gte(version, oldestVersion)) {
    throw new Error(`Caddy ${version} is too old: Baton needs ${oldestVersion} or newer (BATON_CADDY_BIN).`);
  }
}

/** Looks at Caddy once and repairs what is wrong. A state that lasts is logged once. */
function createRepair(deps: SupervisorDependencies, lifecycle: CaddyLifecycle, onEnded: () => void) {
  const { caddy, configuration, prover, log } = deps;
  let lastSaid = "";
  let silentSince: number | null = null;

  function sayOnce(message: string): void {
    if (message !== lastSaid) log(message);
    lastSaid = message;
  }

  /** Null while the admin socket may only be slow, as it is on a busy machine. */
  function adminTrouble(error: ProxyUnavailable): string | null {
    if (isSocketGone(error)) return "its admin socket is gone: restart Baton before you add hosts.";
    silentSince ??= performance.now();
    if (performance.now() - silentSince < longSilenceMs) return null;
    return "its admin socket has not responded for a minute: hosts can be added once it does.";
  }

  async function revive(error: ProxyUnavailable, signal: AbortSignal): Promise<void> {
    const pid = await caddy.find();
    if (pid !== null && (await prover.listens(signal))) {
      const trouble = adminTrouble(error);
      if (trouble !== null) sayOnce(`Caddy is serving (process ${pid}), but ${trouble}`);
      return;
    }
    // Caddy may still be starting, or somebody emptied its configuration, which moves the admin endpoint elsewhere.
    if (pid !== null && (await lifecycle.answersWithin(adoptTimeoutMs, signal))) return;
    if (pid === null && (await isBroughtBack(signal))) return log("Caddy has exited and was started again.");
    if (pid !== null) await caddy.end(pid);
    log(pid === null ? "Caddy has exited; starting it again." : "Caddy is serving nothing; starting it again.");
    await lifecycle.launch(signal, onEnded);
  }

  /** Caddy's keeper, or systemd for a Caddy that is its service, starts it again by itself. */
  async function isBroughtBack(signal: AbortSignal): Promise<boolean> {
    const patienceMs = (await caddy.isKept()) ? keptPatienceMs : servicePatienceMs;
    return lifecycle.answersWithin(patienceMs, signal);
  }

  return {
    sayOnce,

    async run(signal: AbortSignal): Promise<void> {
      try {
        if (await configuration.restore(signal)) {
          log("Caddy was running a configuration that isn't Baton's; Baton's has been loaded again.");
        }
        lastSaid = "";
        silentSince = null;
      } catch (error) {
        if (signal.aborted || !(error instanceof ProxyUnavailable)) throw error;
        await revive(error, signal);
      }
    },
  };
}
