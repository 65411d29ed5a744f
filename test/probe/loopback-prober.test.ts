import { createServer, type RequestListener } from "node:http";
import { type AddressInfo, createServer as createTcpServer, type Server, type Socket } from "node:net";
import { createServer as createTlsServer } from "node:tls";
import { afterEach, describe, expect, test } from "vitest";
import { type HostAddress, hostAddress, partsOf } from "../../server/model/names/host-address.ts";
import { createLoopbackProber } from "../../server/probe/loopback-prober.ts";

const prober = createLoopbackProber();
const signal = new AbortController().signal;
const servers: Server[] = [];
const sockets = new Set<Socket>();

async function listening(server: Server, host = "127.0.0.1"): Promise<HostAddress> {
  servers.push(server);
  server.on("connection", (socket: Socket) => void sockets.add(socket));
  await new Promise<void>((resolve) => server.listen(0, host, resolve));
  return hostAddress(host, (server.address() as AddressInfo).port);
}

const serving = (answer: RequestListener) => listening(createServer(answer));
const ask = (address: HostAddress, timeoutMs = 5_000) =>
  prober.http({ address, path: "/ready", host: "shop.example", timeoutMs }, signal);

afterEach(async () => {
  for (const socket of sockets) socket.destroy();
  await Promise.all(servers.splice(0).map((server) => new Promise((resolve) => server.close(resolve))));
});

describe("a health check over HTTP", () => {
  test("asks as a visitor of the app would, and hears its status", async () => {
    const asked: unknown[] = [];
    const address = await serving((request, answer) => {
      asked.push([request.method, request.url, request.headers.host]);
      answer.writeHead(204).end();
    });
    expect(await ask(address)).toMatchObject({ type: "answered", status: 204 });
    expect(asked).toEqual([["GET", "/ready", "shop.example"]]);
  });

  test("does not follow a redirect, wherever that leads", async () => {
    const strangers: string[] = [];
    const elsewhere = await serving((request, answer) => {
      strangers.push(request.url ?? "");
      answer.end();
    });
    const address = await serving((_request, answer) =>
      answer.writeHead(302, { location: `http://${elsewhere}/` }).end(),
    );
    expect(await ask(address)).toMatchObject({ type: "answered", status: 302 });
    expect(strangers).toEqual([]);
  });

  test.each([
    ["Client sent an HTTP request to an HTTPS server.", true],
    ["<center>The plain HTTP request was sent to HTTPS port</center>", true],
    ["Reason: You're speaking plain HTTP to an SSL-enabled server port.", true],
    ["Bad Request\nThis combination of host and port requires TLS.", true],
    ["Invalid HTTP_HOST header", undefined],
  ])("hears a 400 that says %s", async (body, wantsTls) => {
    const address = await serving((_request, answer) => answer.writeHead(400).end(body));
    expect(await ask(address)).toEqual({
      type: "answered",
      status: 400,
      tookMs: expect.any(Number),
      ...(wantsTls && { wantsTls }),
    });
  });

  test("tells a port that speaks TLS from one that does not", async () => {
    // Without a certificate the handshake fails with an alert, which is also TLS.
    const secure = await listening(createTlsServer());
    const plain = await serving((_request, answer) => answer.end("hello"));
    const closing = await listening(createTcpServer((socket) => socket.destroy()));
    expect(await prober.speaksTls(secure, 2_000)).toBe(true);
    expect(await prober.speaksTls(plain, 2_000)).toBe(false);
    expect(await prober.speaksTls(closing, 2_000)).toBe(false);
  });

  test("reads no more than 64 KB of an answer that does not end", async () => {
    let sent = 0;
    const address = await serving((_request, answer) => {
      const piece = Buffer.alloc(16 * 1024);
      const send = () => {
        while (!answer.destroyed && answer.write(piece)) sent += piece.length;
        if (!answer.destroyed) answer.once("drain", send);
      };
      send();
    });
    expect(await ask(address)).toMatchObject({ type: "answered", status: 200 });
    // The limit leaves room for the buffers of the two sockets.
    expect(sent).toBeLessThan(32 * 1024 * 1024);
  });

  test("gives up an answer that trickles, and one that does not come, when its time is over", async () => {
    const trickling = await serving((_request, answer) => {
      answer.writeHead(200, { "content-length": "1000" });
      const timer = setInterval(() => answer.write("x"), 20);
      answer.on("close", () => clearInterval(timer));
    });
    const silent = await serving(() => {});
    for (const address of [trickling, silent]) {
      const began = performance.now();
      expect(await ask(address, 200)).toEqual({ type: "timeout" });
      expect(performance.now() - began).toBeLessThan(2_000);
    }
  });

  test("tells what is no HTTP, a connection that breaks off, and a port where nobody listens", async () => {
    const garbled = await listening(createTcpServer((socket) => void socket.end("SSH-2.0-OpenSSH\r\n")));
    expect(await ask(garbled)).toMatchObject({ type: "garbled" });
    const broken = await listening(createTcpServer((socket) => void socket.destroy()));
    expect(await ask(broken)).toEqual({ type: "closed", detail: "the connection was closed without a response" });
    const [server] = [servers.at(-1)];
    await new Promise((resolve) => server?.close(resolve));
    servers.pop();
    expect(await ask(broken)).toEqual({ type: "closed", detail: "connection refused" });
  });

  test("ends with its signal's reason", async () => {
    const address = await serving(() => {});
    const cancel = new AbortController();
    const asked = prober.http({ address, path: "/", host: "shop.example", timeoutMs: 5_000 }, cancel.signal);
    cancel.abort(new Error("cancelled"));
    await expect(asked).rejects.toThrow("cancelled");
  });
});

describe("a check of a connection", () => {
  test("wants one that stays open, or is spoken to", async () => {
    const quiet = await listening(createTcpServer(() => {}));
    expect(await prober.tcp(quiet, 50, 1_000, signal)).toMatchObject({ type: "open" });
    const greeting = await listening(createTcpServer((socket) => void socket.write("220 ready\r\n")));
    expect(await prober.tcp(greeting, 60_000, 1_000, signal)).toMatchObject({ type: "open" });
    // docker-proxy does this where nothing listens inside the container.
    const closing = await listening(createTcpServer((socket) => void socket.end()));
    expect(await prober.tcp(closing, 500, 1_000, signal)).toEqual({
      type: "closed",
      detail: "the connection was closed at once",
    });
  });

  test("a port is free until somebody listens there", async () => {
    const address = await listening(createTcpServer());
    expect(await prober.isFree(address)).toBe(false);
    const [server] = servers.splice(0);
    await new Promise((resolve) => server?.close(resolve));
    expect(await prober.isFree(address)).toBe(true);
  });

  test("a port belongs to its address: what listens on another one is neither asked nor in the way", async () => {
    const address = await listening(
      createTcpServer((socket) => void socket.write("220 ready\r\n")),
      "127.0.0.2",
    );
    expect(await prober.tcp(address, 60_000, 1_000, signal)).toMatchObject({ type: "open" });
    const elsewhere = hostAddress("127.0.0.1", partsOf(address).port);
    expect(await prober.tcp(elsewhere, 50, 1_000, signal)).toEqual({ type: "closed", detail: "connection refused" });
    expect([await prober.isFree(address), await prober.isFree(elsewhere)]).toEqual([false, true]);
  });

  test("a port that is taken on every address is taken on each", async () => {
    const everywhere = await listening(createTcpServer(), "0.0.0.0");
    expect(await prober.isFree(hostAddress("127.0.0.2", partsOf(everywhere).port))).toBe(false);
  });
});
