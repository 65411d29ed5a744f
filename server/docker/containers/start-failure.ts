import { PortTaken, StartFailed } from "../../ports/engine/containers.ts";

const portInUse =
  /port is already allocated|address already in use|failed to bind (?:host )?port|ports are not available/i;

/** The prefixes that only name the layers of the runtime an error passed through. */
const layer =
  /^(?:failed to create (?:shim )?task(?: for container)?|OCI runtime create failed|runc create failed|container_linux\.go:\d+|unable to start container process|starting container process caused|driver failed programming external connectivity on endpoint \S+ \([0-9a-f]+\)): /;

/**
 * Explains why the daemon refused to start a container, in the daemon's words without the layers. Pure except for the
 * cause.
 */
export function startFailure(refusal: Error): PortTaken | StartFailed {
  let words = refusal.message.replace(/: unknown$/, "");
  while (layer.test(words)) words = words.replace(layer, "");
  return portInUse.test(words) ? new PortTaken(words, { cause: refusal }) : new StartFailed(words, { cause: refusal });
}
