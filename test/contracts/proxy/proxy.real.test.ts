import { describe, expect } from "vitest";
import { createLoopbackProber } from "../../../server/probe/loopback-prober.ts";
import { eventually } from "../../docker/eventually.ts";
import { get } from "../../proxy/http-client.ts";
import { createTestBed } from "../../proxy/real-caddy.ts";
import { createRealApps } from "../real-apps.ts";
import { proxyContract } from "./proxy.ts";

const prober = createLoopbackProber();
const never = new AbortController().signal;

describe("Caddy", () => {
  proxyContract(async () => {
    const [bed, apps] = await Promise.all([createTestBed(), createRealApps()]);
    await bed.proxy.start(AbortSignal.timeout(60_000));
    return {
      proxy: bed.proxy,
      eventually,
      async run(app = {}) {
        const running = await apps.run(app);
        const look = () => prober.tcp(running.address, 50, 1_000, never);
        await eventually(async () => expect(await look()).toMatchObject({ type: "open" }));
        return running;
      },
      visit: async (host) => (await get(bed.options.httpPort, host)).status,
      async [Symbol.asyncDispose]() {
        await bed[Symbol.asyncDispose]();
        await apps[Symbol.asyncDispose]();
      },
    };
  });
});
