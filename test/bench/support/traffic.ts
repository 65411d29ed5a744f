import { Agent, request } from "node:http";

export interface Traffic {
  /** The number of requests so far. */
  count(): number;
  stop(): Promise<{ readonly lost: number; readonly tookMs: readonly number[] }>;
}

/** Two clients on loopback that ask without a pause, on a new connection each time or on one that they keep. */
export function startTraffic(connections: "new" | "kept", port: number, host: string): Traffic {
  let stopped = false;
  let lost = 0;
  const tookMs: number[] = [];
  const clients = [0, 1].map(async () => {
    const agent = connections === "kept" ? new Agent({ keepAlive: true, maxSockets: 1 }) : false;
    while (!stopped) {
      const beganMs = performance.now();
      if (!(await answers(port, host, agent))) lost += 1;
      tookMs.push(performance.now() - beganMs);
    }
    if (agent) agent.destroy();
  });
  return {
    count: () => tookMs.length,
    async stop() {
      stopped = true;
      await Promise.all(clients);
      return { lost, tookMs };
    },
  };
}

function answers(port: number, host: string, agent: Agent | false): Promise<boolean> {
  return new Promise((resolve) => {
    request({ host: "127.0.0.1", port, headers: { Host: host }, agent }, (response) => {
      response
        .resume()
        .on("end", () => resolve(response.statusCode === 200))
        .on("error", () => resolve(false));
    })
      .on("error", () => resolve(false))
      .end();
  });
}
