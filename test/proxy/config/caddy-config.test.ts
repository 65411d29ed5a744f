import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { InstallationId } from "../../../server/model/names/ids.ts";
import type { InstallationRoutes } from "../../../server/ports/proxy.ts";
import { type FixedConfig, renderConfig } from "../../../server/proxy/config/caddy-config.ts";
import { listenersOf, routesOf } from "../../../server/proxy/config/config-reader.ts";
import { inOrder } from "../../../server/proxy/switch/route-table.ts";

const frame: FixedConfig = {
  folder: "/data/caddy",
  routesFolder: "/data/routes",
  httpPort: 8080,
  httpsPort: 8443,
  plainHttp: true,
  ipv6Loopback: true,
  internalPorts: { proof: 19001, resting: 19002 },
  publicHost: null,
  adminSocket: "/data/caddy/admin.sock",
};
const secure: FixedConfig = {
  ...frame,
  plainHttp: false,
  publicHost: { host: "baton.example.com", upstreamPort: 4000 },
};

const shop: InstallationRoutes = {
  installation: 7 as InstallationId,
  routes: [
    { host: "shop.localhost", service: "web" },
    { host: "api.shop.localhost", service: "api" },
    { host: "www.shop.localhost", service: "web" },
  ],
};

/** The same, whose requests wait while a service is replaced. */
const waitingShop = { ...shop, routes: shop.routes.map((route) => ({ ...route, waits: true })) };

describe("apps over plain HTTP", () => {
  const { front, proof, resting } = serversOf(renderConfig(frame, [waitingShop]));

  test("no host of theirs is in the configuration, so that it stays as it is when hosts come and go", () => {
    expect(renderConfig(frame, [shop])).toEqual(renderConfig(frame, []));
  });

  test("a service that waits has a route for all its hosts, dialled through the live switch for each try", () => {
    expect(front.routes.slice(1, 3)).toMatchObject([
      {
        "@id": "7/api",
        match: [{ host: ["api.shop.localhost"] }],
        handle: [{ handler: "reverse_proxy", upstreams: [{ dial: "{file./data/routes/7/live/@api}" }] }],
        terminal: true,
      },
      {
        "@id": "7/web",
        match: [{ host: ["shop.localhost", "www.shop.localhost"] }],
        handle: [{ handler: "reverse_proxy", upstreams: [{ dial: "{file./data/routes/7/live/@web}" }] }],
        terminal: true,
      },
    ]);
  });

  test("apps hear nothing that a client claims about where it comes from", () => {
    const [proxy] = front.routes[1]?.handle ?? [];
    const { request } = (proxy as { headers: { request: { delete: string[] } } }).headers;
    expect(request.delete).toEqual(expect.arrayContaining(["Forwarded", "X-Real-Ip", "X-Forwarded-Port"]));
  });

  test("the proof listener has the same routes, and names the deployment; the front door does not", () => {
    const naming = { "X-Baton-Deployment": ["{file./data/routes/7/live/.deployment}"] };
    const named = proof.routes.slice(0, 2).map(({ match, handle }) => ({ match, proxy: withoutHop(handle[1]) }));
    const unnamed = front.routes.slice(1, 3).map(({ match, handle: [proxy] }) => {
      const { load_balancing: _, ...same } = proxy as { load_balancing: unknown };
      return { match, proxy: same };
    });
    expect(named).toEqual(unnamed);
    expect(proof.routes[0]?.handle[0]).toEqual({ handler: "headers", response: { set: naming, deferred: true } });
    expect(JSON.stringify(front.routes.slice(1))).not.toContain("X-Baton-Deployment");
  });

  test("requests wait at the gate first, while there is one who keeps it closed", () => {
    expect(front.routes[0]).toMatchObject({
      match: [{ expression: expect.stringContaining("ph(req, 'time.now.unix_ms')") }],
      handle: [
        {
          upstreams: [{ dial: "{file./data/routes/gate/address}" }],
          load_balancing: { try_duration: "120s", try_interval: "50ms" },
          headers: { response: { delete: ["X-Baton-Deployment"] } },
        },
      ],
      terminal: true,
    });
  });

  test("the front door is on loopback, IPv6 where the host has it", () => {
    expect(front.listen).toEqual(["127.0.0.1:8080", "[::1]:8080"]);
    expect(serversOf(renderConfig({ ...frame, ipv6Loopback: false }, [])).front.listen).toEqual(["127.0.0.1:8080"]);
  });

  test("the resting page tells a stopped app from one that was never deployed, by the switch", () => {
    expect(resting.routes).toMatchObject([
      {
        match: [
          {
            host: ["api.shop.localhost", "shop.localhost", "www.shop.localhost"],
            vars: { "{file./data/routes/7/live/.deployment}": ["stopped"] },
          },
        ],
        handle: [{ status_code: "503", body: expect.stringContaining("This app is stopped") }],
      },
      {
        match: [{ expression: expect.stringContaining("/data/routes/deployments/") }],
        handle: [{ status_code: "503", body: expect.stringContaining("This app is stopped") }],
      },
      { handle: [{ status_code: "503", body: expect.stringContaining("Nothing is deployed here yet") }] },
    ]);
  });
});

describe("HTTPS", () => {
  const { front, redirect, proof } = serversOf(renderConfig(secure, [shop]));

  test("all hosts are named, because Caddy obtains certificates for what it finds in routes", () => {
    const named = front.routes.flatMap(({ match }) => (match as { host?: string[] }[] | undefined)?.[0]?.host ?? []);
    expect(named).toEqual(["baton.example.com", "api.shop.localhost", "shop.localhost", "www.shop.localhost"]);
  });

  test("the front door is on all interfaces with automatic certificates, and serves Baton's own host first", () => {
    expect(front.listen).toEqual([":8443"]);
    expect(front.automatic_https).toEqual({ disable_redirects: true });
    expect(front.routes[0]).toMatchObject({
      match: [{ host: ["baton.example.com"] }],
      handle: [{ upstreams: [{ dial: "127.0.0.1:4000" }] }],
    });
  });

  test("plain HTTP redirects what is known", () => {
    expect(redirect?.listen).toEqual([":8080"]);
    expect(redirect?.routes[0]).toMatchObject({
      match: [{ host: ["api.shop.localhost", "shop.localhost", "www.shop.localhost", "baton.example.com"] }],
      handle: [{ status_code: "308", headers: { Location: ["https://{http.request.host}:8443{http.request.uri}"] } }],
    });
  });

  test("the default port is left out of a redirect", () => {
    const location = JSON.stringify(serversOf(renderConfig({ ...secure, httpsPort: 443 }, [shop])).redirect?.routes[0]);
    expect(location).toContain("https://{http.request.host}{http.request.uri}");
  });

  test("a loopback listener never asks for a certificate", () => {
    expect(proof.automatic_https).toEqual({ disable: true });
  });

  test("Baton's own host has an HTTPS door of its own beside apps on plain HTTP", () => {
    const mixed = serversOf(renderConfig({ ...secure, plainHttp: true }, [shop]));
    expect(mixed.front.listen).toContain("127.0.0.1:8080");
    expect(mixed.public?.listen).toEqual([":8443"]);
    expect(mixed.public?.routes).toHaveLength(3);
  });
});

describe("always", () => {
  const configs = [renderConfig(frame, []), renderConfig(frame, [waitingShop]), renderConfig(secure, [shop])];

  test.each(configs)("every server ends with an answer for whatever no route matched", (config) => {
    for (const server of Object.values(serversOf(config))) {
      expect(server.routes.at(-1)).toMatchObject({ handle: [{ handler: "static_response" }] });
      expect(server.routes.at(-1)).not.toHaveProperty("match");
    }
  });

  test.each(configs)("no load closes a WebSocket, and no grace period cuts a request", (config) => {
    const text = JSON.stringify(config);
    const count = (part: string) => text.split(part).length - 1;
    expect(count('"stream_close_delay":"24h"')).toBe(count('"handler":"reverse_proxy"'));
    expect(text).not.toContain("grace_period");
  });

  test.each(configs)("braces occur in placeholders that were meant, and nowhere else", (config) => {
    const placeholders = new Set(stringsIn(config).flatMap((text) => text.match(/[{}][^{}]*[{}]?/g) ?? []));
    for (const placeholder of placeholders) {
      expect(placeholder).toMatch(
        /^{(file\.\/data\/routes\/(7\/live\/(@web|@api|\.deployment)|gate\/address)|http\.(request|error|regexp\.(dotted|upstream|address|deployment))\.\w+)}$/,
      );
    }
  });

  test("nothing is remembered outside Baton's own file, and the admin endpoint is a socket of one user", () => {
    expect(renderConfig(frame, [])).toMatchObject({
      admin: { listen: "unix//data/caddy/admin.sock|0600", origins: ["baton"], config: { persist: false } },
      storage: { root: "/data/caddy/storage" },
    });
  });

  test("the listeners do not depend on the routes", () => {
    expect(listenersOf(renderConfig(secure, [shop]))).toEqual(listenersOf(renderConfig(secure, [])));
    expect(listenersOf(renderConfig(frame, []))).toEqual([
      "127.0.0.1:19001",
      "127.0.0.1:19002",
      "127.0.0.1:8080",
      "[::1]:8080",
      "unix//data/caddy/admin.sock|0600",
    ]);
  });
});

test("requests to a service that cannot run twice are tried again, and to no other", () => {
  const installation = 7 as InstallationId;
  const routes = [
    { host: "wiki.localhost", service: "wiki", waits: true },
    { host: "api.localhost", service: "api" },
  ];
  const { front } = serversOf(renderConfig(frame, [{ installation, routes }]));
  const tries = front.routes.flatMap(({ "@id": id, handle: [proxy] }) =>
    id === undefined ? [] : [[id, (proxy as { load_balancing?: unknown }).load_balancing]],
  );
  expect(tries).toEqual([["7/wiki", { try_duration: "120s", try_interval: "50ms" }]]);
});

describe("reading a configuration back", () => {
  const service = fc.constantFrom("web", "api", "admin-ui", "v1.2_x");
  const host = fc.nat({ max: 9999 }).map((number) => `app-${number}.example.com`);
  const table = fc.uniqueArray(fc.record({ id: fc.integer({ min: 1, max: 5 }), host, service }), {
    selector: (route) => route.host,
  });

  test("gives the services that wait, in whatever order they came", () => {
    fc.assert(
      fc.property(table, fc.boolean(), (rows, plainHttp) => {
        const routes = rows.map(({ id, ...route }) => {
          // Either all hosts of a service wait, or none does.
          return { installation: id as InstallationId, routes: [{ ...route, waits: route.service === "admin-ui" }] };
        });
        const config = renderConfig({ ...secure, plainHttp }, routes);
        const waiting = routes.filter(({ routes: [route] }) => route?.waits);
        expect(routesOf(JSON.parse(JSON.stringify(config)))).toEqual(inOrder(waiting));
        expect(renderConfig({ ...secure, plainHttp }, routes.toReversed())).toEqual(config);
      }),
    );
  });

  test.each([null, {}, [], "text", { apps: { http: { servers: { front: { routes: [null, {}, { "@id": 7 }] } } } } }])(
    "of something else gives no routes and no listeners",
    (config) => {
      expect(routesOf(config)).toEqual([]);
      expect(listenersOf(config)).toEqual([]);
    },
  );
});

interface Server {
  readonly listen: readonly string[];
  readonly automatic_https: unknown;
  readonly routes: readonly {
    readonly "@id"?: string;
    readonly match?: unknown;
    readonly handle: readonly unknown[];
  }[];
}

interface Servers {
  readonly front: Server;
  readonly proof: Server;
  readonly resting: Server;
  readonly redirect?: Server;
  readonly public?: Server;
}

/** The hop from the gate to the proof listener is nothing that an app should see. */
function withoutHop(proxy: unknown): unknown {
  const { headers, ...same } = proxy as { readonly headers: { readonly request: { readonly replace?: unknown } } };
  const { replace, ...request } = headers.request;
  expect(replace).toEqual({ "X-Forwarded-For": [{ search_regexp: ", 127\\.0\\.0\\.1$", replace: "" }] });
  return { ...same, headers: { request } };
}

function serversOf(config: object): Servers {
  return (config as { apps: { http: { servers: Servers } } }).apps.http.servers;
}

function stringsIn(value: unknown): readonly string[] {
  if (typeof value === "string") return [value];
  return typeof value === "object" && value !== null
    ? Object.entries(value).flatMap(([key, inner]) => [key, ...stringsIn(inner)])
    : [];
}
