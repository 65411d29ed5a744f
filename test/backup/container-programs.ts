import { buffer } from "node:stream/consumers";
import { createBackupTools } from "../../server/backup/backup-tools.ts";
import { systemClock } from "../../server/boot/system-clock.ts";
import type { DumpMethod } from "../../server/model/backup.ts";
import type { ContainerId, ImageId } from "../../server/model/names/ids.ts";
import {
  type ContainerAccess,
  ProgramFailed,
  type ProgramRequest,
} from "../../server/ports/engine/container-access.ts";
import { owner } from "../docker/scratch-engine.ts";

/** What a program answers; null when the image does not have it. */
export type Programs = (words: readonly string[], input: string) => string | null;

/** A container whose programs only say what they are told to: it shows what Baton would run in a real one. */
export function containerWith(
  programs: Programs,
  {
    method,
    variables = {},
    command = [],
  }: {
    readonly method: DumpMethod;
    readonly variables?: Readonly<Record<string, string>>;
    readonly command?: readonly string[];
  },
  ownFolder: string,
) {
  const ran: ProgramRequest[] = [];
  const access = {
    async *run(_, program) {
      ran.push(program);
      const input = program.input ? (await buffer(program.input)).toString() : "";
      const said = programs(program.command, input);
      if (said === null) throw new ProgramFailed(program.command[0] ?? "", 127, "executable file not found in $PATH");
      yield Buffer.from(said);
    },
    configuration: async () => ({ environment: variables, command, healthcheck: null }),
  } as Partial<ContainerAccess> as ContainerAccess;
  const subject = {
    ...{ service: "db", method, container: "c" as ContainerId, image: "i" as ImageId, owner },
    ...{ volumes: [], writers: [] },
  };
  return { ran, subject, tools: createBackupTools({ access, clock: systemClock, ownFolder }) };
}
