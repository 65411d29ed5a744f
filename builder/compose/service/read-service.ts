import type { Lookup } from "../../../server/model/deployment/template.ts";
import type { MachineCapacity } from "../../images/machine.ts";
import { sayNotApplied } from "../judge/not-applied.ts";
import { capability, serviceKeys } from "../judge/service-keys.ts";
import { judge } from "../judge/verdict.ts";
import type { ComposeService } from "../project/compose-project.ts";
import type { DeclaredVolumes } from "../project/volumes-section.ts";
import { readXBaton } from "../project/x-baton.ts";
import { child, children, type Field, flag, pairs, text, texts } from "../read/field.ts";
import type { Report } from "../read/report.ts";
import { readBytes, readDurationMs } from "../values/quantities.ts";
import type { Repository } from "../values/repository-path.ts";
import { readBuild } from "./read-build.ts";
import { readCommand } from "./read-command.ts";
import { readEnvironment } from "./read-environment.ts";
import { readFiles } from "./read-files.ts";
import { readHealthcheck } from "./read-healthcheck.ts";
import { readLimits, readReplicas, readUlimits } from "./read-limits.ts";
import { readExpose, readPorts } from "./read-ports.ts";
import { readDropped, readHostname, readStopSignal, readUser, readWorkingDir } from "./read-process.ts";
import { readVolumes } from "./read-volumes.ts";

export interface ServiceSurroundings {
  readonly root: Field;
  readonly repository: Repository;
  readonly report: Report;
  readonly variables: Lookup;
  readonly volumes: DeclaredVolumes;
  readonly machine: MachineCapacity | undefined;
}

/** A service, without what the others make of it: whom it waits for, and by which further names it is known. */
export type LoneService = Omit<ComposeService, "dependsOn" | "aliases">;

/** Null: it has neither an image nor a build that can be used, which has been reported. */
export async function readService(
  name: string,
  field: Field,
  surroundings: ServiceSurroundings,
): Promise<LoneService | null> {
  const { report } = surroundings;
  for (const [key, entry] of children(field)) judge(key, entry, serviceKeys, report);
  sayNotApplied(field, report);
  const fieldNamed = (key: string) => child(field, key);
  const source = await readSource(field, surroundings);
  const service = {
    name,
    at: { file: field.at.file, line: field.at.line },
    command: readCommand(fieldNamed("command"), report),
    entrypoint: readCommand(fieldNamed("entrypoint"), report),
    environment: await readEnvironment(field, surroundings),
    ports: readPorts(fieldNamed("ports"), report),
    expose: readExpose(fieldNamed("expose"), report),
    volumes: readVolumes(field, surroundings),
    files: readFiles(field, surroundings),
    healthcheck: readHealthcheck(fieldNamed("healthcheck"), report),
    restart: readRestart(fieldNamed("restart"), report),
    user: readUser(fieldNamed("user"), report),
    workingDir: readWorkingDir(fieldNamed("working_dir"), report),
    hostname: readHostname(fieldNamed("hostname"), report),
    init: flag(fieldNamed("init")),
    // A service that asks for a terminal runs a program that would end without input.
    keepsStdinOpen: flag(fieldNamed("stdin_open")) === true || flag(fieldNamed("tty")) === true,
    stopSignal: readStopSignal(fieldNamed("stop_signal"), report),
    stopGraceMs: readDurationMs(fieldNamed("stop_grace_period"), report),
    shmSizeBytes: readBytes(fieldNamed("shm_size"), report),
    ulimits: readUlimits(fieldNamed("ulimits"), report),
    sysctls: record(fieldNamed("sysctls")),
    readOnly: flag(fieldNamed("read_only")) ?? false,
    capabilities: {
      drop: readDropped(fieldNamed("cap_drop"), report),
      add: texts(fieldNamed("cap_add")).map(capability),
    },
    limits: readLimits(field, report, surroundings.machine),
    labels: record(fieldNamed("labels")),
    profiles: texts(fieldNamed("profiles")),
    xBaton: readXBaton(fieldNamed("x-baton"), report),
    replicas: readReplicas(field, report),
  };
  return source && { ...service, source };
}

async function readSource(field: Field, surroundings: ServiceSurroundings): Promise<ComposeService["source"] | null> {
  const build = child(field, "build");
  const image = child(field, "image");
  const reference = text(image)?.trim() ?? "";
  if (build) return readBuild(build, reference || null, surroundings);
  if (reference !== "" && !/\s/.test(reference)) return { type: "image", reference };
  // A provider stands instead of an image, and is refused as such.
  if (child(field, "provider")) return null;
  const place = image ?? field;
  const what = image ? "names no image" : "has neither an image nor a build";
  surroundings.report.problem(
    place.at,
    place.key,
    what,
    "Write image: with a reference such as postgres:17, or build: with a folder.",
  );
  return null;
}

function readRestart(field: Field | null, report: Report): ComposeService["restart"] {
  const written = text(field);
  if (field === null || written === null) return null;
  const [policy = ""] = written.split(":");
  if (policy === "no" || policy === "always" || policy === "on-failure" || policy === "unless-stopped") return policy;
  report.problem(
    field.at,
    field.key,
    `is not a restart policy: ${written}`,
    "Use no, always, on-failure or unless-stopped.",
  );
  return null;
}

function record(field: Field | null): Readonly<Record<string, string>> {
  return Object.fromEntries(pairs(field).map(([name, value]) => [name, value ?? ""]));
}
