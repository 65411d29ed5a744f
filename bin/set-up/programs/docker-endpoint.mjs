import { readFile } from "node:fs/promises";
import { request as httpRequest } from "node:http";
import { request as httpsRequest } from "node:https";
import { join } from "node:path";

const DEFAULT_SOCKET = "/var/run/docker.sock";
const ANSWER_TIMEOUT_MS = 5_000;
const MAX_ANSWER = 64 * 1024;

/**
 * Returns where Docker is expected. `local` means this machine's own daemon, the only one that set-up installs or
 * starts.
 *
 * @typedef {{ name: string, local: boolean, askable: boolean, options: object, tlsFolder: string | null }} Endpoint
 * @returns {Endpoint}
 */
export function dockerEndpoint(env = process.env) {
  const name = env.DOCKER_HOST || `unix://${DEFAULT_SOCKET}`;
  if (name.startsWith("unix://")) {
    const socketPath = name.slice("unix://".length);
    const local = [DEFAULT_SOCKET, "/run/docker.sock"].includes(socketPath);
    return { name, local, askable: true, options: { socketPath }, tlsFolder: null };
  }
  const url = URL.canParse(name) ? new URL(name) : null;
  const secure = url?.protocol === "https:" || Boolean(env.DOCKER_TLS_VERIFY) || url?.port === "2376";
  return {
    name,
    local: false,
    askable: url !== null && ["tcp:", "http:", "https:"].includes(url.protocol),
    options: { host: url?.hostname, port: url?.port || (secure ? "2376" : "2375") },
    tlsFolder: secure ? env.DOCKER_CERT_PATH || join(env.HOME ?? "/root", ".docker") : null,
  };
}

/**
 * @param {Endpoint} endpoint
 * @returns {Promise<{ version: string } | { version: null, reason: "forbidden" | "silent" }>}
 */
export async function askDocker(endpoint) {
  try {
    const { Version } = JSON.parse(await get(endpoint, "/version"));
    return { version: String(Version) };
  } catch (error) {
    return { version: null, reason: error.code === "EACCES" ? "forbidden" : "silent" };
  }
}

/**
 * Whether apps stop while this Docker is restarted, although they need not: its live-restore is off, and no Swarm rules
 * it out. False when it does not say.
 *
 * @param {Endpoint} endpoint
 */
export async function couldLiveRestore(endpoint) {
  if (!endpoint.askable) return false;
  const { LiveRestoreEnabled, Swarm } = await get(endpoint, "/info").then(JSON.parse, () => ({}));
  return LiveRestoreEnabled === false && Swarm?.LocalNodeState !== "active";
}

async function get({ options, tlsFolder }, path) {
  const signal = AbortSignal.timeout(ANSWER_TIMEOUT_MS);
  const tls = tlsFolder ? await readCertificates(tlsFolder) : {};
  const request = tlsFolder ? httpsRequest : httpRequest;
  const response = await new Promise((resolve, reject) => {
    request({ ...options, ...tls, path, agent: false, signal }, resolve)
      .on("error", reject)
      .end();
  });
  let body = "";
  for await (const chunk of response.setEncoding("utf8")) {
    body += chunk;
    if (body.length > MAX_ANSWER) throw new Error("The response is too long for a Docker daemon.");
  }
  return body;
}

async function readCertificates(folder) {
  const read = (file) => readFile(join(folder, file)).catch(() => undefined);
  const [ca, cert, key] = await Promise.all([read("ca.pem"), read("cert.pem"), read("key.pem")]);
  return { ca, cert, key };
}
