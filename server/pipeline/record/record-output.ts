import { withoutSecrets } from "../../../builder/source/build-secrets.ts";
import type { LogSource } from "../../model/deployment/event.ts";
import type { BuildOutput } from "../../ports/engine.ts";
import type { DeploymentContext } from "../context.ts";

/** What a build or a pull prints goes into the journal: its steps as notes, the rest as output. */
export function recordOutput(
  work: DeploymentContext,
  source: LogSource,
  service: string | null,
): (output: BuildOutput) => void {
  return (output) => {
    switch (output.type) {
      case "step":
        work.journal.note(`${withoutSecrets(output.name)}${output.cached ? " (unchanged)" : ""}`);
        return;
      case "line":
        work.journal.log(source, service, output.text);
        return;
    }
  };
}
