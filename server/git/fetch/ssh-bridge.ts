import { createHash, randomBytes, timingSafeEqual } from "node:crypto";
import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";
import ssh2, { type Client, type ClientChannel } from "ssh2";
import { FetchFailed, type RemoteRepository, type RemoteRequest } from "../../ports/git.ts";
import { readExactly } from "../receive/stream-reader.ts";
import type { Transport } from "./transport.ts";

const connectTimeoutMs = 10_000;
const handshakeTimeoutMs = 20_000;
const keepAliveMs = 15_000;
const maxSaidChars = 4_096;
const maxRequestBytes = 4_096;

/**
 * Connects to an ssh host for git. Git itself would start `ssh` through a shell, with keys and known hosts in files.
 * Instead the connection is made here, to a checked address, and git gets a loopback port on which it speaks its own
 * protocol. The port accepts one connection, which must name a secret.
 */
export async function openSshBridge(
  request: RemoteRequest,
  addresses: readonly string[],
  signal: AbortSignal,
): Promise<Transport> {
  const client = await signIn(request, addresses, signal);
  const secret = randomBytes(24).toString("hex");
  let said = "";
  const server = createServer({ pauseOnConnect: true }, (socket) => {
    server.close();
    bridge(socket, client, { secret, path: request.remote.path }, (text) => {
      said = (said + text).slice(-maxSaidChars);
    }).catch(() => socket.destroy());
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  const end = () => client.end();
  signal.addEventListener("abort", end, { once: true });

  return {
    url: `git://127.0.0.1:${port}/${secret}`,
    protocols: "git",
    config: {},
    said: () => said.trim(),
    async [Symbol.asyncDispose]() {
      signal.removeEventListener("abort", end);
      server.close();
      client.end();
    },
  };
}

async function signIn(
  { remote, privateKey, hostKey, onHostKey }: RemoteRequest,
  addresses: readonly string[],
  signal: AbortSignal,
): Promise<Client> {
  if (privateKey === null) {
    throw new FetchFailed(
      "authentication",
      "an ssh URL needs a deploy key, but there is none",
      "Generate one on the product's Repository tab and add it to the repository, or use the https URL.",
    );
  }
  const sock = await connectTo(addresses, remote.port, signal);
  const client = new ssh2.Client();
  let seen: string | null = null;
  const abort = () => sock.destroy();
  signal.addEventListener("abort", abort, { once: true });
  try {
    await new Promise<void>((resolve, reject) => {
      client.once("ready", resolve).on("error", reject);
      client.once("close", () => reject(new Error("the host closed the connection")));
      client.connect({
        sock,
        username: remote.user ?? "git",
        privateKey,
        readyTimeout: handshakeTimeoutMs,
        keepaliveInterval: keepAliveMs,
        hostVerifier: (key: Buffer) => {
          seen = fingerprintOf(key);
          return hostKey === null || hostKey === seen;
        },
      });
    });
  } catch (cause) {
    client.end();
    sock.destroy();
    signal.throwIfAborted();
    throw explainSignIn(cause, remote, hostKey, seen);
  } finally {
    signal.removeEventListener("abort", abort);
  }
  if (hostKey === null && seen !== null) onHostKey(seen);
  return client;
}

async function connectTo(addresses: readonly string[], port: number, signal: AbortSignal): Promise<Socket> {
  let cause: unknown = null;
  for (const host of addresses) {
    const socket = connect({ host, port, timeout: connectTimeoutMs });
    socket.once("timeout", () => socket.destroy(new Error(`no connection within ${connectTimeoutMs / 1_000} s`)));
    try {
      await once(socket, "connect", { signal });
      socket.setTimeout(0);
      return socket;
    } catch (error) {
      socket.destroy();
      signal.throwIfAborted();
      cause = error;
    }
  }
  throw new FetchFailed("unreachable", "the host is not responding", "Deploy again when it is back.", { cause });
}

/** Formats a fingerprint as ssh shows it: `SHA256:` and base64. */
function fingerprintOf(key: Buffer): string {
  return `SHA256:${createHash("sha256").update(key).digest("base64").replace(/=+$/, "")}`;
}

function explainSignIn(
  cause: unknown,
  { host }: RemoteRepository,
  expected: string | null,
  seen: string | null,
): FetchFailed {
  if (expected !== null && seen !== null && expected !== seen) {
    return new FetchFailed(
      "host-key",
      `${host} presents a different key (${seen}) from the one at the first fetch (${expected})`,
      "Someone may be intercepting the connection. If the host changed its key on purpose, remove the old one on the product's Repository tab.",
      { cause },
    );
  }
  const message = cause instanceof Error ? cause.message : String(cause);
  return /authentication methods failed/.test(message)
    ? new FetchFailed("authentication", `${host} rejected the deploy key`, "Add it to the repository's deploy keys.", {
        cause,
      })
    : new FetchFailed("unreachable", `the ssh connection to ${host} failed: ${message.slice(0, 200)}`, null, {
        cause,
      });
}

/** Git's requests are decided here: only the secret and the protocol's version are read from what git sends. */
async function bridge(
  socket: Socket,
  client: Client,
  { secret, path }: { readonly secret: string; readonly path: string },
  onSaid: (text: string) => void,
): Promise<void> {
  socket.on("error", () => {});
  const asked = await readRequest(socket);
  const given = /^git-upload-pack \/([0-9a-f]{48})\0/.exec(asked)?.[1] ?? "";
  if (given.length !== secret.length || !timingSafeEqual(Buffer.from(given), Buffer.from(secret))) {
    socket.destroy();
    return;
  }
  const version = /\0(version=[12])\0/.exec(asked)?.[1];
  const env = version === undefined ? {} : { env: { GIT_PROTOCOL: version } };
  const channel = await new Promise<ClientChannel>((resolve, reject) => {
    client.exec(`git-upload-pack ${quoted(path)}`, env, (error, opened) => (error ? reject(error) : resolve(opened)));
  });
  channel.on("error", () => socket.destroy());
  channel.stderr.setEncoding("utf8").on("data", onSaid);
  socket.pipe(channel).pipe(socket);
}

/** Quotes a path as git does, because the host passes it to its own shell. */
function quoted(path: string): string {
  return `'${path.replace(/['!]/g, (character) => `'\\${character}'`)}'`;
}

async function readRequest(socket: Socket): Promise<string> {
  const length = Number.parseInt((await readExactly(socket, 4))?.toString("latin1") ?? "", 16);
  if (!(length > 4 && length <= maxRequestBytes)) throw new Error("this is not git's request");
  return (await readExactly(socket, length - 4))?.toString("utf8") ?? "";
}
