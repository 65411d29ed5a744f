import type { BuildLimitState } from "../../ports/host/build-limiter.ts";
import type { FirewallState } from "../../ports/host/firewall.ts";
import { type ProductHealth, productTrouble } from "./product-trouble.ts";

/** Facts about the machine and what Baton depends on. Null means that it does not respond. */
export interface SystemFacts {
  readonly docker: { readonly builder: "buildkit" | "classic" } | null;
  readonly usage: { readonly imagesBytes: number; readonly buildCacheBytes: number } | null;
  /** Null when it has not been checked yet. */
  readonly firewall: FirewallState | null;
  readonly buildLimits: BuildLimitState | null;
  readonly caddyAnswers: boolean;
  readonly databaseAnswers: boolean;
  readonly disk: { readonly freeBytes: number; readonly totalBytes: number } | null;
  /** Whether passwords and tokens travel unencrypted: plain http outside loopback. */
  readonly isReadableOnTheWay: boolean;
  /** Installations with a route that Caddy cannot serve, by name, and the reason. */
  readonly unserved: readonly { readonly name: string; readonly message: string }[];
  readonly products: readonly ProductHealth[];
}

export interface SystemWarning {
  readonly isSerious: boolean;
  readonly text: string;
  readonly whatToDo: string;
}

const gibibyte = 1024 ** 3;
const littleFreeBytes = 2 * gibibyte;
const littleFreeShare = 0.1;
const largeCacheBytes = 20 * gibibyte;

/** What somebody should fix, the most serious first. */
export function systemWarnings(facts: SystemFacts): readonly SystemWarning[] {
  const { docker, firewall, buildLimits, usage, caddyAnswers, databaseAnswers, disk } = facts;
  const { isReadableOnTheWay, unserved, products } = facts;
  const warnings: SystemWarning[] = [];
  const warn = (isSerious: boolean, text: string, whatToDo: string) => warnings.push({ isSerious, text, whatToDo });

  if (!databaseAnswers) {
    warn(
      true,
      "The database isn't responding.",
      "Apps keep running. Baton resumes when the database is back; check its log.",
    );
  }
  if (!docker) {
    warn(
      true,
      "Docker isn't responding.",
      "Nothing can be deployed. Start it with systemctl start docker, or check its log.",
    );
  }
  if (!caddyAnswers) {
    warn(
      true,
      "Caddy isn't responding.",
      "Baton restarts it automatically. If it doesn't come back, its ports may be in use.",
    );
  }
  for (const { name, message } of unserved) {
    const whatToDo = "Everything else is served. Deploy it with a different name or domain, or delete it.";
    warn(true, `An address of ${name} cannot be served: ${message}.`, whatToDo);
  }
  warnings.push(...products.flatMap((product) => productTrouble(product) ?? []));
  if (disk && disk.freeBytes < littleFreeBytes) {
    warn(true, "The disk is nearly full.", `Builds and databases will fail. ${howToFree(usage)}`);
  } else if (disk && disk.freeBytes < disk.totalBytes * littleFreeShare) {
    warn(false, "Less than a tenth of the disk is free.", howToFree(usage));
  }
  if (usage && usage.buildCacheBytes > largeCacheBytes) {
    warn(false, "The build cache is large.", "docker builder prune empties it; the next builds take longer.");
  }
  if (docker?.builder === "classic") {
    warn(false, "This Docker has no BuildKit.", "Dockerfiles with RUN --mount fail. Update Docker to get it.");
  }
  if (firewall?.type === "missing") {
    warn(
      false,
      `Baton's firewall rules are not in place: ${firewall.why}.`,
      "Containers and builds can reach a cloud's metadata service, builds can reach each other, and with Docker before 28 the local network can reach containers.",
    );
  }
  if (buildLimits?.type === "missing") {
    warn(
      false,
      `The memory and processes of builds are not limited: ${buildLimits.why}.`,
      "A runaway build can slow down or stop apps until its time limit stops it.",
    );
  }
  if (isReadableOnTheWay) {
    warn(
      false,
      "Tokens are sent unencrypted.",
      "Give BATON_PUBLIC_URL an https address: Caddy then serves the dashboard.",
    );
  }
  return warnings.sort((a, b) => Number(b.isSerious) - Number(a.isSerious));
}

function howToFree(usage: SystemFacts["usage"]): string {
  return usage && usage.buildCacheBytes > gibibyte
    ? "docker builder prune frees the build cache."
    : "docker image prune removes untagged images.";
}
