import { describe } from "vitest";
import { createFakeClock } from "../../fakes/fake-clock.ts";
import { createFakeProber } from "../../fakes/host/fake-prober.ts";
import { createVirtualTime } from "../../fakes/virtual-time.ts";
import { createFakeApps } from "../fake-apps.ts";
import { proberContract } from "./prober.ts";

describe("the prober of the fake Docker", () => {
  proberContract(async () => {
    const clock = createFakeClock();
    const time = createVirtualTime(clock);
    const apps = await createFakeApps(clock, time);
    return {
      ...apps,
      prober: time.passingFor(createFakeProber(apps.docker, clock)),
      eventually: time.eventually,
      async [Symbol.asyncDispose]() {},
    };
  });
});
