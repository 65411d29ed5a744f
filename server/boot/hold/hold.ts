import { spawn } from "node:child_process";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { holdLimitMs } from "../../ports/proxy.ts";
import { createAdmin } from "../../proxy/process/admin.ts";
import { createGate, type HoldGate } from "../../proxy/switch/gate.ts";
import { countInFlight } from "../../proxy/switch/in-flight.ts";
import { isServedPlain } from "../../rules/routing/urls.ts";
import type { Config } from "../config.ts";
import type { DataFolder } from "../process/data-folder.ts";
import { type HeldRequest, sendThroughFront } from "./held-request.ts";
import { answers, type HeldHost, readTargets } from "./targets.ts";

/** While the command lives, it renews the hold every second; when it is gone, this is how long new requests wait on. */
const renewEveryMs = 1_000;
const leaseMs = 5_000;
const drainTimeoutMs = 10_000;
const provenAfterMs = 500;
const lookEveryMs = 100;
/** Those who have waited from the beginning must still be answered before Caddy gives them up. */
export const longestHoldMs = holdLimitMs - 10_000;

export interface HoldReport {
  readonly heldMs: number;
  /** Hosts whose app answered before and does not now. */
  readonly silent: readonly string[];
}

/**
 * Lets requests to all apps wait while `work` runs, and until the apps that answered before answer again, or `limitMs`
 * is over, or the signal aborts. Without `work`, waits until an app has gone away. Requests in flight end before. Rejects,
 * with nothing held, when it cannot be proved that requests wait.
 */
export async function hold(
  { config, data, say }: { readonly config: Config; readonly data: DataFolder; readonly say: (line: string) => void },
  work: ((signal: AbortSignal) => Promise<void>) | null,
  { limitMs, signal }: { readonly limitMs: number; readonly signal: AbortSignal },
): Promise<HoldReport> {
  const caddyConfig: unknown = JSON.parse(await readFile(join(data.caddy, "caddy.json"), "utf8"));
  const gate = createGate({ routesFolder: data.routes, innerPort: innerPortOf(caddyConfig) });
  const before = await readTargets(data.routes, caddyConfig);
  const answering = (await Promise.all(before.map(async (one) => ((await answers(one)) ? [one] : [])))).flat();
  const began = performance.now();
  const ended = AbortSignal.any([signal, AbortSignal.timeout(limitMs)]);
  const closed = await keepClosed(gate, data.routes, limitMs);
  try {
    const probe = await prove(config, answering);
    say(
      `Requests wait for up to ${Math.round(limitMs / 1000)} s. ${answering.length} of ${before.length} hosts answered before.`,
    );
    await drain(data, answering, say, ended).catch((error: unknown) => {
      if (!ended.aborted) throw error;
    });
    if (work === null) await untilOneIsSilent(answering, ended);
    else await work(ended);
    const silent = await untilAnswering(data.routes, caddyConfig, answering, ended);
    await closed.open();
    await answered(probe);
    return { heldMs: performance.now() - began, silent };
  } finally {
    await closed.open();
  }
}

function innerPortOf(config: unknown): number {
  const { apps } = config as { apps?: { http?: { servers?: { proof?: { listen?: readonly string[] } } } } };
  const port = Number(apps?.http?.servers?.proof?.listen?.[0]?.split(":").at(-1));
  if (!Number.isSafeInteger(port)) throw new Error("Caddy's configuration is of another version. Restart Baton first.");
  return port;
}

/** A shell opens the gate for those who wait when this process is killed: the pipe between them closes then. */
const watchman = 'cat >/dev/null; printf "%s\\n" "$2" >"$1/.address.last" && mv "$1/.address.last" "$1/address"';

async function keepClosed(gate: HoldGate, routesFolder: string, limitMs: number) {
  await gate.tend(Date.now());
  const folder = join(routesFolder, "gate");
  const inner = (await readFile(join(folder, "address"), "utf8")).trim();
  const shell = spawn("/bin/sh", ["-c", watchman, "baton-hold", folder, inner], {
    detached: true,
    stdio: ["pipe", "ignore", "ignore"],
  });
  shell.unref();
  const lastMs = Date.now() + limitMs;
  const renew = () => gate.close(Math.min(Date.now() + leaseMs, lastMs));
  await renew();
  const timer = setInterval(() => void renew().catch(() => {}), renewEveryMs);
  return {
    async open() {
      clearInterval(timer);
      await gate.open();
      shell.stdin?.end();
    },
  };
}

/** Null when there is no app that a request could be sent to. */
async function prove(config: Config, [first]: readonly HeldHost[]): Promise<HeldRequest | null> {
  if (!first) return null;
  const { httpPort, httpsPort, domain } = config;
  const probe = sendThroughFront(first.host, { httpPort, httpsPort, plainHttp: isServedPlain(domain) });
  await Promise.race([probe.done, delay(provenAfterMs)]);
  const outcome = probe.outcome();
  if (outcome === null) return probe;
  throw new Error(
    `a request to ${first.host} did not wait (${outcome}). Caddy must run with this version's configuration: restart Baton, then try again`,
  );
}

async function drain(data: DataFolder, hosts: readonly HeldHost[], say: (line: string) => void, signal: AbortSignal) {
  const admin = createAdmin({ socketPath: data.adminSocket });
  const addresses = [...new Set(hosts.map(({ address }) => address))];
  const giveUpAt = performance.now() + drainTimeoutMs;
  while (!signal.aborted) {
    const upstreams = await admin.upstreams(signal);
    const left = addresses.reduce((sum, address) => sum + countInFlight(upstreams, address), 0);
    if (left === 0) return;
    if (performance.now() > giveUpAt) {
      return say(`${left} requests, streams or WebSockets go on after ${drainTimeoutMs / 1000} s. They will be cut.`);
    }
    await delay(lookEveryMs, undefined, { signal }).catch(() => {});
  }
}

async function untilOneIsSilent(hosts: readonly HeldHost[], signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    const all = await Promise.all(hosts.map(answers));
    if (all.includes(false)) return;
    await delay(lookEveryMs, undefined, { signal }).catch(() => {});
  }
}

async function untilAnswering(
  routesFolder: string,
  config: unknown,
  wanted: readonly HeldHost[],
  signal: AbortSignal,
): Promise<readonly string[]> {
  const hosts = new Set(wanted.map(({ host }) => host));
  for (;;) {
    // Read again: a deployment may have moved the traffic meanwhile.
    const now = (await readTargets(routesFolder, config)).filter(({ host }) => hosts.has(host));
    const silent = (await Promise.all(now.map(async (one) => ((await answers(one)) ? [] : [one.host])))).flat();
    if (silent.length === 0 || signal.aborted) return silent;
    await delay(lookEveryMs, undefined, { signal }).catch(() => {});
  }
}

async function answered(probe: HeldRequest | null): Promise<void> {
  if (probe === null) return;
  await Promise.race([probe.done, delay(provenAfterMs * 10)]);
  if (probe.outcome() === null) probe.cancel();
}
