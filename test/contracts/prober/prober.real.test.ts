import { describe } from "vitest";
import { createLoopbackProber } from "../../../server/probe/loopback-prober.ts";
import { eventually } from "../../docker/eventually.ts";
import { createRealApps } from "../real-apps.ts";
import { proberContract } from "./prober.ts";

describe("the prober of real sockets", () => {
  proberContract(async () => ({ ...(await createRealApps()), prober: createLoopbackProber(), eventually }));
});
