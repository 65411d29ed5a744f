import { mkdir, readdir, readFile, symlink, writeFile } from "node:fs/promises";
import { networkInterfaces } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { renderConfig } from "../../server/proxy/config/caddy-config.ts";
import { createCaddyProcess } from "../../server/proxy/process/caddy-process.ts";
import { get, open } from "./http-client.ts";
import { createTestBed } from "./real-caddy.ts";
import { deployment, installation, local } from "./sample-routes.ts";
import { startApp } from "./test-app.ts";

// A Caddy that an older Baton started: it dials 127.0.0.1 and reads only the port from a file.
const signal = AbortSignal.timeout(120_000);
const shop = installation(7);
const host = "shop.localhost";
let bed: Awaited<ReturnType<typeof createTestBed>>;
let app: Awaited<ReturnType<typeof startApp>>;

beforeAll(async () => {
  [bed, app] = await Promise.all([createTestBed(), startApp("older")]);
  const { folder, routesFolder, bin } = bed.options;
  // The listeners must be those of the newer configuration, because other listeners need another process.
  const ipv6Loopback = Object.values(networkInterfaces()).some((all) => all?.some(({ address }) => address === "::1"));
  const frame = { ...bed.options, ipv6Loopback };
  // A service whose requests wait has a route of its own, as all services had.
  const waiting = { installation: shop, routes: [{ host, service: "web", waits: true }] };
  const text = JSON.stringify(renderConfig(frame, [waiting]))
    .replaceAll(/"\{file\.([^"}]*)\/@web\}"/g, '"127.0.0.1:{file.$1/web}"')
    // With the braces inside of it, which are at most two deep.
    .replace(/,"load_balancing":\{(?:[^{}]|\{(?:[^{}]|\{[^{}]*\})*\})*\}/g, "");
  expect(text).toContain(`127.0.0.1:{file.${routesFolder}/7/live/web}`);
  expect(text).not.toContain("load_balancing");
  await mkdir(folder, { recursive: true });
  await mkdir(join(routesFolder, "7/12"), { recursive: true });
  const configFile = join(folder, "caddy.json");
  await writeFile(configFile, text);
  await writeFile(join(routesFolder, "7/12/web"), `${app.port}\n`);
  await writeFile(join(routesFolder, "7/12/.deployment"), "12\n");
  await symlink("12", join(routesFolder, "7/live"));
  createCaddyProcess({ bin, folder, configFile }).launch();
  await vi.waitUntil(async () => (await visit().catch(() => null))?.body === "older", { timeout: 15_000 });
});
afterAll(async () => {
  await bed[Symbol.asyncDispose]();
  await app[Symbol.asyncDispose]();
});

const visit = () => get(bed.options.httpPort, host);

test("an upgrade keeps Caddy and its streams, and what was live is served until it is replaced", async () => {
  const { proxy, options } = bed;
  const stream = await open(options.httpPort, host, { path: "/events" });
  let over = false;
  let answered = 0;
  const client = async () => {
    while (!over) {
      // A load resets the few connections that wait to be accepted at that moment, as it does when a host is added.
      const answer = await visit().catch((error: NodeJS.ErrnoException) => {
        if (error.code !== "ECONNRESET") throw error;
        return visit();
      });
      expect(answer).toMatchObject({ status: 200, body: "older" });
      answered += 1;
    }
  };
  const load = Promise.all([client(), client()]);
  await expect.poll(() => answered, { timeout: 10_000 }).toBeGreaterThan(20);
  await proxy.start(signal);
  const before = answered;
  await expect.poll(() => answered, { timeout: 10_000 }).toBeGreaterThan(before + 20);
  over = true;
  await load;

  expect(await proxy.inFlight(local(app.port), signal)).toBe(1);
  expect(await proxy.upstreamsOf(shop, deployment(12))).toEqual(new Map([["web", `127.0.0.1:${app.port}`]]));
  expect(await readFile(join(options.routesFolder, "7/live/@web"), "utf8")).toBe(`127.0.0.1:${app.port}\n`);
  expect(await readdir(join(options.routesFolder, "7/12"))).not.toContain("web");
  expect(await proxy.prove(host, signal)).toBe(12);
  stream.destroy();

  await using next = await startApp("newer", "127.0.0.2");
  await proxy.prepare(shop, deployment(13), new Map([["web", next.address]]));
  await proxy.switchTo(shop, deployment(13));
  expect(await visit()).toMatchObject({ body: "newer" });
  expect(await proxy.inFlight(next.address, signal)).toBe(0);
  const later = await open(options.httpPort, host, { path: "/events" });
  expect(await proxy.inFlight(next.address, signal)).toBe(1);
  later.destroy();
});
