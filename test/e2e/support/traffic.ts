import { Agent, request } from "node:http";
import { setTimeout as delay } from "node:timers/promises";

/** One request to an app and its result. Times are milliseconds of one monotonic clock. */
export interface Sample {
  readonly startMs: number;
  readonly endMs: number;
  /** 3 for v3; null when the request failed. */
  readonly version: number | null;
  /** Why the request failed: `ECONNRESET`, `status 502`, `status 500: the answer's text` … */
  readonly failure: string | null;
}

export interface TrafficReport {
  readonly samples: readonly Sample[];
  readonly failures: readonly Sample[];
  /** The versions that answered, ascending. */
  readonly versions: readonly number[];
  /** Requests that an older version answered although a newer one had answered before they began. */
  readonly wentBack: readonly Sample[];
}

export interface Traffic {
  /** Resolves once this version has answered. */
  sees(version: number): Promise<void>;
  stop(): Promise<TrafficReport>;
}

export interface TrafficOptions {
  readonly httpPort: number;
  readonly product: string;
  /** The web service to ask; by default the product's first one. */
  readonly service?: string;
  /** The path to request; by default `/version`. An answer of several words must name one version in all of them. */
  readonly path?: string;
  /**
   * `new` opens a connection for each request. `kept` gives each worker one connection, and never retries. `reopened`
   * does so as browsers do: a request on a kept connection that turns out to be closed is sent again on a new one.
   */
  readonly connections: "new" | "kept" | "reopened";
  readonly workers: number;
  /**
   * The pause between two requests of a worker. Without it, the requests would take whole cores from what they measure.
   */
  readonly pauseMs: number;
}

/** Requests an app's version until it is stopped; each worker sends one request after the other. */
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
    const agent = options.connections === "new" ? false : new Agent({ keepAlive: true, maxSockets: 1 });
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
    const asked = request({
      host: "127.0.0.1",
      port: httpPort,
      path,
      headers: { Host: `${host}.localhost:${httpPort}` },
      agent,
    })
      .on("error", (error: NodeJS.ErrnoException) => {
        if (options.connections === "reopened" && asked.reusedSocket && error.code === "ECONNRESET")
          resolve(ask(options, false));
        else end(null, error.code ?? error.message);
      })
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

/** Exported so that the oracle itself can be tested: it must be able to find faults. */
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
