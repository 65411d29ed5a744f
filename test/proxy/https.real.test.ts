import { readFile } from "node:fs/promises";
import { request } from "node:https";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { TLSSocket } from "node:tls";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { get } from "./http-client.ts";
import { createTestBed } from "./real-caddy.ts";
import { deployment, installation, routesFor, webOn } from "./sample-routes.ts";
import { startApp } from "./test-app.ts";

// Caddy's own authority issues the certificates of names below .localhost, so nothing leaves the machine.
const signal = AbortSignal.timeout(60_000);
let app: Awaited<ReturnType<typeof startApp>>;
let dashboard: Awaited<ReturnType<typeof startApp>>;
let bed: Awaited<ReturnType<typeof createTestBed>>;

beforeAll(async () => {
  [app, dashboard] = await Promise.all([startApp("app"), startApp("dashboard")]);
  const publicHost = { host: "baton.localhost", upstreamPort: dashboard.port };
  bed = await createTestBed({ plainHttp: false, publicHost });
  await bed.proxy.start(signal);
  await bed.proxy.setRoutes([routesFor(3, "hello.localhost")], signal);
  await bed.proxy.prepare(installation(3), deployment(1), webOn(app.port));
  await bed.proxy.switchTo(installation(3), deployment(1));
});
afterAll(async () => {
  await bed[Symbol.asyncDispose]();
  await app[Symbol.asyncDispose]();
  await dashboard[Symbol.asyncDispose]();
});

test("apps and Baton itself are served over HTTPS, each with a certificate of its own", async () => {
  expect(await certified("hello.localhost")).toMatchObject({
    status: 200,
    body: "app",
    certifiedFor: "hello.localhost",
  });
  expect(await certified("baton.localhost")).toMatchObject({ body: "dashboard", certifiedFor: "baton.localhost" });
});

test("plain HTTP is sent on to HTTPS, path and all, for known hosts only", async () => {
  const { status, headers } = await get(bed.options.httpPort, "hello.localhost", { path: "/a?b=c" });
  expect(status).toBe(308);
  expect(headers.location).toBe(`https://hello.localhost:${bed.options.httpsPort}/a?b=c`);
  expect((await get(bed.options.httpPort, "baton.localhost")).status).toBe(308);
  expect(await get(bed.options.httpPort, "other.localhost")).toMatchObject({ status: 404 });
});

test("the proof needs no certificate", async () => {
  expect(await bed.proxy.prove("hello.localhost", signal)).toBe(1);
});

test("Baton's own host is not among the apps that the proof listener knows", async () => {
  expect(await get(bed.options.internalPorts.proof, "baton.localhost")).toMatchObject({ status: 404 });
});

test("the root of Caddy's own authority stays out of the machine's trust store", async () => {
  const root = await readFile(join(bed.options.folder, "storage/pki/authorities/local/root.crt"), "utf8");
  expect(root).toContain("BEGIN CERTIFICATE");
  const trusted = await readFile("/etc/ssl/certs/ca-certificates.crt", "utf8").catch(() => "");
  expect(trusted).not.toContain(root.trim());
});

/** Retries until there is a certificate, because Caddy obtains it in the background after the load. */
async function certified(host: string) {
  return vi.waitFor(() => getSecurely(host), { interval: 20, timeout: 10_000 });
}

function getSecurely(host: string): Promise<{ status: number; body: string; certifiedFor: string }> {
  return new Promise((resolve, reject) => {
    const to = { host: "127.0.0.1", port: bed.options.httpsPort, servername: host, agent: false };
    request({ ...to, headers: { Host: host }, rejectUnauthorized: false }, (response) => {
      const { socket } = response;
      const names = socket instanceof TLSSocket ? socket.getPeerCertificate().subjectaltname : undefined;
      const certifiedFor = names?.replace(/^DNS:/, "") ?? "";
      text(response).then((body) => resolve({ status: response.statusCode ?? 0, body, certifiedFor }), reject);
    })
      .on("error", reject)
      .end();
  });
}
