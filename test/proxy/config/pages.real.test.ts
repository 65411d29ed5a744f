import { once } from "node:events";
import { createServer } from "node:net";
import { networkInterfaces } from "node:os";
import { afterAll, beforeAll, expect, test } from "vitest";
import { get } from "../http-client.ts";
import { createTestBed, freePorts, portOf } from "../real-caddy.ts";
import { deployment, installation, routesFor, webOn } from "../sample-routes.ts";
import { startApp } from "../test-app.ts";

const signal = AbortSignal.timeout(60_000);
let bed: Awaited<ReturnType<typeof createTestBed>>;
let app: Awaited<ReturnType<typeof startApp>>;

beforeAll(async () => {
  [bed, app] = await Promise.all([createTestBed(), startApp("first")]);
  await bed.proxy.start(signal);
});
afterAll(async () => {
  await bed[Symbol.asyncDispose]();
  await app[Symbol.asyncDispose]();
});

const visit = (host: string, port = bed.options.httpPort) => get(port, host);

test("a host of a new installation says that nothing is deployed yet, and looks again", async () => {
  await bed.proxy.setRoutes([routesFor(7, "hello.localhost")], signal);

  const { status, headers, body } = await visit("hello.localhost");
  expect(status).toBe(503);
  expect(body).toContain("Nothing is deployed here yet");
  expect(headers["retry-after"]).toBe("5");
  expect(await bed.proxy.current(installation(7))).toBeNull();
  expect(await bed.proxy.prove("hello.localhost", signal)).toBeNull();
});

test("the switch brings the app to its host, and only the proof listener says which deployment it is", async () => {
  const { proxy, options } = bed;
  await proxy.prepare(installation(7), deployment(12), webOn(app.port));
  await proxy.switchTo(installation(7), deployment(12));

  const answer = await visit("hello.localhost");
  expect(answer).toMatchObject({ status: 200, body: "first" });
  expect(answer.headers["x-baton-deployment"]).toBe("999");
  const proof = await visit("hello.localhost", options.internalPorts.proof);
  expect(proof).toMatchObject({ status: 200, body: "first" });
  expect(proof.headers["x-baton-deployment"]).toBe("12");
  expect(await proxy.prove("hello.localhost", signal)).toBe(12);
});

test.runIf(
  Object.values(networkInterfaces())
    .flat()
    .some((item) => item?.address === "::1"),
)("the front door is open on the IPv6 loopback address too, which browsers try first", async () => {
  expect(await get(bed.options.httpPort, "hello.localhost", { address: "::1" })).toMatchObject({ body: "first" });
});

test("a host that no route knows gets a plain 404", async () => {
  const { status, body } = await visit("other.localhost");
  expect(status).toBe(404);
  expect(body).toContain("No app has this address");
  expect(await bed.proxy.prove("other.localhost", signal)).toBeNull();
});

test("a stopped app says so, on all its hosts", async () => {
  await bed.proxy.setRoutes([routesFor(7, "hello.localhost", "www.hello.localhost")], signal);
  await bed.proxy.switchTo(installation(7), "stopped");

  for (const host of ["hello.localhost", "www.hello.localhost"]) {
    const { status, headers, body } = await visit(host);
    expect(status).toBe(503);
    expect(body).toContain("This app is stopped");
    expect(headers["retry-after"]).toBeUndefined();
  }
  expect(await bed.proxy.current(installation(7))).toBe("stopped");
});

test("an app that does not answer is a 502 without details", async () => {
  const [nobody = 0] = await freePorts(1);
  await bed.proxy.prepare(installation(7), deployment(13), webOn(nobody));
  await bed.proxy.switchTo(installation(7), deployment(13));

  const { status, body } = await visit("hello.localhost");
  expect(status).toBe(502);
  expect(body).toContain("The app isn't responding");
  expect(body).not.toMatch(/127\.0\.0\.1|\d{4}/);
});

test("an app that hangs up without an answer is a 502 as well", async () => {
  const rude = createServer((socket) => socket.destroy()).listen(0, "127.0.0.1");
  await once(rude, "listening");
  await bed.proxy.prepare(installation(7), deployment(14), webOn(portOf(rude)));
  await bed.proxy.switchTo(installation(7), deployment(14));

  expect(await visit("hello.localhost")).toMatchObject({ status: 502 });
  rude.close();
});

test("a service that the live deployment lacks answers with the resting page, not with an error", async () => {
  const routes = { installation: installation(7), routes: [{ host: "api.hello.localhost", service: "api" }] };
  await bed.proxy.setRoutes([routesFor(7, "hello.localhost"), routes], signal);
  expect((await visit("api.hello.localhost")).body).toContain("Nothing is deployed here yet");

  await bed.proxy.prepare(installation(7), deployment(15), webOn(app.port));
  await bed.proxy.switchTo(installation(7), deployment(15));
  expect((await visit("api.hello.localhost")).body).toContain("Nothing is deployed here yet");
  expect(await visit("hello.localhost")).toMatchObject({ body: "first" });
});

test("hosts that have gone are unknown again", async () => {
  await bed.proxy.setRoutes([routesFor(7, "hello.localhost")], signal);
  expect((await visit("api.hello.localhost")).status).toBe(404);
});

test.each([
  "{env.HOME}.localhost",
  "*.localhost",
  "a/b",
  "",
  "UPPER.localhost",
  "127.0.0.1",
  "a..b",
  "x.localhost:80",
  "évil.localhost",
])("the host name %j is left out, and named; all else is served", async (host) => {
  const faults = await bed.proxy.setRoutes([routesFor(7, "hello.localhost"), routesFor(8, host)], signal);
  expect(faults).toMatchObject([{ installation: 8 }]);
  expect(await visit("hello.localhost")).toMatchObject({ body: "first" });
});

test.each(["HELLO.localhost", "hello.LocalHost:8080"])("the host %s is the same in lower case", async (host) => {
  expect(await visit(host)).toMatchObject({ status: 200, body: "first" });
  const live = String(await bed.proxy.current(installation(7)));
  expect((await visit(host, bed.options.internalPorts.proof)).headers["x-baton-deployment"]).toBe(live);
});

test.each(["..", ".", "../hosts/hello.localhost", "%2e%2e", "hello.localhost/../hello.localhost", "{env.HOME}"])(
  "the host %j is unknown, whatever files there are",
  async (host) => {
    expect([400, 404]).toContain((await visit(host)).status);
  },
);

test("a host with a dot at its end is sent to the same without it", async () => {
  for (const [host, location] of [
    ["hello.localhost.", "http://hello.localhost/page?x=1"],
    ["Hello.localhost.:8080", "http://hello.localhost:8080/page?x=1"],
  ] as const) {
    const answer = await get(bed.options.httpPort, host, { path: "/page?x=1" });
    expect([answer.status, answer.headers.location]).toEqual([308, location]);
  }
  expect((await visit("unknown.localhost")).status).toBe(404);
});
