import { Agent, request } from "node:http";
import { setTimeout as delay } from "node:timers/promises";

/** One question to an app, and what became of it. Times are milliseconds of one monotonic clock. */
export interface Sample {
  readonly startMs: number;
  readonly endMs: number;
  /** 3 for v3; null: it failed. */
  readonly version: number | null;
  /** Why it failed: `ECONNRESET`, `status 502`, `status 500: what the answer said` … */
  readonly failure: string | null;
}

export interface TrafficReport {
  readonly samples: readonly Sample[];
  readonly failures: readonly Sample[];
  /** Those that answered, ascending. */
  readonly versions: readonly number[];
  /** Questions that began when a newer version had answered already, and were answered by an older one. */
  readonly wentBack: readonly Sample[];
}

export interface Traffic {
  /** Resolves when this version has answered. */
  sees(version: number): Promise<void>;
  stop(): Promise<TrafficReport>;
}

export interface TrafficOptions {
  readonly httpPort: number;
  readonly product: string;
  /** Of a product with several web services; its first one, if left out. */
  readonly service?: string;
  /** What is asked for; `/version`, if left out. An answer of several words must name one version in all of them. */
  readonly path?: string;
  /** `new`: a connection for each request. `kept`: one connection for each worker, and nothing is tried twice. */
  readonly connections: "new" | "kept";
  readonly workers: number;
  /** Between two requests of a worker. Without one, the requests take whole cores from what they are to measure. */
  readonly pauseMs: number;
}

/** Asks an app for its version, one request after the other in each worker, until it is stopped. */
export function startTraffic(options: TrafficOptions): Traffic {
  const { workers, pauseMs } = options;
  const samples: Sample[] = [];
  const seen = new Map<number, () => void>();
  let stopped = false;
  const running = Array.from({ length: workers }, work);

  return {
    async sees(version) {
      if (samples.some((sample) => sample.version === version)) return;
      await new Promise<void>((resolve) => seen.set(version, resolve));
    },
    async stop() {
      stopped = true;
      await Promise.all(running);
      return report(samples);
    },
  };

  async function work(): Promise<void> {
    const agent = options.connections === "kept" ? new Agent({ keepAlive: true, maxSockets: 1 }) : false;
    while (!stopped) {
      const sample = await ask(options, agent);
      samples.push(sample);
      if (sample.version !== null) seen.get(sample.version)?.();
      await delay(pauseMs);
    }
    if (agent) agent.destroy();
  }
}

function ask(options: TrafficOptions, agent: Agent | false): Promise<Sample> {
  const { httpPort, product, service, path = "/version" } = options;
  const host = service === undefined ? product : `${service}.${product}`;
  const startMs = performance.now();
  return new Promise((resolve) => {
    const end = (version: number | null, failure: string | null) =>
      resolve({ startMs, endMs: performance.now(), version, failure });
    request({
      host: "127.0.0.1",
      port: httpPort,
      path,
      headers: { Host: `${host}.localhost:${httpPort}` },
      agent,
    })
      .on("error", (error: NodeJS.ErrnoException) => end(null, error.code ?? error.message))
      .on("response", (answer) => {
        let body = "";
        answer
          .setEncoding("utf8")
          .on("data", (part: string) => {
            body += part;
          })
          .on("error", (error: NodeJS.ErrnoException) => end(null, error.code ?? error.message))
          .on("end", () => {
            const versions = new Set(body.split(" ").map((word) => /^v(\d+)$/.exec(word)?.[1]));
            const [version] = versions;
            if (answer.statusCode !== 200 || version === undefined)
              end(null, [`status ${answer.statusCode}`, body].filter(Boolean).join(": "));
            else if (versions.size > 1) end(null, `two versions in one answer: ${body}`);
            else end(Number(version), null);
          });
      })
      .end();
  });
}

/** Exported for the test of the oracle itself: what finds nothing must be able to find something. */
export function report(samples: readonly Sample[]): TrafficReport {
  const answered = samples.flatMap((sample) =>
    sample.version === null ? [] : [{ ...sample, version: sample.version }],
  );
  const byStart = answered.toSorted((a, b) => a.startMs - b.startMs);
  const byEnd = answered.toSorted((a, b) => a.endMs - b.endMs);

  const wentBack: Sample[] = [];
  let newest = 0;
  let ended = 0;
  for (const sample of byStart) {
    for (let other = byEnd[ended]; other && other.endMs < sample.startMs; other = byEnd[++ended]) {
      newest = Math.max(newest, other.version);
    }
    if (sample.version < newest) wentBack.push(sample);
  }
  const versions = [...new Set(answered.map(({ version }) => version))].sort((a, b) => a - b);
  return { samples, failures: samples.filter(({ failure }) => failure !== null), versions, wentBack };
}
