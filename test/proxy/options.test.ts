import { expect, test } from "vitest";
import { type CaddyProxyOptions, createCaddyProxy } from "../../server/proxy/caddy-proxy.ts";

const options: CaddyProxyOptions = {
  folder: "/data/caddy",
  routesFolder: "/data/routes",
  adminSocket: "/data/caddy/admin.sock",
  bin: "caddy",
  httpPort: 80,
  httpsPort: 443,
  plainHttp: false,
  internalPorts: { proof: 19001, resting: 19002 },
  publicHost: { host: "baton.example.com", upstreamPort: 4000 },
};

test("sound options make a proxy", () => {
  expect(createCaddyProxy(options)).toHaveProperty("setRoutes");
});

test.each([
  { folder: "/data/{env.HOME}/caddy" },
  { routesFolder: "/data/}" },
  { adminSocket: "/data/a|0777" },
  { folder: "data" },
])("a path that Caddy would misread is refused in one sentence: %o", (changes) => {
  expect(() => createCaddyProxy({ ...options, ...changes })).toThrow(/^Caddy can't work below .+: the path must be/);
});

test("a socket path that the system can't hold is refused with its length", () => {
  const adminSocket = `/${"é".repeat(54)}`;
  expect(() => createCaddyProxy({ ...options, adminSocket })).toThrow("is 109 bytes long, but may have at most 107");
});

test("a public host that is none is refused", () => {
  const publicHost = { host: "{env.SECRET}", upstreamPort: 4000 };
  expect(() => createCaddyProxy({ ...options, publicHost })).toThrow("is not a host name");
});
