import type { ComposeLimits, Ulimit } from "./compose-project.ts";
import { deployKeys } from "./deploy-keys.ts";
import { child, children, type Field, text } from "./field.ts";
import { readBytes, readCpus, readInteger } from "./quantities.ts";
import type { Report } from "./report.ts";
import { judge } from "./verdict.ts";

/** `deploy.resources.limits`, or the older keys of the service itself. */
export function readLimits(service: Field, report: Report): ComposeLimits {
  const deploy = child(service, "deploy");
  for (const [name, entry] of children(deploy)) judge(name, entry, deployKeys, report);
  const resources = child(deploy, "resources");
  sayReserved(child(resources, "reservations"), report);
  const limits = child(resources, "limits");
  const pids = readInteger(child(limits, "pids") ?? child(service, "pids_limit"), report, -1, 4_194_304);
  const memoryBytes = readBytes(child(limits, "memory") ?? child(service, "mem_limit"), report);
  return {
    memoryBytes: memoryBytes === 0 ? null : memoryBytes,
    cpus: readCpus(child(limits, "cpus") ?? child(service, "cpus"), report),
    pids: pids !== null && pids > 0 ? pids : null,
  };
}

function sayReserved(reservations: Field | null, report: Report): void {
  for (const name of ["devices", "generic_resources"]) {
    const field = child(reservations, name);
    if (!field) continue;
    const hint = "Remove it; a service that needs a device cannot run here.";
    report.problem(field.at, field.key, "gives access to devices of the host", hint);
  }
  if (child(reservations, "memory") ?? child(reservations, "cpus")) {
    report.note(reservations?.key ?? "", "are not applied: nothing is set aside for a service");
  }
}

export function readReplicas(service: Field, report: Report): number {
  const field = child(child(service, "deploy"), "replicas") ?? child(service, "scale");
  const replicas = readInteger(field, report, 0, 10_000) ?? 1;
  if (field && replicas > 1) report.note(field.key, `asks for ${replicas} containers: Baton runs one`);
  return replicas;
}

/** Those that bound a container. The others let it run before everybody else on the host. */
const ulimitNames = new Set(
  "nofile nproc core memlock stack fsize data rss as cpu locks sigpending msgqueue".split(" "),
);

export function readUlimits(field: Field | null, report: Report): Readonly<Record<string, Ulimit>> {
  const limit = (written: Field | null) => readInteger(written, report, -1, Number.MAX_SAFE_INTEGER);
  const ulimits = children(field).flatMap(([name, entry]): [string, Ulimit][] => {
    if (!ulimitNames.has(name)) {
      const hint = `Remove it; ulimits may be ${[...ulimitNames].join(", ")}.`;
      report.problem(entry.at, entry.key, "is no limit that a service may set here", hint);
      return [];
    }
    const both = text(entry) === null ? null : entry;
    const soft = limit(both ?? child(entry, "soft"));
    const hard = limit(both ?? child(entry, "hard"));
    return soft === null || hard === null ? [] : [[name, { soft, hard }]];
  });
  return Object.fromEntries(ulimits);
}
