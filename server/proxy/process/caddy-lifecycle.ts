import { setTimeout as delay } from "node:timers/promises";
import { listenersOf } from "../config/config-reader.ts";
import type { Configuration } from "../config/configuration.ts";
import { assertFree } from "../config/listeners.ts";
import type { Prover } from "../switch/prove.ts";
import type { CaddyAdmin } from "./admin.ts";
import type { CaddyProcess } from "./caddy-process.ts";

const startTimeoutMs = 15_000;
/** How long to wait for a Caddy that was found and may still be starting. */
export const adoptTimeoutMs = 1_000;
/** How long to wait for a Caddy that its keeper starts again, which may pause before it does. */
export const keptPatienceMs = 5_000;
const startPollMs = 20;

export interface LifecycleDependencies {
  readonly admin: CaddyAdmin;
  readonly caddy: CaddyProcess;
  readonly configuration: Configuration;
  readonly prover: Prover;
  /** The environment variable that sets each port, for sentences about it. */
  readonly portSettings: ReadonlyMap<number, string>;
}

/** Starts, adopts and ends the Caddy of a folder. */
export interface CaddyLifecycle {
  answersWithin(timeoutMs: number, signal: AbortSignal): Promise<boolean>;
  /** Whether the running Caddy can be kept: it answers, and listens where it should. */
  adopt(signal: AbortSignal): Promise<boolean>;
  /** Rejects with a sentence that says why Caddy cannot start. `onEnded` is called when this Caddy exits. */
  launch(signal: AbortSignal, onEnded: () => void): Promise<void>;
  end(): Promise<void>;
}

export function createCaddyLifecycle(deps: LifecycleDependencies): CaddyLifecycle {
  const { admin, caddy, configuration, prover } = deps;

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

  async function adoptPatienceMs(): Promise<number> {
    if ((await caddy.find()) !== null) return adoptTimeoutMs;
    // It ended a moment ago and is just being started again; a second one would share its ports.
    return (await caddy.isKept()) ? keptPatienceMs : 0;
  }

  return {
    answersWithin,

    async adopt(signal) {
      if (!(await answersWithin(await adoptPatienceMs(), signal))) return false;
      const [running, desired] = [JSON.parse(await admin.config(signal)), await configuration.desired()];
      // A load that cannot bind leaves the traffic split between old and new, so other listeners need a new process.
      if (listenersOf(running).join() !== listenersOf(desired).join()) return false;
      await configuration.restore(signal);
      return true;
    },

    async launch(signal, onEnded) {
      // At most one starts it.
      await caddy.letGo();
      await assertFree(listenersOf(await configuration.desired()), deps.portSettings);
      const { ended, lastWords, keep } = caddy.launch();
      void ended.then(onEnded);
      const giveUpAt = performance.now() + startTimeoutMs;
      while (!(await answers(signal))) {
        if (lastWords() !== null) throw new Error(`Caddy did not start: ${lastWords()}`);
        if (performance.now() > giveUpAt) throw new Error("Caddy was started, but its admin socket is not responding.");
        await delay(startPollMs, undefined, { signal });
      }
      await keep();
    },

    async end() {
      await caddy.letGo();
      const pid = await caddy.find();
      if (pid !== null) return caddy.end(pid);
      // A service manager started it, so it is asked to stop; one that is not running need not be.
      const patience = AbortSignal.timeout(startTimeoutMs);
      if (!(await answers(patience))) return;
      await admin.stop(patience);
      while ((await answers(patience)) || (await prover.listens(patience))) await delay(startPollMs);
    },
  };
}
