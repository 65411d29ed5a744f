import { expect, test } from "vitest";
import { countInFlight } from "../../../server/proxy/switch/in-flight.ts";
import { local } from "../sample-routes.ts";

test("requests are counted by address, wherever Caddy lists it", () => {
  const upstreams = [
    { address: "127.0.0.1:9301", num_requests: 2, fails: 0 },
    { address: "127.0.0.1:93010", num_requests: 50, fails: 0 },
    { address: "127.0.0.2:9301", num_requests: 70, fails: 0 },
    { address: "{file./data/routes/7/live/@web}", num_requests: 9, fails: 0 },
    { address: "127.0.0.1:9301", num_requests: 1, fails: 0 },
  ];
  expect(countInFlight(upstreams, local(9301))).toBe(3);
  expect(countInFlight(upstreams, local(9302))).toBe(0);
});

test("an answer that is no list is an error, not a zero: draining would end too early", () => {
  expect(() => countInFlight({ error: "moved" }, local(9301))).toThrow(TypeError);
});
