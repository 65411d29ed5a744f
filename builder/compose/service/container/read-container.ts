import type { ContainerOptions } from "../../../../server/model/deployment/spec.ts";
import { capability } from "../../judge/service-keys.ts";
import { child, type Field, flag, record, texts } from "../../read/field.ts";
import { readBytes } from "../../values/quantities.ts";
import type { ServiceSurroundings } from "../surroundings.ts";
import { readFiles } from "./read-files.ts";
import { readHealthcheck } from "./read-healthcheck.ts";
import { readUlimits } from "./read-limits.ts";
import { readDropped, readHostname, readStopSignal, readUser, readWorkingDir } from "./read-process.ts";
import { readVolumes } from "./read-volumes.ts";

/** Reads a service's container options other than command, entrypoint and environment. */
export function readContainer(
  service: Field,
  surroundings: ServiceSurroundings,
): Omit<ContainerOptions, "entrypoint" | "aliases" | "init"> {
  const { report } = surroundings;
  const fieldNamed = (key: string) => child(service, key);
  // A service with a terminal runs a program that would exit without input.
  const keepsStdinOpen = flag(fieldNamed("stdin_open")) === true || flag(fieldNamed("tty")) === true;
  return {
    mounts: [...readVolumes(service, surroundings), ...readFiles(service, surroundings)],
    healthcheck: readHealthcheck(fieldNamed("healthcheck"), report),
    user: readUser(fieldNamed("user"), report),
    workingDir: readWorkingDir(fieldNamed("working_dir"), report),
    hostname: readHostname(fieldNamed("hostname"), report),
    ...(keepsStdinOpen && { keepsStdinOpen }),
    stopSignal: readStopSignal(fieldNamed("stop_signal"), report),
    shmSizeBytes: readBytes(fieldNamed("shm_size"), report),
    ulimits: readUlimits(fieldNamed("ulimits"), report),
    sysctls: record(fieldNamed("sysctls")),
    readOnly: flag(fieldNamed("read_only")) ?? false,
    capabilities: {
      drop: readDropped(fieldNamed("cap_drop"), report),
      add: texts(fieldNamed("cap_add")).map(capability),
    },
  };
}
