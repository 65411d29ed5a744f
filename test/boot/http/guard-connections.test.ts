import { once } from "node:events";
import { createServer, type Server } from "node:http";
import { type AddressInfo, connect, type Socket } from "node:net";
import { afterEach, expect, it } from "vitest";
import { guardConnections, usualLimits } from "../../../server/boot/http/guard-connections.ts";

let server: Server;
afterEach(() => {
  server.closeAllConnections();
  server.close();
});

const short = { ...usualLimits, bodyMs: 150, pushWindowMs: 100, pushWindowBytes: 64, leftOverMs: 100 };

/** Starts a server that reads a body before it answers, unless the address says otherwise. */
async function serve(changes: Partial<typeof usualLimits> = {}): Promise<number> {
  server = createServer(async (request, response) => {
    const url = request.url ?? "";
    if (url.endsWith("refused")) response.statusCode = 401;
    if (url === "/stream") response.write("begun, ");
    if (!/refused|stream/.test(url))
      await request
        .resume()
        .toArray()
        .catch(() => {});
    if (/stream|redeploy/.test(url)) await new Promise((resolve) => setTimeout(resolve, 500));
    response.end("done");
  });
  server.on("clientError", () => {});
  guardConnections(server, { ...short, ...changes });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return (server.address() as AddressInfo).port;
}

/**
 * Sends the head and then `pieces`, one every 40 ms. Resolves with everything that was received when the connection
 * closes.
 */
async function trickle(port: number, path: string, pieces: readonly string[], length = 10_000): Promise<string> {
  const socket = connect(port, "127.0.0.1");
  let answer = "";
  socket.on("data", (data) => {
    answer += data;
  });
  socket.on("error", () => {});
  socket.write(`POST ${path} HTTP/1.1\r\nHost: x\r\nContent-Length: ${length}\r\n\r\n`);
  const left = [...pieces];
  const timer = setInterval(() => {
    const piece = left.shift();
    if (piece) socket.write(piece);
  }, 40);
  await closed(socket);
  clearInterval(timer);
  return answer;
}

/** Unlike `once`, this does not reject when the connection is reset, which is one way to close it. */
const closed = (socket: Socket) => new Promise<void>((resolve) => socket.once("close", () => resolve()));

const bytes = Array.from({ length: 200 }, () => "x");

it("a body that comes a byte at a time is answered 408, and the connection is closed", async () => {
  expect(await trickle(await serve(), "/sign-in", bytes)).toMatch(/^HTTP\/1\.1 408 /);
});

it("a push that hardly moves is answered 408, and a faster one may take any time", async () => {
  const port = await serve();
  expect(await trickle(port, "/git/shop.git/git-receive-pack", bytes)).toMatch(/^HTTP\/1\.1 408 /);
  const pieces = Array.from({ length: 10 }, () => "x".repeat(100));
  const moving = trickle(port, "/git/shop.git/git-receive-pack", [...pieces], 1_000);
  await new Promise((resolve) => setTimeout(resolve, 700));
  server.closeIdleConnections();
  expect(await moving).toMatch(/^HTTP\/1\.1 200 /);
});

it("a body that nobody waits for does not hold its connection", async () => {
  expect(await trickle(await serve({ bodyMs: 60_000 }), "/refused", bytes)).toMatch(/^HTTP\/1\.1 401 /);
});

it("a push that was refused by its status does not hold its connection, and git sees the refusal at once", async () => {
  const port = await serve({ pushWindowMs: 60_000 });
  expect(await trickle(port, "/git/refused", bytes)).toMatch(/^HTTP\/1\.1 401 /);
});

it("a stream and an answer that takes its time are not cut, with a body that came whole or none", async () => {
  const address = `http://127.0.0.1:${await serve()}`;
  expect(await (await fetch(`${address}/stream`)).text()).toBe("begun, done");
  expect(await (await fetch(`${address}/stream`, { method: "POST", body: "{}" })).text()).toBe("begun, done");
  expect(await (await fetch(`${address}/redeploy`, { method: "POST", body: "{}" })).text()).toBe("done");
  expect(await (await fetch(`${address}/redeploy`, { method: "POST" })).text()).toBe("done");
  expect(await (await fetch(`${address}/git/redeploy`, { method: "POST", body: "x".repeat(20) })).text()).toBe("done");
});

it("no more connections are held than the limit", async () => {
  const port = await serve({ connections: 2 });
  const sockets = Array.from({ length: 3 }, () => connect(port, "127.0.0.1").on("error", () => {}));
  await Promise.race(sockets.map(closed));
  expect(sockets.filter((socket) => socket.destroyed)).toHaveLength(1);
  for (const socket of sockets) socket.destroy();
});

it("idle connections keep nobody out: the one that was idle for the longest makes room", async () => {
  const port = await serve({ connections: 20 });
  const idle: Socket[] = [];
  let ended = 0;
  for (let count = 0; count < 60; count++) {
    const socket = connect(port, "127.0.0.1");
    socket.on("error", () => {});
    socket.once("close", () => {
      ended += 1;
    });
    idle.push(socket);
    await once(socket, "connect");
    await new Promise((resolve) => setImmediate(resolve));
  }
  expect(await (await fetch(`http://127.0.0.1:${port}/`)).text()).toBe("done");
  expect(ended).toBeGreaterThan(30);
  for (const socket of idle) socket.destroy();
});

it("a connection that is being answered is not closed to make room", async () => {
  const port = await serve({ connections: 20 });
  const answer = fetch(`http://127.0.0.1:${port}/stream`);
  const response = await answer;
  const others = await Promise.all(
    Array.from({ length: 40 }, async () => {
      const socket = connect(port, "127.0.0.1").on("error", () => {});
      await once(socket, "connect");
      return socket;
    }),
  );
  expect(await response.text()).toBe("begun, done");
  for (const socket of others) socket.destroy();
});
