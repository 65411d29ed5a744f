import { isIPv4 } from "node:net";
import { isAbsolute, resolve } from "node:path";
import type { PortRange } from "../ports/store/leases.ts";
import { BadConfig, type EnvironmentVariables, wrong } from "./bad-config.ts";
import { type OwnBackupConfig, readOwnBackupConfig } from "./own-backup-config.ts";

/**
 * All settings from the environment. Durations are in milliseconds. INTERFACE: the names of the variables never change.
 */
export interface Config {
  readonly dataFolder: string;
  readonly listen: { readonly host: string; readonly port: number };
  readonly publicUrl: URL;
  readonly domain: string;
  readonly httpPort: number;
  readonly httpsPort: number;
  readonly caddyBin: string;
  readonly databaseUrl: string | null;
  readonly dockerHost: string | undefined;
  readonly adminToken: string | null;
  readonly maxBuilds: number;
  readonly buildTimeoutMs: number;
  readonly healthTimeoutMs: number;
  readonly watchMs: number;
  readonly drainTimeoutMs: number;
  readonly initTimeoutMs: number;
  /** How long a worker must stay up to count as healthy, since it has no port to probe. */
  readonly workerUpMs: number;
  readonly keepVersions: number;
  /** A replaced version keeps its images for this long; null means as long as it is among `keepVersions`. */
  readonly keepVersionDays: number | null;
  /** The limits for all builds together; null means no limit. */
  readonly buildLimits: { readonly memoryBytes: number | "auto" | null; readonly processes: number | null };
  /** The largest size of the daemon's build cache; null if Baton must not prune it. */
  readonly buildCacheBytes: number | null;
  /** Unused records of the build cache are kept for this long; null means as long as there is room. */
  readonly buildCacheDays: number | null;
  /** How much must be free on the disk before a fetch or a build; null means that it isn't checked. */
  readonly minFreeBytes: number | null;
  /** How long logs of deployments are kept; null means forever. */
  readonly logRetention: { readonly days: number | null; readonly deployments: number | null };
  readonly ownBackups: OwnBackupConfig;
  readonly ports: PortRange;
  /** The loopback address that apps are published on. It differs from the dashboard's, since cookies ignore ports. */
  readonly appsHost: string;
  readonly subnets: string;
  readonly allowPrivateRepositories: boolean;
  /** Whether Baton adds its own rules to the host's packet filter. */
  readonly firewall: boolean;
  /** The ports of this host that builds may reach, beside Caddy's and name servers. */
  readonly buildHostPorts: readonly number[] | "all";
  /** The URL of a GitHub API; null means GitHub's own. */
  readonly gitHubApi: string | null;
  /** "auto", "official", "local", or the prefix of a mirror. */
  readonly baseImages: string;
  readonly deployHello: boolean;
  readonly logLevel: string;
  /** For tests only; see failpoints.ts. */
  readonly failpoints: string;
}

/**
 * Reads the environment, which is a parameter so that tests can pass their own. Throws BadConfig for the first invalid
 * value.
 */
export function readConfig(environment: EnvironmentVariables, workingFolder: string): Config {
  const text = (name: string, fallback: string) => environment[name]?.trim() || fallback;
  const listen = address("BATON_LISTEN", text("BATON_LISTEN", "127.0.0.1:4000"));
  const domain = domainName(text("BATON_DOMAIN", "localhost"));
  const local = domain === "localhost";
  const url = publicUrl(environment.BATON_PUBLIC_URL?.trim(), listen);
  const dataFolder = text("BATON_DATA", ".baton");

  return {
    dataFolder: isAbsolute(dataFolder) ? dataFolder : resolve(workingFolder, dataFolder),
    listen,
    publicUrl: url,
    domain,
    httpPort: wholeNumber("BATON_HTTP_PORT", text("BATON_HTTP_PORT", local ? "8080" : "80"), 1, 65_535),
    httpsPort: wholeNumber("BATON_HTTPS_PORT", text("BATON_HTTPS_PORT", local ? "8443" : "443"), 1, 65_535),
    caddyBin: text("BATON_CADDY_BIN", "caddy"),
    databaseUrl: environment.DATABASE_URL?.trim() || null,
    dockerHost: environment.DOCKER_HOST?.trim() || undefined,
    adminToken: adminToken(environment.BATON_ADMIN_TOKEN?.trim() || null),
    maxBuilds: wholeNumber("BATON_MAX_BUILDS", text("BATON_MAX_BUILDS", "4"), 1, 64),
    buildTimeoutMs: duration("BATON_BUILD_TIMEOUT", text("BATON_BUILD_TIMEOUT", "10m")),
    healthTimeoutMs: duration("BATON_HEALTH_TIMEOUT", text("BATON_HEALTH_TIMEOUT", "90s")),
    watchMs: duration("BATON_WATCH", text("BATON_WATCH", "10s")),
    drainTimeoutMs: duration("BATON_DRAIN_TIMEOUT", text("BATON_DRAIN_TIMEOUT", "30s")),
    initTimeoutMs: duration("BATON_INIT_TIMEOUT", text("BATON_INIT_TIMEOUT", "5m")),
    workerUpMs: duration("BATON_WORKER_UP", text("BATON_WORKER_UP", "10s")),
    keepVersions: wholeNumber("BATON_KEEP_VERSIONS", text("BATON_KEEP_VERSIONS", "5"), 1, 100),
    keepVersionDays: countOrOff("BATON_KEEP_VERSION_DAYS", text("BATON_KEEP_VERSION_DAYS", "off")),
    buildLimits: {
      memoryBytes: buildMemory("BATON_BUILD_MEMORY", text("BATON_BUILD_MEMORY", "auto")),
      processes: buildProcesses("BATON_BUILD_PROCESSES", text("BATON_BUILD_PROCESSES", "4096")),
    },
    buildCacheBytes: size("BATON_BUILD_CACHE", text("BATON_BUILD_CACHE", "10g")),
    buildCacheDays: countOrOff("BATON_BUILD_CACHE_DAYS", text("BATON_BUILD_CACHE_DAYS", "30")),
    minFreeBytes: size("BATON_MIN_FREE", text("BATON_MIN_FREE", "1g")),
    logRetention: {
      days: countOrOff("BATON_KEEP_LOG_DAYS", text("BATON_KEEP_LOG_DAYS", "90")),
      deployments: countOrOff("BATON_KEEP_LOGS", text("BATON_KEEP_LOGS", "500")),
    },
    ownBackups: readOwnBackupConfig(environment, workingFolder),
    ports: portRange(text("BATON_PORTS", "20000-29999")),
    appsHost: appsHost(listen.host, url.hostname),
    subnets: subnetPool(text("BATON_SUBNETS", "10.214.0.0/16")),
    allowPrivateRepositories: flag("BATON_ALLOW_PRIVATE_REPOSITORIES", text("BATON_ALLOW_PRIVATE_REPOSITORIES", "0")),
    firewall: flag("BATON_FIREWALL", text("BATON_FIREWALL", "1")),
    buildHostPorts: ports("BATON_BUILD_HOST_PORTS", text("BATON_BUILD_HOST_PORTS", "")),
    gitHubApi: apiUrl("BATON_GITHUB_API", environment.BATON_GITHUB_API?.trim() || null),
    baseImages: baseImages(text("BATON_BASE_IMAGES", "auto")),
    deployHello: flag("BATON_HELLO", text("BATON_HELLO", "1")),
    logLevel: oneOf("BATON_LOG_LEVEL", text("BATON_LOG_LEVEL", "info"), [
      "trace",
      "debug",
      "info",
      "warn",
      "error",
      "fatal",
      "silent",
    ]),
    failpoints: text("BATON_TEST_FAILPOINTS", ""),
  };
}

/** Linux accepts every address of 127.0.0.0/8 without configuration. */
function appsHost(...dashboard: readonly string[]): string {
  return ["127.0.0.2", "127.0.0.3", "127.0.0.4"].find((host) => !dashboard.includes(host)) ?? "127.0.0.2";
}

function wholeNumber(name: string, value: string, least: number, most: number): number {
  const number = /^\d{1,9}$/.test(value) ? Number(value) : Number.NaN;
  if (!(number >= least && number <= most)) throw wrong(name, value, `a whole number from ${least} to ${most}`);
  return number;
}

const unitMs = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 } as const;

function duration(name: string, value: string): number {
  const match = /^(\d{1,7})(ms|s|m|h)$/.exec(value);
  const unit = match?.[2] as keyof typeof unitMs | undefined;
  const ms = match && unit ? Number(match[1]) * unitMs[unit] : 0;
  // A timer holds at most 2^31 ms.
  if (ms < 1 || ms >= 2 ** 31) throw wrong(name, value, "a duration such as 500ms, 90s, 10m or 1h");
  return ms;
}

const unitBytes = { m: 1024 ** 2, g: 1024 ** 3, t: 1024 ** 4 } as const;

/** Null means `off`. */
function size(name: string, value: string, accepted = "a size such as 500m, 10g or 1t, or off"): number | null {
  if (value === "off") return null;
  const match = /^(\d{1,4})([mgt])$/.exec(value);
  const unit = match?.[2] as keyof typeof unitBytes | undefined;
  const bytes = match && unit ? Number(match[1]) * unitBytes[unit] : 0;
  if (bytes === 0) throw wrong(name, value, accepted);
  return bytes;
}

/** No build succeeds with less than this. */
const leastBuildMemory = 64 * 1024 ** 2;

function buildMemory(name: string, value: string): number | "auto" | null {
  if (value === "auto") return "auto";
  const bytes = size(name, value, "a size of at least 64m such as 2g, auto, or off");
  if (bytes !== null && bytes < leastBuildMemory)
    throw wrong(name, value, "a size of at least 64m such as 2g, auto, or off");
  return bytes;
}

function buildProcesses(name: string, value: string): number | null {
  const number = /^\d{1,7}$/.test(value) ? Number(value) : Number.NaN;
  if (value !== "off" && !(number >= 32 && number <= 4_194_304)) {
    throw wrong(name, value, "a whole number from 32 to 4194304, or off");
  }
  return value === "off" ? null : number;
}

/** Null means `off`. */
function countOrOff(name: string, value: string): number | null {
  if (value === "off") return null;
  const number = /^\d{1,6}$/.test(value) ? Number(value) : 0;
  if (number < 1) throw wrong(name, value, "a whole number of at least 1, or off");
  return number;
}

function ports(name: string, value: string): readonly number[] | "all" {
  if (value === "all") return value;
  const listed = value.split(",").filter((part) => part.trim() !== "");
  const numbers = listed.map((part) => (/^\s*\d{1,5}\s*$/.test(part) ? Number(part) : 0));
  if (numbers.some((port) => port < 1 || port > 65_535)) throw wrong(name, value, "ports such as 3128,5000, or all");
  return numbers;
}

function flag(name: string, value: string): boolean {
  return oneOf(name, value, ["0", "1"]) === "1";
}

function oneOf(name: string, value: string, choices: readonly string[]): string {
  if (!choices.includes(value)) throw wrong(name, value, choices.join(", ").replace(/, ([^,]*)$/, " or $1"));
  return value;
}

function address(name: string, value: string): Config["listen"] {
  const match = /^(?:\[([0-9a-fA-F:.]+)\]|([^:[\]]+)):(\d{1,5})$/.exec(value);
  const host = match?.[1] ?? match?.[2];
  const port = Number(match?.[3]);
  if (!host || !(port >= 1 && port <= 65_535))
    throw wrong(name, value, "an address with a port, such as 127.0.0.1:4000");
  return { host, port };
}

function publicUrl(value: string | undefined, listen: Config["listen"]): URL {
  const host = listen.host.includes(":") ? `[${listen.host}]` : listen.host;
  if (!value) {
    if (!isLoopbackHost(listen.host)) {
      throw new BadConfig(
        `BATON_LISTEN is "${host}:${listen.port}", which other machines can reach: set BATON_PUBLIC_URL to the URL they use, such as https://baton.example.com`,
      );
    }
    return new URL(`http://${host}:${listen.port}`);
  }
  const url = URL.canParse(value) ? new URL(value) : null;
  const plain =
    url && /^https?:$/.test(url.protocol) && url.pathname === "/" && !url.search && !url.hash && !url.username;
  if (!plain) throw wrong("BATON_PUBLIC_URL", value, "a URL without a path, such as https://baton.example.com");
  return url;
}

function apiUrl(name: string, value: string | null): string | null {
  if (value === null) return null;
  const url = URL.canParse(value) ? new URL(value) : null;
  const plain = url && /^https?:$/.test(url.protocol) && !url.search && !url.hash && !url.username && !url.password;
  if (!plain) throw wrong(name, value, "the URL of a GitHub API, such as https://github.example.com/api/v3");
  // Baton sends tokens to this URL.
  if (url.protocol === "http:" && !isLoopbackHost(url.hostname.replace(/^\[|\]$/g, ""))) {
    throw wrong(name, value, "an https URL, or an http URL on loopback");
  }
  return value.replace(/\/+$/, "");
}

export function isLoopbackHost(host: string): boolean {
  return host === "localhost" || host === "::1" || (isIPv4(host) && host.startsWith("127."));
}

function domainName(value: string): string {
  const label = "[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?";
  if (value.length > 190 || !new RegExp(`^${label}(?:\\.${label})*$`).test(value)) {
    throw wrong("BATON_DOMAIN", value, "a domain name in lower case, such as apps.example.com");
  }
  return value;
}

function adminToken(value: string | null): string | null {
  if (value !== null && !/^[\x21-\x7e]{32,256}$/.test(value)) {
    // The value is a secret, so the message does not quote it.
    throw new BadConfig("BATON_ADMIN_TOKEN must be 32 to 256 visible ASCII characters");
  }
  return value;
}

function portRange(value: string): PortRange {
  const match = /^(\d{1,5})-(\d{1,5})$/.exec(value);
  const [first, last] = [Number(match?.[1]), Number(match?.[2])];
  if (!(first >= 1024 && last <= 65_535 && last - first >= 9)) {
    throw wrong("BATON_PORTS", value, "a range of at least 10 ports between 1024 and 65535, such as 20000-29999");
  }
  return { first, last };
}

function subnetPool(value: string): string {
  const match = /^(\d+\.\d+\.\d+\.\d+)\/(\d{1,2})$/.exec(value);
  const bits = Number(match?.[2]);
  if (!match?.[1] || !isIPv4(match[1]) || !(bits >= 8 && bits <= 27)) {
    throw wrong("BATON_SUBNETS", value, "an IPv4 network from /8 to /27, such as 10.214.0.0/16");
  }
  return value;
}

function baseImages(value: string): string {
  if (!/^(?:auto|official|local|[a-z0-9][a-z0-9.-]*(?::\d+)?(?:\/[a-z0-9._-]+)*\/?)$/.test(value)) {
    throw wrong(
      "BATON_BASE_IMAGES",
      value,
      "auto, official, local or a registry mirror's prefix, such as mirror.example.com/library",
    );
  }
  return value;
}
