// An app without dependencies that behaves as release.json says: it works, or misbehaves in one of many ways.
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { createServer as createTcpServer } from "node:net";

const { version, behaviour } = JSON.parse(readFileSync(new URL("release.json", import.meta.url), "utf8"));
const port = 3000;
const otherPort = 3999;
let probes = 0;

const say = (text) => process.stdout.write(`${text}\n`);
say(`version ${version} begins to ${behaviour}`);

const behaviours = {
  serve: () => serve(port),
  "listen-elsewhere": () => serve(otherPort),
  "listen-on-loopback": () => serve(port, "127.0.0.1"),
  "listen-nowhere": () => setInterval(() => {}, 60_000),
  "answer-500": () => listen((_request, answer) => answer.writeHead(500).end("the database is missing\n")),
  redirect: () => listen((_request, answer) => answer.writeHead(302, { Location: "http://192.0.2.1/" }).end()),
  hang: () => listen(() => {}),
  // Three successful probes open the gate, so the app crashes soon after it is live.
  "crash-when-live": () => serve(port, undefined, () => ++probes === 5 && leave(7)),
  "exit-3": () => leave(3),
  "exit-0": () => leave(0),
  "want-a-variable": () => (process.env.COLOUR === undefined ? leave(4) : serve(port)),
  "use-all-memory": () => eat([]),
  tcp: () => createTcpServer((socket) => socket.on("error", () => {}).pipe(socket)).listen(port),
  "tcp-elsewhere": () => createTcpServer((socket) => socket.on("error", () => {}).pipe(socket)).listen(otherPort),
  work: () => setInterval(() => say("still working"), 1_000),
};
behaviours[behaviour]();

function leave(code) {
  say("there is no way to go on");
  process.exit(code);
}

function eat(eaten) {
  setInterval(() => eaten.push(Buffer.alloc(16 * 1024 * 1024, 1)), 10);
}

function serve(onPort, host, onProbe = () => {}) {
  listen(
    (request, answer) => {
      const url = new URL(request.url, "http://app");
      const route = routes[url.pathname];
      if (!route) return answer.writeHead(404).end();
      if (url.pathname === "/") onProbe();
      route(answer, url.searchParams);
    },
    onPort,
    host,
  );
}

const routes = {
  // Health checks request /, and tests request /version.
  "/": (answer) => answer.end(`${version}\n`),
  "/version": (answer) => answer.end(version),
  "/variable": (answer, query) => answer.end(process.env[query.get("name")] ?? ""),
  // The answer begins at once and ends when `release` is requested, so it is in progress until then.
  "/slow": (answer, query) => {
    answer.write(`${version} begins, `);
    setTimeout(() => answer.end(`${version} ends`), Number(query.get("ms")));
  },
  "/events": (answer, query) => {
    let left = Number(query.get("count"));
    answer.writeHead(200, { "Content-Type": "text/event-stream" });
    const timer = setInterval(() => {
      answer.write(`data: ${version}\n\n`);
      if (--left === 0) answer.end();
    }, 100);
    answer.on("close", () => clearInterval(timer));
  },
};

function listen(answer, onPort = port, host = undefined) {
  const server = createServer(answer);
  server.keepAliveTimeout = 60_000;
  server.on("upgrade", echo);
  server.listen(onPort, host);
}

/** A WebSocket that echoes each short text together with the version that answered. */
function echo(request, socket) {
  const key = `${request.headers["sec-websocket-key"]}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`;
  const accept = createHash("sha1").update(key).digest("base64");
  socket.write(
    `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accept}\r\n\r\n`,
  );
  socket.on("error", () => {});
  socket.on("data", (frame) => {
    const isText = (frame[0] & 0x0f) === 1;
    if (!isText) return socket.end(Buffer.from([0x88, 0x00]));
    const length = frame[1] & 0x7f;
    const mask = frame.subarray(2, 6);
    const text = Buffer.from(frame.subarray(6, 6 + length).map((byte, at) => byte ^ mask[at % 4]));
    const reply = Buffer.from(`${text} from ${version}`);
    socket.write(Buffer.concat([Buffer.from([0x81, reply.length]), reply]));
  });
}
