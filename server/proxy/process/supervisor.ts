import { mkdir } from "node:fs/promises";
import { dirname } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { gte } from "semver";
import { ProxyUnavailable } from "../../ports/proxy.ts";
import { listenersOf } from "../config/config-reader.ts";
import type { Configuration } from "../config/configuration.ts";
import { assertFree } from "../config/listeners.ts";
import type { OlderFiles } from "../switch/address-files.ts";
import type { Prover } from "../switch/prove.ts";
import { type CaddyAdmin, isSocketGone } from "./admin.ts";
import type { CaddyProcess } from "./caddy-process.ts";

/** Keeps one Caddy running with the right configuration. It serves on when Baton ends. */
export interface CaddySupervisor {
  /** Adopts the Caddy that runs from this folder, or starts one. Rejects with a sentence that says why it cannot. */
  start(signal: AbortSignal): Promise<void>;
  /** Until aborted: restarts Caddy when it has died, and puts back its configuration when somebody changed it. */
  watch(signal: AbortSignal): Promise<void>;
  /** Ends Caddy; every app goes off the air. */
  stop(): Promise<void>;
  /** The version of the binary, e.g. `2.11.4`. */
  version(): Promise<string>;
}

export interface SupervisorDependencies {
  readonly folder: string;
  readonly routesFolder: string;
  readonly adminSocket: string;
  readonly admin: CaddyAdmin;
  readonly caddy: CaddyProcess;
  readonly configuration: Configuration;
  readonly prover: Prover;
  /** Which environment variable sets a port, for sentences about it. */
  readonly portSettings: ReadonlyMap<number, string>;
  readonly olderFiles: OlderFiles;
  readonly log: (message: string) => void;
  /** How often the watch looks; a test need not wait for it. */
  readonly watchPollMs?: number;
}

/** Before it, requests in flight are forgotten when their route goes, and switching by file is untried. */
const oldestVersion = "2.11.2";
const startTimeoutMs = 15_000;
/** For a Caddy that was found and may be starting itself. */
const adoptTimeoutMs = 1_000;
const startPollMs = 20;
const usualWatchPollMs = 1_000;
const longestPauseMs = 15_000;
const longSilenceMs = 60_000;

export function createSupervisor(deps: SupervisorDependencies): CaddySupervisor {
  const { admin, caddy, configuration, prover, olderFiles, log, watchPollMs = usualWatchPollMs } = deps;
  let stopped = false;
  /** Aborted when the Caddy that was launched here ends, so that the watch looks at once; an adopted one is polled. */
  let alarm = new AbortController();
  let lastSaid = "";
  let silentSince: number | null = null;

  /** A state that lasts is worth one line. */
  function sayOnce(message: string): void {
    if (message !== lastSaid) log(message);
    lastSaid = message;
  }

  /** Null: it may only be slow, as it is on a busy machine. */
  function adminTrouble(error: ProxyUnavailable): string | null {
    if (isSocketGone(error)) return "its admin socket is gone: restart Baton before you add hosts.";
    silentSince ??= performance.now();
    if (performance.now() - silentSince < longSilenceMs) return null;
    return "its admin socket has not responded for a minute: hosts can be added once it does.";
  }

  async function answers(signal: AbortSignal): Promise<boolean> {
    return admin.ping(signal).then(
      () => true,
      () => {
        signal.throwIfAborted();
        return false;
      },
    );
  }

  async function answersWithin(timeoutMs: number, signal: AbortSignal): Promise<boolean> {
    const giveUpAt = performance.now() + timeoutMs;
    while (!(await answers(signal))) {
      if (performance.now() > giveUpAt) return false;
      await delay(startPollMs, undefined, { signal });
    }
    return true;
  }

  async function launch(signal: AbortSignal): Promise<void> {
    await assertFree(listenersOf(await configuration.desired()), deps.portSettings);
    const { ended, lastWords } = caddy.launch();
    void ended.then(() => alarm.abort());
    const giveUpAt = performance.now() + startTimeoutMs;
    while (!(await answers(signal))) {
      if (lastWords() !== null) throw new Error(`Caddy did not start: ${lastWords()}`);
      if (performance.now() > giveUpAt) throw new Error("Caddy was started, but its admin socket is not responding.");
      await delay(startPollMs, undefined, { signal });
    }
  }

  async function end(): Promise<void> {
    const pid = await caddy.find();
    if (pid !== null) return caddy.end(pid);
    // Started by somebody else (a service manager), so it is asked; one that does not run need not be.
    const patience = AbortSignal.timeout(startTimeoutMs);
    if (!(await answers(patience))) return;
    await admin.stop(patience);
    while ((await answers(patience)) || (await prover.listens(patience))) await delay(startPollMs);
  }

  /** Whether the Caddy that runs can be kept: it answers, and listens where it should. */
  async function adopt(signal: AbortSignal): Promise<boolean> {
    const patienceMs = (await caddy.find()) === null ? 0 : adoptTimeoutMs;
    if (!(await answersWithin(patienceMs, signal))) return false;
    const [running, desired] = [JSON.parse(await admin.config(signal)), await configuration.desired()];
    // A load that cannot bind leaves the traffic split between old and new: other listeners want another process.
    if (listenersOf(running).join() !== listenersOf(desired).join()) return false;
    await configuration.restore(signal);
    return true;
  }

  async function assertVersion(): Promise<void> {
    const version = await caddy.version();
    if (!gte(version, oldestVersion)) {
      throw new Error(`Caddy ${version} is too old: Baton needs ${oldestVersion} or newer (BATON_CADDY_BIN).`);
    }
  }

  /** One look: puts right what is wrong. */
  async function tend(signal: AbortSignal): Promise<void> {
    try {
      if (await configuration.restore(signal))
        log("Caddy was running a configuration that isn't Baton's; Baton's has been loaded again.");
      lastSaid = "";
      silentSince = null;
    } catch (error) {
      if (signal.aborted || !(error instanceof ProxyUnavailable)) throw error;
      const pid = await caddy.find();
      if (pid !== null && (await prover.listens(signal))) {
        const trouble = adminTrouble(error);
        if (trouble !== null) sayOnce(`Caddy is serving (process ${pid}), but ${trouble}`);
        return;
      }
      // It may be starting, or somebody emptied its configuration, which moves the admin endpoint elsewhere.
      if (pid !== null && (await answersWithin(adoptTimeoutMs, signal))) return;
      if (pid !== null) await caddy.end(pid);
      log(pid === null ? "Caddy has exited; starting it again." : "Caddy is serving nothing; starting it again.");
      await launch(signal);
    }
  }

  return {
    async start(signal) {
      stopped = false;
      await assertVersion();
      for (const folder of [deps.folder, deps.routesFolder, dirname(deps.adminSocket)]) {
        await mkdir(folder, { recursive: true, mode: 0o700 });
      }
      const isOlder = await olderFiles.convert();
      if (!(await adopt(signal))) {
        await end();
        await launch(signal);
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
          await tend(signal);
          failures = 0;
        } catch (error) {
          if (signal.aborted) return;
          failures += 1;
          sayOnce(error instanceof Error ? error.message : String(error));
        }
      }
    },

    async stop() {
      stopped = true;
      await end();
    },

    version: () => caddy.version(),
  };
}
