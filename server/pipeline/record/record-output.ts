import { withoutSecrets } from "../../../builder/source/build-secrets.ts";
import type { LogSource } from "../../model/deployment/event.ts";
import type { BuildOutput } from "../../ports/engine/images.ts";
import type { Journal } from "./journal.ts";

/** Writes the output of a build or a pull into the journal: its steps as notes, the rest as output. */
export function recordOutput(
  journal: Journal,
  source: LogSource,
  service: string | null,
): (output: BuildOutput) => void {
  return (output) => {
    switch (output.type) {
      case "step":
        journal.note(`${withoutSecrets(output.name)}${output.cached ? " (unchanged)" : ""}`);
        return;
      case "line":
        journal.log(source, service, output.text);
        return;
    }
  };
}
