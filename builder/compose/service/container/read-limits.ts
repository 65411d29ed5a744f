import type { ContainerOptions } from "../../../../server/model/deployment/spec.ts";
import { mostReplicas } from "../../../../server/model/scaling.ts";
import {
  cpusWithin,
  leastMemoryBytes,
  type MachineCapacity,
  memoryWithin,
  tooLittleMemory,
  tooManyCpus,
  tooMuchMemory,
} from "../../../images/machine.ts";
import { defaultPids, mostPids } from "../../../manifest/service-defaults.ts";
import { deployKeys } from "../../judge/deploy-keys.ts";
import { judge } from "../../judge/verdict.ts";
import type { ComposeLimits } from "../../project/compose-project.ts";
import { child, children, type Field, text } from "../../read/field.ts";
import type { Report } from "../../read/report.ts";
import { readBytes, readCpus, readInteger } from "../../values/quantities.ts";

/**
 * Reads `deploy.resources.limits`, or the older keys of the service itself, and lowers them to the machine's capacity.
 */
export function readLimits(service: Field, report: Report, machine: MachineCapacity | undefined): ComposeLimits {
  const deploy = child(service, "deploy");
  for (const [name, entry] of children(deploy)) judge(name, entry, deployKeys, report);
  const resources = child(deploy, "resources");
  sayReserved(child(resources, "reservations"), report);
  const limits = child(resources, "limits");
  return {
    memoryBytes: limitMemory(child(limits, "memory") ?? child(service, "mem_limit"), report, machine),
    cpus: limitCpus(child(limits, "cpus") ?? child(service, "cpus"), report, machine),
    pids: limitPids(child(limits, "pids") ?? child(service, "pids_limit"), report),
  };
}

/** Null means Baton's default. Processes are limited for the whole machine, so no service may use all of them. */
function limitPids(field: Field | null, report: Report): number | null {
  const pids = readInteger(field, report, -1, Number.MAX_SAFE_INTEGER);
  if (field === null || pids === null) return null;
  if (pids <= 0) {
    report.remark(field.at, field.key, `asks for no limit, but Baton limits every service: this one to ${defaultPids}`);
    return null;
  }
  if (pids <= mostPids) return pids;
  report.remark(field.at, field.key, `asks for ${pids} processes, but Baton allows a service at most ${mostPids}`);
  return mostPids;
}

function limitMemory(field: Field | null, report: Report, machine: MachineCapacity | undefined): number | null {
  const bytes = readBytes(field, report);
  if (field === null || bytes === null || bytes === 0) return null;
  if (bytes < leastMemoryBytes) report.problem(field.at, field.key, tooLittleMemory, "Raise it.");
  const tooMuch = tooMuchMemory(bytes, machine);
  if (tooMuch !== null) report.remark(field.at, field.key, tooMuch);
  return memoryWithin(bytes, machine);
}

function limitCpus(field: Field | null, report: Report, machine: MachineCapacity | undefined): number | null {
  const cpus = readCpus(field, report);
  const tooMany = tooManyCpus(cpus, machine);
  if (field !== null && tooMany !== null) report.remark(field.at, field.key, tooMany);
  return cpusWithin(cpus, machine);
}

function sayReserved(reservations: Field | null, report: Report): void {
  for (const name of ["devices", "generic_resources"]) {
    const field = child(reservations, name);
    if (!field) continue;
    const hint = "Remove it; a service that needs a device cannot run here.";
    report.problem(field.at, field.key, "gives access to devices of the host", hint);
  }
  if (child(reservations, "memory") ?? child(reservations, "cpus")) {
    report.note(reservations?.key ?? "", "are not applied: Baton reserves nothing for a service");
  }
}

/** Null when the file does not say. A service that is scaled to zero is left out elsewhere. */
export function readReplicas(service: Field, report: Report): number | null {
  const field = child(child(service, "deploy"), "replicas") ?? child(service, "scale");
  return readInteger(field, report, 0, mostReplicas);
}

/** The ulimits that limit a container. The others would give it priority over everything else on the host. */
const ulimitNames = new Set(
  "nofile nproc core memlock stack fsize data rss as cpu locks sigpending msgqueue".split(" "),
);

export function readUlimits(field: Field | null, report: Report): ContainerOptions["ulimits"] {
  const limit = (written: Field | null) => readInteger(written, report, -1, Number.MAX_SAFE_INTEGER);
  const ulimits = children(field).flatMap(([name, entry]): [string, ContainerOptions["ulimits"][string]][] => {
    if (!ulimitNames.has(name)) {
      const hint = `Remove it; ulimits may be ${[...ulimitNames].join(", ")}.`;
      report.problem(entry.at, entry.key, "is not a limit that a service can set here", hint);
      return [];
    }
    const both = text(entry) === null ? null : entry;
    const soft = limit(both ?? child(entry, "soft"));
    const hard = limit(both ?? child(entry, "hard"));
    if (soft === null || hard === null) return [];
    if (hard !== -1 && (soft === -1 || soft > hard)) {
      report.problem(entry.at, entry.key, "has a soft limit above its hard one", "Lower soft, or raise hard.");
    }
    return [[name, { soft, hard }]];
  });
  return Object.fromEntries(ulimits);
}
