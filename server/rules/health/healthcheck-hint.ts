import type { ContainerState } from "../../ports/engine/containers.ts";

/** Suggests what to do about an image's HEALTHCHECK that does not pass, from its last output. Pure. */
export function healthcheckHint(output: string): string {
  const missing =
    /(?:^|[\s:])([\w.-]+): (?:command )?not found/.exec(output)?.[1] ??
    /exec: "([^"]+)": (?:executable file not found|stat |no such file)/.exec(output)?.[1];
  if (missing !== undefined) {
    return `${missing} is not in the image. Install it in the Dockerfile, or use a program in the HEALTHCHECK that the image has.`;
  }
  if (/exceeded timeout/i.test(output)) {
    return "The HEALTHCHECK takes longer than its --timeout. Raise it, or check something faster.";
  }
  if (/refused|couldn't connect|failed to connect/i.test(output)) {
    return "Nothing listens at the address that the HEALTHCHECK connects to. Check its port and host; if the app needs longer to start, raise --start-period.";
  }
  if (/\b(?:40\d|50\d)\b/.test(output)) {
    return "The HEALTHCHECK requests a path for which the app returns an error. Change the path in the HEALTHCHECK.";
  }
  return "Fix the HEALTHCHECK (in the Dockerfile, or healthcheck in the compose file), or remove it: Baton has a health check of its own. If the app needs longer to start, raise --start-period.";
}

/** The most telling words of its output: the last line that is not empty. */
export function healthcheckWords(output: string): string {
  const lines = output.split(/\r?\n/).map((line) => line.trim());
  const line = lines.filter((text) => text !== "").at(-1) ?? "";
  return line.replace(/^\/bin\/sh: (?:line )?(?:\d+: )?/, "").slice(0, 200);
}

/**
 * The log line about a service that responds while its image's HEALTHCHECK keeps failing. Null when it does not fail.
 * Pure.
 */
export function healthcheckWarning(
  service: string,
  container: Pick<ContainerState, "healthcheck" | "healthcheckOutput"> | null,
): string | null {
  if (container?.healthcheck !== "unhealthy") return null;
  const { healthcheckOutput: output } = container;
  const words = healthcheckWords(output);
  return `${service} responds, but its HEALTHCHECK fails${words === "" ? "" : `: ${words}`}. ${healthcheckHint(output)}`;
}
