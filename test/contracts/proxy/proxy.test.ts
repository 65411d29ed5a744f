import { describe } from "vitest";
import { createFakeCaddy } from "../../fakes/fake-caddy.ts";
import { createFakeClock } from "../../fakes/fake-clock.ts";
import { createVirtualTime } from "../../fakes/virtual-time.ts";
import { createFakeApps } from "../fake-apps.ts";
import { proxyContract } from "./proxy.ts";

describe("the fake Caddy", () => {
  proxyContract(async () => {
    const clock = createFakeClock();
    const time = createVirtualTime(clock);
    const apps = await createFakeApps(clock, time);
    const caddy = createFakeCaddy(apps.docker, clock);
    return {
      proxy: caddy,
      eventually: time.eventually,
      run: (app = {}) => apps.run(app),
      visit: async (host) => (await caddy.request(host)).status,
      async [Symbol.asyncDispose]() {},
    };
  });
});
