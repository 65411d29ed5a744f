import type { MachineRecord } from "../../model/machine.ts";
import type { EngineMachine } from "../../ports/engine/engine.ts";
import type { BuildLimitState } from "../../ports/host/build-limiter.ts";
import type { FirewallState } from "../../ports/host/firewall.ts";
import { type FailingBackup, failingText } from "../backup/failing.ts";
import { listed } from "../wording/removal-summary.ts";
import type { DockerRelease } from "./docker-support.ts";
import { dockerWarnings } from "./docker-warnings.ts";
import { type ProductHealth, productTrouble } from "./product-trouble.ts";
import type { SystemWarning } from "./system-warning.ts";

export interface DockerFacts extends DockerRelease {
  readonly builder: "buildkit" | "classic";
  readonly rootless: boolean;
  readonly cannotLimit: EngineMachine["cannotLimit"];
}

/** Facts about the machine and what Baton depends on. Null means that it does not respond. */
export interface SystemFacts {
  readonly docker: DockerFacts | null;
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
  /** Installations, by name, with a service whose newest backup, or newest restore drill, has failed. */
  readonly failingBackups: readonly (Pick<FailingBackup, "what" | "service" | "failure"> & { readonly name: string })[];
  /** Machines of the cluster that nothing is heard from. */
  readonly lostMachines: readonly Pick<MachineRecord, "name" | "since">[];
  /** What is wrong with the backups of Baton itself: a sentence without its full stop. */
  readonly ownBackupTrouble: string | null;
}

const gibibyte = 1024 ** 3;
const littleFreeBytes = 2 * gibibyte;
const littleFreeShare = 0.1;
const largeCacheBytes = 20 * gibibyte;

/** The problems that somebody should fix, the most serious first. */
export function systemWarnings(facts: SystemFacts, now: Date): readonly SystemWarning[] {
  const warnings = [
    ...notResponding(facts),
    ...facts.unserved.map(({ name, message }) =>
      serious(
        `An address of ${name} cannot be served: ${message}.`,
        "Everything else is served. Deploy it with a different name or domain, or delete it.",
      ),
    ),
    ...facts.products.flatMap((product) => productTrouble(product) ?? []),
    ...facts.lostMachines.map(({ name, since }) =>
      serious(
        `The machine ${name} is lost since ${since.toISOString().slice(0, 16).replace("T", " ")} UTC.`,
        "Look whether it runs and can be reached. If it never comes back, remove it under System → Machines.",
      ),
    ),
    ...facts.failingBackups.map(({ name, ...failing }) =>
      serious(
        `${failingText(failing)} (${name}).`,
        failing.what === "backup"
          ? "Its Backups tab has the whole message. Earlier backups are kept until one succeeds."
          : "The data is untouched, but its backup may not be restorable. Make a new one on its Backups tab, and try a restore of it there.",
      ),
    ),
    ...(facts.ownBackupTrouble === null
      ? []
      : [
          serious(
            `${facts.ownBackupTrouble.replace(/\.$/, "")}.`,
            "System → Backups has the history. This stays until one succeeds: make one there when the reason is gone.",
          ),
        ]),
    ...littleSpace(facts),
    ...(facts.docker ? dockerWarnings(facts.docker, now) : []),
    ...lessProtected(facts),
  ];
  return warnings.sort((a, b) => Number(b.isSerious) - Number(a.isSerious));
}

const serious = (text: string, whatToDo: string): SystemWarning => ({ isSerious: true, text, whatToDo });
const minor = (text: string, whatToDo: string): SystemWarning => ({ isSerious: false, text, whatToDo });

function notResponding({ databaseAnswers, docker, caddyAnswers }: SystemFacts): readonly SystemWarning[] {
  const warnings: SystemWarning[] = [];
  if (!databaseAnswers) {
    const whatToDo = "Apps keep running. Baton resumes when the database is back; check its log.";
    warnings.push(serious("The database isn't responding.", whatToDo));
  }
  if (!docker) {
    const whatToDo = "Nothing can be deployed. Start it with systemctl start docker, or check its log.";
    warnings.push(serious("Docker isn't responding.", whatToDo));
  }
  if (!caddyAnswers) {
    const whatToDo = "Baton restarts it automatically. If it doesn't come back, its ports may be in use.";
    warnings.push(serious("Caddy isn't responding.", whatToDo));
  }
  return warnings;
}

function littleSpace({ disk, usage }: SystemFacts): readonly SystemWarning[] {
  const warnings: SystemWarning[] = [];
  if (disk && disk.freeBytes < littleFreeBytes) {
    warnings.push(serious("The disk is nearly full.", `Builds and databases will fail. ${howToFree(usage)}`));
  } else if (disk && disk.freeBytes < disk.totalBytes * littleFreeShare) {
    warnings.push(minor("Less than a tenth of the disk is free.", howToFree(usage)));
  }
  if (usage && usage.buildCacheBytes > largeCacheBytes) {
    const whatToDo = "docker builder prune empties it; the next builds take longer.";
    warnings.push(minor("The build cache is large.", whatToDo));
  }
  return warnings;
}

function lessProtected({ docker, firewall, buildLimits, ...facts }: SystemFacts): readonly SystemWarning[] {
  const warnings: SystemWarning[] = [];
  if (docker?.builder === "classic") {
    const whatToDo = "Dockerfiles with RUN --mount fail. Update Docker to get it.";
    warnings.push(minor("This Docker has no BuildKit.", whatToDo));
  }
  if (docker && docker.cannotLimit.length > 0) {
    const consequence = "A service that uses too much can stop everything on this server.";
    const cure = docker.rootless ? " Rootless Docker needs control groups of version 2 for limits." : "";
    warnings.push(minor(`Docker cannot limit the ${listed(docker.cannotLimit)} of services.`, consequence + cure));
  }
  const rules = firewall && firewallInEffect(firewall, docker?.rootless ?? false);
  if (rules?.type === "missing") {
    const consequence =
      "Containers and builds can reach a cloud's metadata service, builds can reach each other and what this server offers to its network, and with Docker before 28 the local network can reach containers.";
    warnings.push(minor(`Baton's firewall rules are not in place: ${rules.why}.`, consequence));
  }
  if (buildLimits?.type === "missing") {
    const consequence = "A runaway build can slow down or stop apps until its time limit stops it.";
    warnings.push(minor(`The memory and processes of builds are not limited: ${buildLimits.why}.`, consequence));
  }
  if (facts.isReadableOnTheWay) {
    const whatToDo = "Give BATON_PUBLIC_URL an https address: Caddy then serves the dashboard.";
    warnings.push(minor("Passwords and tokens are sent unencrypted.", whatToDo));
  }
  return warnings;
}

/** The rules of the host don't reach containers of a rootless Docker. */
export function firewallInEffect(state: FirewallState, rootless: boolean): FirewallState {
  if (!rootless || state.type !== "held") return state;
  return { type: "missing", why: "Docker runs rootless, with networks of its own" };
}

function howToFree(usage: SystemFacts["usage"]): string {
  return usage && usage.buildCacheBytes > gibibyte
    ? "docker builder prune frees the build cache."
    : "docker image prune removes untagged images.";
}
