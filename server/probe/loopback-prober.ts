import { request } from "node:http";
import { createConnection, createServer } from "node:net";
import { connect as connectTls } from "node:tls";
import { type HostAddress, partsOf } from "../model/names/host-address.ts";
import type { HttpOutcome, HttpProbe, Prober, TcpOutcome } from "../ports/prober.ts";

/** A health check wants a status, not a body. 64 KB is enough to see that a response is complete. */
const maxBodyBytes = 64 * 1024;

/** The messages of Go and Caddy, nginx, Apache, and Tomcat, Jetty and others. */
const plainHttpToTls =
  /HTTP request (?:was sent )?to (?:an )?HTTPS (?:server|port)|plain HTTP to an SSL-enabled|combination of host and port requires TLS/i;

/** Probes addresses on loopback, where Baton publishes every service. */
export function createLoopbackProber(): Prober {
  return { http, tcp, speaksTls, isFree };
}

function http(probe: HttpProbe, signal: AbortSignal): Promise<HttpOutcome> {
  return new Promise((resolve, reject) => {
    signal.throwIfAborted();
    const began = performance.now();
    const outgoing = request({
      ...partsOf(probe.address),
      path: probe.path,
      method: "GET",
      agent: false,
      headers: { host: probe.host, "user-agent": "Baton-Health-Check/1", accept: "*/*", connection: "close" },
    });
    const done = (outcome: HttpOutcome) => {
      clearTimeout(deadline);
      signal.removeEventListener("abort", onAbort);
      outgoing.destroy();
      resolve(outcome);
    };
    const onAbort = () => {
      clearTimeout(deadline);
      outgoing.destroy();
      reject(signal.reason);
    };
    const deadline = setTimeout(() => done({ type: "timeout" }), probe.timeoutMs);
    signal.addEventListener("abort", onAbort, { once: true });

    outgoing.on("response", (response) => {
      const status = response.statusCode ?? 0;
      let start = "";
      const answered = () => {
        const wantsTls = status === 400 && plainHttpToTls.test(start);
        done({ type: "answered", status, tookMs: performance.now() - began, ...(wantsTls && { wantsTls }) });
      };
      let bytes = 0;
      response.on("data", (chunk: Buffer) => {
        if (status === 400 && start.length < 2_000) start += chunk.toString("latin1");
        bytes += chunk.length;
        if (bytes > maxBodyBytes) answered();
      });
      response.on("end", answered);
      response.on("error", (error) => done({ type: "closed", detail: error.message }));
    });
    outgoing.on("error", (error: NodeJS.ErrnoException) => {
      done(
        error.code?.startsWith("HPE_")
          ? { type: "garbled", detail: error.message }
          : { type: "closed", detail: closedDetail(error) },
      );
    });
    outgoing.end();
  });
}

function tcp(address: HostAddress, holdMs: number, timeoutMs: number, signal: AbortSignal): Promise<TcpOutcome> {
  return new Promise((resolve, reject) => {
    signal.throwIfAborted();
    const began = performance.now();
    const socket = createConnection(partsOf(address));
    let hold: NodeJS.Timeout | undefined;
    const done = (outcome: TcpOutcome) => {
      clearTimeout(hold);
      clearTimeout(deadline);
      signal.removeEventListener("abort", onAbort);
      socket.destroy();
      resolve(outcome);
    };
    const onAbort = () => {
      clearTimeout(hold);
      clearTimeout(deadline);
      socket.destroy();
      reject(signal.reason);
    };
    const deadline = setTimeout(() => done({ type: "timeout" }), timeoutMs);
    signal.addEventListener("abort", onAbort, { once: true });
    const open = () => done({ type: "open", tookMs: performance.now() - began });

    socket.on("connect", () => {
      hold = setTimeout(open, holdMs);
    });
    socket.on("data", open);
    socket.on("close", () => done({ type: "closed", detail: "the connection was closed at once" }));
    socket.on("error", (error: NodeJS.ErrnoException) => done({ type: "closed", detail: closedDetail(error) }));
  });
}

function closedDetail(error: NodeJS.ErrnoException): string {
  switch (error.code) {
    case "ECONNREFUSED":
      return "connection refused";
    case "ECONNRESET":
    case "EPIPE":
      return "the connection was closed without a response";
    default:
      return error.message;
  }
}

/** The peer answered in TLS, if only to refuse this client. */
const tlsAlert = /ALERT|UNSUPPORTED_PROTOCOL|NO_CIPHERS|DH_KEY_TOO_SMALL/;

function speaksTls(address: HostAddress, timeoutMs: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connectTls({ ...partsOf(address), rejectUnauthorized: false });
    const done = (speaks: boolean) => {
      clearTimeout(deadline);
      socket.destroy();
      resolve(speaks);
    };
    const deadline = setTimeout(() => done(false), timeoutMs);
    socket.on("secureConnect", () => done(true));
    socket.on("error", (error: NodeJS.ErrnoException) => done(tlsAlert.test(error.code ?? "")));
    socket.on("close", () => done(false));
  });
}

function isFree(address: HostAddress): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once("error", () => resolve(false));
    server.listen({ ...partsOf(address), exclusive: true }, () => server.close(() => resolve(true)));
  });
}
