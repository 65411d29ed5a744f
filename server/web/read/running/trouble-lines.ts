import type { InstallationId } from "../../../model/names/ids.ts";
import type { Engine } from "../../../ports/engine/engine.ts";
import type { ReadStore } from "../../../ports/store/read-store.ts";
import type { ServiceTrouble } from "../../../rules/health/service-trouble.ts";
import { foldRepeats } from "../../../rules/wording/fold-repeats.ts";
import { redactOutputOf } from "../../streams/redact-output.ts";

/** A container that keeps crashing prints the same each time; `foldRepeats` keeps one copy. */
const linesRead = 100;
const linesShown = 12;
const limitMs = 3_000;

interface Needs {
  readonly engine: Pick<Engine, "logs">;
  readonly store: Pick<ReadStore, "deployments" | "installations">;
}

/** The last lines that the container of a service in trouble printed, without secrets; none when there is no container. */
export async function troubleLines(
  { engine, store }: Needs,
  installation: InstallationId,
  { container }: ServiceTrouble,
): Promise<readonly string[]> {
  if (!container) return [];
  const lines: string[] = [];
  const options = { follow: false, tail: linesRead, timestamps: false };
  try {
    for await (const { text } of engine.logs(container.id, options, AbortSignal.timeout(limitMs))) lines.push(text);
  } catch {
    // What could be read is worth showing.
  }
  if (lines.length === 0) return [];
  const redact = await redactOutputOf(store, installation, [container]);
  return foldRepeats(lines).slice(-linesShown).map(redact);
}
