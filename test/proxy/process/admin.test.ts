import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer, type ServerResponse } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { createAdmin } from "../../../server/proxy/process/admin.ts";

const { signal } = new AbortController();

test("a question during a load waits for its end, as Caddy answers nothing else meanwhile", async () => {
  const folder = await mkdtemp(join(tmpdir(), "baton-admin-"));
  const socketPath = join(folder, "admin.sock");
  const asked: string[] = [];
  const loads: ServerResponse[] = [];
  const server = createServer((request, response) => {
    asked.push(`${request.method} ${request.url}`);
    if (request.url !== "/load") return void response.end("{}");
    loads.push(response);
    server.emit("load");
  }).listen(socketPath);
  try {
    await once(server, "listening");
    const admin = createAdmin({ socketPath });
    const arrived = once(server, "load");
    const load = admin.load({}, signal);
    const question = admin.config(signal);
    await arrived;
    // Somebody else's question comes later, and would be answered after the first if that had been asked.
    await createAdmin({ socketPath }).ping(signal);
    expect(asked).toEqual(["POST /load", "GET /config/admin"]);
    loads[0]?.end();
    await load;
    expect(await question).toBe("{}");
    expect(asked).toEqual(["POST /load", "GET /config/admin", "GET /config/"]);
  } finally {
    server.closeAllConnections();
    server.close();
    await rm(folder, { recursive: true, force: true });
  }
});
