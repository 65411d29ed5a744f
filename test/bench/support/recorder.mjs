// Loaded into a measured server before its own code (node --import): writes a line to BATON_BENCH_RECORD for each
// process that it starts, each call to Docker, each health probe and each exchange with Postgres, with its times.
// In plain JavaScript, because the server that it is loaded into runs compiled code.
import childProcess from "node:child_process";
import diagnostics from "node:diagnostics_channel";
import { appendFileSync } from "node:fs";
import net from "node:net";

const file = process.env.BATON_BENCH_RECORD;
const now = () => performance.timeOrigin + performance.now();
const write = (entry) => appendFileSync(file, `${JSON.stringify(entry)}\n`);

recordProcesses();
recordRequests();
recordQueries();

function recordProcesses() {
  const { prototype } = childProcess.ChildProcess;
  const { spawn } = prototype;
  prototype.spawn = function (options) {
    const fromMs = now();
    const result = spawn.call(this, options);
    const words = (options.args ?? []).filter((word) => !/^-c$|^\w+\.\w+=|^setpriv$|^--pdeathsig$|^TERM$/.test(word));
    const entry = { type: "process", name: words.slice(0, 3).join(" "), fromMs, spawnedMs: now() };
    this.once("exit", () => write({ ...entry, toMs: now() }));
    return result;
  };
}

function recordRequests() {
  const began = new WeakMap();
  diagnostics.subscribe("http.client.request.start", ({ request }) => began.set(request, now()));
  diagnostics.subscribe("http.client.response.finish", ({ request, response }) => {
    const type = typeOf(request);
    if (type === null) return;
    const entry = { type, name: `${request.method} ${request.path.replace(/\?.*/, "")}`, fromMs: began.get(request) };
    // Docker answers a build at once, and ends the answer with the build.
    response.once("close", () => write({ ...entry, status: response.statusCode, toMs: now() }));
  });
}

function typeOf(request) {
  if (/docker/.test(request.socketPath ?? "")) return "docker";
  return request.getHeader("user-agent") === "Baton-Health-Check/1" ? "probe" : null;
}

/** Counts round trips: a Sync or a simple query each, as the frontend protocol of Postgres has them. */
function recordQueries() {
  const sessions = new WeakMap();
  const { write: send } = net.Socket.prototype;
  net.Socket.prototype.write = function (chunk, ...rest) {
    const bytes = typeof chunk === "string" ? Buffer.from(chunk) : chunk;
    const session = sessions.get(this);
    if (session) readMessages(session, bytes);
    else if (isStartUp(bytes)) sessions.set(this, { names: new Map(), query: "" });
    return send.call(this, chunk, ...rest);
  };
}

/** The first message of a session has no type: its length, then the version of the protocol, 3.0. */
function isStartUp(bytes) {
  return bytes?.length > 8 && bytes.length < 1_000 && bytes.readInt32BE?.(4) === 196_608;
}

function readMessages(session, bytes) {
  for (let at = 0; at + 5 <= bytes.length; ) {
    const type = String.fromCharCode(bytes[at]);
    const body = bytes.subarray(at + 5, at + 1 + bytes.readInt32BE(at + 1));
    if (type === "P") {
      const [name, query] = body.toString().split("\0");
      session.names.set(name, query);
      session.query = query;
    }
    if (type === "B") {
      const [, name] = body.toString("latin1").split("\0");
      session.query = session.names.get(name) ?? session.query;
    }
    if (type === "Q") session.query = body.toString().replace(/\0$/, "");
    if (type === "Q" || type === "S") {
      write({ type: "query", name: session.query.replace(/\s+/g, " ").slice(0, 160), fromMs: now(), toMs: now() });
    }
    at += 1 + bytes.readInt32BE(at + 1);
  }
}
