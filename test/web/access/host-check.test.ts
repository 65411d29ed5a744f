import { request } from "node:http";
import { type ServerType, serve } from "@hono/node-server";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createWorld } from "../world.ts";

let server: ServerType;
let port = 0;
beforeAll(async () => {
  // The port is known only once the server listens, so the test sets it afterwards.
  const listen = { host: "127.0.0.1", port: 4000 };
  const world = await createWorld({ publicUrl: new URL("https://baton.example"), listen });
  port = await new Promise((resolve) => {
    server = serve({ fetch: world.app.fetch, port: 0, hostname: "127.0.0.1" }, (address) => resolve(address.port));
  });
});
afterAll(() => {
  server.close();
});

function ask(path: string, hosts: readonly string[]): Promise<number> {
  return new Promise((resolve, reject) => {
    const headers = hosts.flatMap((host) => ["Host", host]);
    const asked = request({ host: "127.0.0.1", port, path, headers, setHost: false }, (answer) => {
      answer.resume();
      resolve(answer.statusCode ?? 0);
    });
    asked.on("error", reject);
    asked.end();
  });
}

describe("a request for", () => {
  test.each(["baton.example", "BATON.example", "127.0.0.1:4000", "localhost:4000", "[::1]:4000"])(
    "%s is answered",
    async (host) => {
      expect(await ask("/livez", [host])).toBe(200);
    },
  );

  test.each([
    "evil.example",
    "baton.example.evil.example",
    "baton.example:4000",
    "localhost",
    "localhost:4001",
    "shop.localhost:4000",
    "0.0.0.0:4000",
    "169.254.169.254",
  ])("%s is refused", async (host) => {
    expect(await ask("/livez", [host])).toBe(421);
  });

  test("a request for a foreign host learns the right address and the setting that decides it", async () => {
    const world = await createWorld({ publicUrl: new URL("https://baton.example") });
    for (const path of ["/", "/api/products", "/git/shop.git/info/refs"]) {
      const answer = await world.fetch(path, { headers: { host: "evil.example" } });
      expect(answer.status).toBe(421);
      const text = await answer.text();
      expect(text).toContain("Set BATON_PUBLIC_URL, or use https://baton.example.");
      expect(text).not.toContain("Back to products");
    }
  });

  test("a foreign host in the request line is refused, whatever the header says", async () => {
    expect(await ask("http://evil.example/livez", ["baton.example"])).toBe(421);
  });

  test("two hosts of which one is foreign is refused", async () => {
    expect(await ask("/livez", ["baton.example", "evil.example"])).toBeGreaterThanOrEqual(400);
    expect(await ask("/livez", ["evil.example", "baton.example"])).toBeGreaterThanOrEqual(400);
  });

  const from = async (peer: string, host: string, changes: Parameters<typeof createWorld>[0] = {}) => {
    const { app } = await createWorld({ listen: { host: "0.0.0.0", port: 4000 }, ...changes });
    const incoming = { socket: { remoteAddress: peer }, rawHeaders: ["Host", host] };
    const answer = await app.request(`http://${host}/livez`, { headers: { host } }, { incoming } as never);
    return { status: answer.status, text: await answer.text() };
  };
  const open = { publicUrl: new URL("http://baton.example:4000") };

  test.each(["127.0.0.1", "127.0.0.9", "::1", "::ffff:127.0.0.1", "::FFFF:127.0.0.1"])(
    "a name of loopback is answered where %s asks",
    async (peer) => {
      for (const host of ["127.0.0.1:4000", "localhost:4000", "[::1]:4000"]) {
        expect((await from(peer, host, open)).status).toBe(200);
      }
    },
  );

  test.each(["172.17.0.2", "10.214.0.3", "192.0.2.7", "::ffff:172.17.0.2", "fe80::1%eth0", "2001:db8::1"])(
    "a name of loopback is refused where %s asks, as a container would, and the public one is answered",
    async (peer) => {
      for (const host of ["127.0.0.1:4000", "localhost:4000", "[::1]:4000"]) {
        expect((await from(peer, host, open)).status).toBe(421);
        // The same holds when no public URL is set.
        expect((await from(peer, host)).status).toBe(421);
      }
      expect((await from(peer, "baton.example:4000", open)).status).toBe(200);
    },
  );
});
