import { sayNotApplied } from "../judge/not-applied.ts";
import { serviceKeys } from "../judge/service-keys.ts";
import { judge } from "../judge/verdict.ts";
import type { ComposeService } from "../project/compose-project.ts";
import { readXBaton } from "../project/x-baton.ts";
import { child, children, type Field, flag, record, text } from "../read/field.ts";
import type { Report } from "../read/report.ts";
import { readDurationMs } from "../values/quantities.ts";
import { readContainer } from "./container/read-container.ts";
import { readLimits, readReplicas } from "./container/read-limits.ts";
import { readBuild } from "./read-build.ts";
import { readCommand } from "./read-command.ts";
import { readEnvironment } from "./read-environment.ts";
import { readExpose, readPorts } from "./read-ports.ts";
import type { ServiceSurroundings } from "./surroundings.ts";

/**
 * Reads a service without its dependencies and aliases, which depend on other services and are still empty. Null when
 * it has no usable image or build, which has been reported.
 */
export async function readService(
  name: string,
  field: Field,
  surroundings: ServiceSurroundings,
): Promise<ComposeService | null> {
  const { report } = surroundings;
  for (const [key, entry] of children(field)) judge(key, entry, serviceKeys, report);
  sayNotApplied(field, report);
  const fieldNamed = (key: string) => child(field, key);
  const source = await readSource(field, surroundings);
  // The order of reading is the order of the notes in the log.
  const command = readCommand(fieldNamed("command"), report);
  const entrypoint = readCommand(fieldNamed("entrypoint"), report);
  const environment = await readEnvironment(field, surroundings);
  const service = {
    name,
    at: { file: field.at.file, line: field.at.line },
    command,
    environment,
    dependsOn: [],
    ports: readPorts(fieldNamed("ports"), report),
    expose: readExpose(fieldNamed("expose"), report),
    container: { entrypoint, aliases: [], ...readContainer(field, surroundings) },
    init: flag(fieldNamed("init")),
    restart: readRestart(fieldNamed("restart"), report),
    stopGraceMs: readDurationMs(fieldNamed("stop_grace_period"), report),
    limits: readLimits(field, report, surroundings.machine),
    replicas: readReplicas(field, report),
    labels: record(fieldNamed("labels")),
    xBaton: readXBaton(fieldNamed("x-baton"), report),
  };
  return source && { ...service, source };
}

async function readSource(field: Field, surroundings: ServiceSurroundings): Promise<ComposeService["source"] | null> {
  const build = child(field, "build");
  const image = child(field, "image");
  const reference = text(image)?.trim() ?? "";
  if (build) return readBuild(build, reference || null, surroundings);
  if (reference !== "" && !/\s/.test(reference)) return { type: "image", reference };
  // A provider replaces the image, and is refused elsewhere.
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
