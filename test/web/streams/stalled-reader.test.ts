import { once } from "node:events";
import { connect } from "node:net";
import { type ServerType, serve } from "@hono/node-server";
import { afterEach, expect, test, vi } from "vitest";
import { createWorld, token } from "../world.ts";

let server: ServerType | null = null;
afterEach(() => {
  server?.close();
});

test("a reader that takes nothing is dropped after 15 s, and what is held for it stays small", async () => {
  const world = await createWorld();
  const { installation } = await world.samples.product("shop");
  const { id } = world.samples.building(installation);
  let read = 0;
  const { read: readEvents } = world.store.events;
  world.store.events.read = async (deployment, after, limit) => {
    const events = await readEvents(deployment, after, limit);
    read += events.length;
    return events;
  };
  const lines = Array.from({ length: 20 }, () => "x".repeat(1_000));
  const flood = Array.from({ length: 2_000 }, () => ({ type: "log", source: "build", service: null, lines }) as const);
  await world.store.events.append(id, flood);

  const port = await new Promise<number>((resolve) => {
    server = serve({ fetch: world.app.fetch, port: 0, hostname: "127.0.0.1" }, (address) => resolve(address.port));
  });
  const socket = connect(port, "127.0.0.1");
  socket.pause();
  socket.write(
    `GET /api/deployments/${id}/events HTTP/1.1\r\nHost: 127.0.0.1:4000\r\nAuthorization: Bearer ${token}\r\n\r\n`,
  );
  const closed = once(socket, "close");

  // The kernel's buffers take some of it. Then the stream waits for room, and its time limit runs.
  await vi.waitFor(() => expect(world.clock.sleeping).toBe(1), { timeout: 5_000 });
  const readThen = read;
  world.clock.advance(15_000);
  await vi.waitFor(() => expect(world.clock.sleeping).toBe(0));
  socket.resume();
  await closed;
  expect(read).toBe(readThen);
  expect(read).toBeLessThan(flood.length);
});
