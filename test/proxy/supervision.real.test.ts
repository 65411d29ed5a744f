import { mkdir, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { request } from "node:http";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { ProxyRefused, ProxyUnavailable } from "../../server/ports/proxy.ts";
import { createAdmin } from "../../server/proxy/process/admin.ts";
import { get } from "./http-client.ts";
import { createTestBed, freePorts } from "./real-caddy.ts";
import { deployment, installation, local, routesFor, webOn } from "./sample-routes.ts";
import { startApp } from "./test-app.ts";

const host = "hello.localhost";
const signal = AbortSignal.timeout(120_000);
let bed: Awaited<ReturnType<typeof createTestBed>>;
let app: Awaited<ReturnType<typeof startApp>>;
let watching: AbortController;

beforeEach(async () => {
  [bed, app, watching] = [await createTestBed(), await startApp("hello"), new AbortController()];
});
afterEach(async () => {
  watching.abort();
  await bed[Symbol.asyncDispose]();
  await app[Symbol.asyncDispose]();
});

test("a Caddy that was killed is back in less than 2 s, with its routes and its switch", async () => {
  await serveApp();
  const watch = bed.proxy.watch(watching.signal);
  const before = await pid();

  const killedAt = performance.now();
  process.kill(before, "SIGKILL");
  await untilServed();
  expect(performance.now() - killedAt).toBeLessThan(2_000);
  expect(await pid()).not.toBe(before);

  watching.abort();
  await watch;
});

test("a restarted Baton adopts the Caddy that runs, and restarts it as well when it dies", async () => {
  await serveApp();
  const before = await pid();
  const again = bed.reopen();
  await again.start(signal);
  expect(await pid()).toBe(before);
  expect(await again.prove(host, signal)).toBe(12);

  const watch = again.watch(watching.signal);
  const killedAt = performance.now();
  process.kill(before, "SIGKILL");
  await untilServed();
  expect(performance.now() - killedAt).toBeLessThan(2_000);
  watching.abort();
  await watch;
});

test("a Caddy that is killed together with Baton is back without it, again and again, and only once", async () => {
  await serveApp();
  for (let time = 0; time < 3; time++) {
    const before = await pid();
    process.kill(before, "SIGKILL");
    await untilServed();
    await vi.waitUntil(async () => (await pid()) !== before, { interval: 10, timeout: 10_000 });
  }
  const again = bed.reopen();
  await again.start(signal);
  expect(await processesGiven("caddy.json")).toEqual([
    expect.stringContaining("/bin/sh"),
    expect.stringContaining("run"),
  ]);
  await again.stop();
  expect(await processesGiven("caddy.json")).toEqual([]);
});

test("a Caddy that cannot start is not tried for ever", async () => {
  await serveApp();
  await bed.proxy.stop();
  const bin = join(bed.options.folder, "broken-caddy");
  await writeFile(bin, "#!/bin/sh\n[ \"$1\" = version ] && echo v2.11.4 || { echo 'Error: no luck'; exit 1; }\n", {
    mode: 0o755,
  });
  await expect(bed.reopen({ bin }).start(signal)).rejects.toThrow("Caddy did not start: Error: no luck");
  await vi.waitUntil(async () => (await processesGiven("caddy.json")).length === 0, { interval: 10, timeout: 10_000 });
});

test("apps are served again after a reboot, before the routes have been set", async () => {
  await serveApp();
  await bed.proxy.stop();
  await expect(bed.proxy.ping(signal)).rejects.toThrow(ProxyUnavailable);
  await bed.reopen().start(signal);
  expect(await visit()).toMatchObject({ status: 200, body: "hello" });
});

test("other ports want another process: it is replaced, and the routes stay", async () => {
  await serveApp();
  const [httpPort = 0] = await freePorts(1);
  await bed.reopen({ httpPort }).start(signal);
  expect(await get(httpPort, host)).toMatchObject({ body: "hello" });
  await expect(visit()).rejects.toThrow("ECONNREFUSED");
});

test("a configuration that was edited by hand is put back, and that is said once", async () => {
  await serveApp();
  const watch = bed.proxy.watch(watching.signal);
  await askAdmin("DELETE", "/config/apps/http/servers/front/routes");
  expect((await visit()).body).not.toBe("hello");

  await untilServed();
  await vi.waitUntil(() => bed.said.length > 0, { interval: 10 });
  expect(bed.said).toEqual(["Caddy was running a configuration that isn't Baton's; Baton's has been loaded again."]);
  watching.abort();
  await watch;
});

test.each(["one", "all"])(
  "a host is served again within 2 s after somebody has removed the links of %s",
  async (which) => {
    await serveApp();
    const watch = bed.proxy.watch(watching.signal);
    const folder = join(bed.options.routesFolder, "hosts");
    await rm(which === "one" ? join(folder, host) : folder, { recursive: true });
    expect((await visit()).status).toBe(404);
    const removedAt = performance.now();
    await untilServed();
    expect(performance.now() - removedAt).toBeLessThan(2_000);
    watching.abort();
    await watch;
  },
);

test("a Caddy whose configuration was emptied serves again within 5 s", async () => {
  await serveApp();
  const watch = bed.proxy.watch(watching.signal);
  const emptiedAt = performance.now();
  await askAdmin("POST", "/load", JSON.stringify({ admin: { disabled: true } }));

  await untilServed();
  expect(performance.now() - emptiedAt).toBeLessThan(5_000);
  expect(bed.said).toEqual(["Caddy is serving nothing; starting it again."]);
  watching.abort();
  await watch;
});

test("a Caddy that serves is left alone when its admin socket has gone; the switch works without it", async () => {
  await serveApp();
  const watch = bed.proxy.watch(watching.signal);
  const before = await pid();
  await rm(bed.options.adminSocket);
  await vi.waitUntil(() => bed.said.length > 0, { interval: 10, timeout: 5_000 });
  expect(bed.said[0]).toContain("its admin socket is gone");

  await expect(bed.proxy.inFlight(local(app.port), signal)).rejects.toThrow(ProxyUnavailable);
  await expect(bed.proxy.setRoutes([routesFor(7, "new.localhost")], signal)).rejects.toThrow(ProxyUnavailable);
  await bed.proxy.switchTo(installation(7), "stopped");
  expect(await visit()).toMatchObject({ status: 503 });
  await bed.proxy.switchTo(installation(7), deployment(12));
  expect(await visit()).toMatchObject({ body: "hello" });
  expect(await pid()).toBe(before);
  watching.abort();
  await watch;

  await bed.reopen().start(signal);
  expect(await pid()).not.toBe(before);
  expect(await visit()).toMatchObject({ body: "hello" });
});

test("a refused configuration is reported in Caddy's own words, and Caddy keeps the old one", async () => {
  await serveApp();
  const refused = createAdmin({ socketPath: bed.options.adminSocket }).load({ apps: { nonsense: {} } }, signal);
  await expect(refused).rejects.toThrow(ProxyRefused);
  await expect(refused).rejects.toThrow("unknown module: nonsense");
  expect(await visit()).toMatchObject({ body: "hello" });
});

test("a port that is taken is named, also when its owner would share it", async () => {
  await bed.proxy.start(signal);
  await using second = await createTestBed({ httpPort: bed.options.httpPort });
  await expect(second.proxy.start(signal)).rejects.toThrow(
    `Port ${bed.options.httpPort} is in use by another program. Set BATON_HTTP_PORT to a free port, or stop that program.`,
  );
});

test("a damaged configuration file keeps neither Caddy from starting nor the apps from being served", async () => {
  await serveApp();
  await bed.proxy.stop();
  await writeFile(join(bed.options.folder, "caddy.json"), '{"admin": {');
  const again = bed.reopen();
  await again.start(signal);
  expect(await visit()).toMatchObject({ body: "hello" });
  await again.setRoutes([], signal);
  expect(await visit()).toMatchObject({ status: 404 });
});

test("the admin socket admits no browser, and nobody but its owner", async () => {
  await bed.proxy.start(signal);
  expect(await askAdmin("GET", "/config/", "", { Origin: "http://evil.example" })).toBe(403);
  expect(await askAdmin("GET", "/config/", "", { "Sec-Fetch-Mode": "cors" })).toBe(403);
  expect((await stat(bed.options.adminSocket)).mode & 0o777).toBe(0o600);
  expect((await stat(bed.options.folder)).mode & 0o777).toBe(0o700);
});

test("Caddy knows nothing of Baton's environment", async () => {
  process.env.BATON_TEST_SECRET = "canary";
  await bed.proxy.start(signal);
  expect(await readFile(`/proc/${await pid()}/environ`, "utf8")).not.toContain("canary");
  delete process.env.BATON_TEST_SECRET;
});

test("the version is that of the binary, and one that can't switch by file is refused", async () => {
  expect(await bed.proxy.version()).toMatch(/^2\.\d+\.\d+$/);
  await mkdir(bed.options.folder, { recursive: true });
  const bin = join(bed.options.folder, "old-caddy");
  await writeFile(bin, "#!/bin/sh\necho v2.6.2 h1:abc=\n", { mode: 0o755 });
  await expect(bed.reopen({ bin }).start(signal)).rejects.toThrow(
    "Caddy 2.6.2 is too old: Baton needs 2.11.2 or newer",
  );
});

test("a binary that is not there is named", async () => {
  await expect(bed.reopen({ bin: "/nowhere/caddy" }).start(signal)).rejects.toThrow("cannot be run as /nowhere/caddy");
});

async function serveApp(): Promise<void> {
  const { proxy } = bed;
  await proxy.start(signal);
  await proxy.setRoutes([routesFor(7, host)], signal);
  await proxy.prepare(installation(7), deployment(12), webOn(app.port));
  await proxy.switchTo(installation(7), deployment(12));
  expect(await visit()).toMatchObject({ status: 200, body: "hello" });
}

/** The command lines that name a file of this test's Caddy. */
async function processesGiven(name: string): Promise<readonly string[]> {
  const file = join(bed.options.folder, name);
  const pids = (await readdir("/proc")).filter((entry) => /^\d+$/.test(entry));
  const lines = pids.map((pid) => readFile(`/proc/${pid}/cmdline`, "utf8").catch(() => ""));
  return (await Promise.all(lines)).filter((line) => line.split("\0").includes(file)).sort();
}

const visit = () => get(bed.options.httpPort, host);

async function untilServed(): Promise<void> {
  const served = () =>
    visit().then(
      ({ body }) => body === "hello",
      () => false,
    );
  await vi.waitUntil(served, { interval: 10, timeout: 10_000 });
}

async function pid(): Promise<number> {
  return Number(await readFile(join(bed.options.folder, "caddy.pid"), "utf8"));
}

/** Sends a request past Baton, as an operator at a terminal would. */
function askAdmin(method: string, path: string, body = "", headers: Record<string, string> = {}): Promise<number> {
  return new Promise((resolve, reject) => {
    const to = { socketPath: bed.options.adminSocket, method, path, agent: false } as const;
    request({ ...to, headers: { Host: "baton", "Content-Type": "application/json", ...headers } }, (response) => {
      response.resume().on("end", () => resolve(response.statusCode ?? 0));
    })
      .on("error", reject)
      .end(body);
  });
}
