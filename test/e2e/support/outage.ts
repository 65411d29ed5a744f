import { request } from "node:http";
import { setTimeout as delay } from "node:timers/promises";
import Dockerode from "dockerode";
import type { Baton } from "./baton/harness.ts";
import { findDaemon } from "./own-docker.ts";
import { startTraffic } from "./traffic.ts";

/**
 * How a restart of Docker looks from everywhere, in milliseconds since its end was asked for. What was never away is
 * null.
 */
export interface Outage {
  /** A new daemon runs. */
  readonly daemon: number | null;
  /** Docker answers again. */
  readonly docker: number | null;
  /** The container was started again. */
  readonly container: number | null;
  /** The app answers at its container's own address. */
  readonly app: number | null;
  /** It answers where its port is published. */
  readonly port: number | null;
  /** It answers through Caddy. */
  readonly caddy: number | null;
  /** From the first request that was lost until the last one. */
  readonly lostForMs: number;
  readonly lost: number;
  readonly requests: number;
}

const lookEveryMs = 20;
const answerLimitMs = 500;
/** Longer than any restart takes. */
const giveUpMs = 120_000;
const before = 1_000;
/** A restart has begun, and its last effects have been seen. */
const [surelyBegunMs, quietMs] = [6_000, 2_000];

const docker = new Dockerode();
const quickly = new Dockerode({ timeout: answerLimitMs });
const succeeds = (attempt: Promise<unknown>) =>
  attempt.then(
    () => true,
    () => false,
  );

/** Ends the daemon with this signal while the product is asked every 50 ms, over new connections and a kept one. */
export async function restartUnderLoad(baton: Baton, product: string, signal: NodeJS.Signals): Promise<Outage> {
  const { address, published, startedAt } = await whereabouts(baton, product);
  const traffic = (["new", "kept"] as const).map((connections) =>
    startTraffic({ httpPort: baton.httpPort, product, connections, workers: 1, pauseMs: 50 }),
  );
  await delay(before);
  const pid = await findDaemon();
  process.kill(pid, signal);
  const [sinceMs, sinceClock] = [performance.now(), Date.now()];
  const ending = new AbortController();
  const returning = (holds: () => Promise<boolean>) => untilBack(sinceMs, holds, ending.signal);
  const throughCaddy = () =>
    answers({ host: "127.0.0.1", port: baton.httpPort }, `${product}.localhost:${baton.httpPort}`);
  const phases = Promise.all([
    returning(async () => (await findDaemon().catch(() => pid)) !== pid),
    returning(() => succeeds(quickly.ping())),
    returning(() => answers(address, product)),
    returning(() => answers(published, product)),
    returning(throughCaddy),
  ]);
  await delay(surelyBegunMs);
  while (performance.now() - sinceMs < giveUpMs) {
    if ((await succeeds(quickly.ping())) && (await throughCaddy())) break;
    await delay(lookEveryMs);
  }
  await delay(quietMs);
  ending.abort();
  const [daemon, answering, app, port, caddy] = await phases;
  const reports = await Promise.all(traffic.map((one) => one.stop()));
  const lost = reports.flatMap(({ failures }) => failures);
  const again = (await whereabouts(baton, product)).startedAt;
  return {
    ...{ daemon, docker: answering, app, port, caddy },
    container: again === startedAt ? null : again - sinceClock,
    lostForMs: spanOf(lost),
    lost: lost.length,
    requests: reports.flatMap(({ samples }) => samples).length,
  };
}

function spanOf(samples: readonly { readonly startMs: number; readonly endMs: number }[]): number {
  if (samples.length === 0) return 0;
  const [starts, ends] = [samples.map(({ startMs }) => startMs), samples.map(({ endMs }) => endMs)];
  return Math.round(Math.max(...ends) - Math.min(...starts));
}

async function whereabouts(baton: Baton, product: string) {
  const [name = ""] = await baton.containersOf(product);
  const { State: state, HostConfig: host, NetworkSettings: net } = await docker.getContainer(name).inspect();
  const [[port, [binding]] = ["", []]] = Object.entries(
    host.PortBindings as Record<string, { HostIp: string; HostPort: string }[]>,
  );
  const [network] = Object.values(net.Networks);
  return {
    startedAt: Date.parse(state.StartedAt),
    address: { host: network?.IPAddress ?? "", port: Number.parseInt(port, 10) },
    published: { host: binding?.HostIp ?? "", port: Number(binding?.HostPort) },
  };
}

/** Whether somebody answers there, and no gateway says that the app does not. */
function answers(at: { readonly host: string; readonly port: number }, name: string): Promise<boolean> {
  return new Promise((resolve) => {
    const asked = request({ ...at, agent: false, timeout: answerLimitMs, headers: { Host: name } });
    asked.on("response", (answer) => {
      answer.resume();
      resolve((answer.statusCode ?? 500) < 500);
    });
    asked.on("timeout", () => asked.destroy());
    asked.on("error", () => resolve(false));
    asked.end();
  });
}

/** When it held again, after the last time that it did not. Null when it held all the time. */
async function untilBack(sinceMs: number, holds: () => Promise<boolean>, signal: AbortSignal): Promise<number | null> {
  let wasAway = false;
  let backMs: number | null = null;
  while (!signal.aborted) {
    if (await holds()) backMs ??= performance.now() - sinceMs;
    else [wasAway, backMs] = [true, null];
    await delay(lookEveryMs);
  }
  return wasAway ? Math.round(backMs ?? Number.POSITIVE_INFINITY) : null;
}
