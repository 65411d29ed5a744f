import type { Failure, Stage } from "../../model/deployment/deployment.ts";
import type { ServiceSpec } from "../../model/deployment/spec.ts";
import type { ContainerState, ListeningPort } from "../../ports/engine/containers.ts";
import { healthcheckHint, healthcheckWords } from "../health/healthcheck-hint.ts";
import { durationText } from "../wording/duration-text.ts";
import { crashCause } from "./crash-cause.ts";
import { type ExecTrouble, execTrouble, type Program } from "./exec-trouble.ts";

/** The known facts of a service that did not become, or stay, healthy. */
export interface Evidence {
  readonly service: Pick<ServiceSpec, "name" | "kind" | "port" | "portDeclared" | "health">;
  /** Null when the container no longer exists. */
  readonly container: ContainerState | null;
  /** The ports its processes listen on. Null when that is unknown. */
  readonly listening: readonly ListeningPort[] | null;
  /** The last probe, in words and by kind. */
  readonly lastProbe: LastProbe | null;
  /** Whether it accepts TLS handshakes on its port. */
  readonly speaksTls: boolean;
  readonly lastLines: readonly string[];
  /** Files of the repository, read when the output is about a program that could not be run; otherwise empty. */
  readonly programs: readonly Program[];
  /** This server's architecture in Docker's terms: amd64. */
  readonly machine: string;
}

export interface LastProbe {
  readonly outcome: "answered" | "closed" | "timeout" | "garbled" | "open";
  /** The HTTP status. Null when there was no response. */
  readonly status: number | null;
  readonly detail: string;
  /** Whether it answered that it expects HTTPS. */
  readonly wantsTls?: boolean;
  /** Whether earlier tries of the same check succeeded. */
  readonly followsSuccess?: boolean;
}

/**
 * Combines the latest probe with earlier ones. The last try only gets the time that is left, so its silence says less
 * than what an app with an open port answered before.
 */
export function lastWord(before: LastProbe | null, probe: LastProbe | null, isCutShort: boolean): LastProbe | null {
  if (probe === null) return before;
  const saysLittle = isCutShort && probe.outcome === "timeout";
  return saysLittle && before !== null && before.outcome !== "closed" ? before : probe;
}

/**
 * Explains why a container exited, both before the cut-over and during the watch window. `when` continues "web crashed
 * …": "4 times on startup".
 */
export function diagnoseExit(stage: Stage, when: string, evidence: Evidence): Failure {
  const { service, container } = evidence;
  const base = facts(stage, evidence);
  if (!container) {
    return {
      ...base,
      message: `the container of ${service.name} disappeared ${when}`,
      hint: "It was removed outside Baton.",
    };
  }
  if (container.outOfMemory) {
    const limit =
      container.memoryLimitBytes === null ? "of the host" : `limit ${bytesText(container.memoryLimitBytes)}`;
    return {
      ...base,
      message: `${service.name} was killed: out of memory (${limit})`,
      hint: "Raise its memory limit in Settings or baton.yaml, or make it use less.",
    };
  }
  // It was restarted before anybody looked, so its exit code is lost.
  const exitCode = container.status === "running" ? null : container.exitCode;
  const crashed = `${service.name} ${exitCode === 0 ? "exited" : "crashed"} ${when}`;
  const message = exitCode === null ? crashed : `${crashed} (exit code ${exitCode})`;
  const trouble = exitCode === 0 ? null : troubleOf(evidence, exitCode);
  if (trouble) return { ...base, exitCode, message: `${message}: ${trouble.what}`, hint: trouble.advice };
  const hint = (exitCode === 0 ? null : crashCause(evidence.lastLines)) ?? exitHint(exitCode);
  return { ...base, exitCode, message, hint };
}

/** Explains why a running service did not pass its health check in time. */
export function diagnoseUnhealthy(stage: Stage, waitedMs: number, evidence: Evidence): Failure {
  const { service, lastProbe } = evidence;
  const base = facts(stage, evidence);
  const within = `within ${durationText(waitedMs)}`;
  if (healthcheckIsWhy(evidence)) return { ...base, ...ownCheckFailed(evidence, within) };
  if (service.kind === "worker" || service.port === null) {
    return { ...base, message: `${service.name} did not stay up ${within}`, hint: null };
  }
  if (evidence.speaksTls) {
    return {
      ...base,
      message: `the app speaks HTTPS on its port (${service.port}), but Baton talks plain HTTP to it`,
      hint: "Make it serve plain HTTP: Baton terminates TLS in front of it, so browsers still get HTTPS. Remove the app's own certificate or TLS setting.",
    };
  }
  const elsewhere = listensElsewhere(service.port, service.portDeclared, evidence.listening);
  if (elsewhere) return { ...base, ...elsewhere, hint: listensNowhere(evidence) ?? elsewhere.hint };

  switch (hasSucceeded(lastProbe) ? "open" : lastProbe?.outcome) {
    case "answered":
      return {
        ...base,
        message: `GET ${service.health.path} kept returning ${lastProbe?.status} for ${durationText(waitedMs)}`,
        hint: statusHint(lastProbe?.status ?? 0, service.health.path, evidence.lastLines),
      };
    case "timeout":
      return {
        ...base,
        message: `port ${service.port} accepts connections, but ${service.kind === "web" ? `GET ${service.health.path}` : "it"} got no response ${within}`,
        hint:
          crashCause(evidence.lastLines) ??
          `Each check waits ${durationText(service.health.tryTimeoutMs)}. Something in the app hangs, often while it connects to a database or another service that it can't reach.`,
      };
    case "garbled":
      return {
        ...base,
        message: `what listens on port ${service.port} does not speak HTTP (${lastProbe?.detail})`,
        hint: "If it isn't a web service, set `kind: tcp` in baton.yaml.",
      };
    case "open":
      return {
        ...base,
        message: `${service.name} did not pass its check ${service.health.successes} times in a row ${within}`,
        hint: "It responds only some of the time. See its output below.",
      };
    case "closed":
    case undefined:
      return {
        ...base,
        message: `${service.name} closed every connection on port ${service.port} without a response ${within}`,
        hint: crashCause(evidence.lastLines) ?? "See its output below.",
      };
  }
}

/** Baton's own check passes, or there is none, but the image's HEALTHCHECK reports unhealthy. */
function healthcheckIsWhy({ service, container, lastProbe }: Evidence): boolean {
  if (container?.status !== "running" || container.healthcheck === null || container.healthcheck === "healthy")
    return false;
  const isAsked = service.kind !== "worker" && service.port !== null;
  return (
    lastProbe?.outcome === "open" || hasSucceeded(lastProbe) || (!isAsked && container.healthcheck === "unhealthy")
  );
}

function hasSucceeded(probe: LastProbe | null): boolean {
  const status = probe?.status ?? 0;
  return probe?.followsSuccess === true || (status >= 200 && status < 400);
}

function ownCheckFailed({ service, container, lastLines }: Evidence, within: string) {
  const output = container?.healthcheckOutput ?? "";
  const words = healthcheckWords(output);
  const printed = output.split(/\r?\n/).filter((line) => line.trim() !== "");
  return {
    message: `the HEALTHCHECK of ${service.name} did not pass ${within}${words === "" ? "" : `: ${words}`}`,
    hint: healthcheckHint(output),
    lastLines: [...lastLines, ...printed.slice(-10).map((line) => `HEALTHCHECK: ${line}`)].slice(-50),
  };
}

function troubleOf({ lastLines, programs, machine }: Evidence, exitCode: number | null): ExecTrouble | null {
  return execTrouble(exitCode, lastLines, programs, machine);
}

/** The app runs, but on another port or address. Null when it does not, or when that is unknown. */
function listensElsewhere(
  port: number,
  declared: boolean,
  listening: readonly ListeningPort[] | null,
): Pick<Failure, "message" | "hint"> | null {
  if (!listening) return null;
  const onPort = listening.filter((socket) => socket.port === port);
  if (onPort.some((socket) => !socket.loopbackOnly && !socket.ipv6Only)) return null;
  if (onPort.some((socket) => socket.ipv6Only)) {
    return {
      message: `the app listens on IPv6 only ([::]:${port}) and accepts no IPv4 connections`,
      hint: "Make it listen on 0.0.0.0, or on :: without the IPv6-only option: Baton and the other services reach it over IPv4.",
    };
  }
  if (onPort.length > 0) {
    return {
      message: `the app listens on 127.0.0.1:${port} only, which cannot be reached from outside its container`,
      hint: "Make it listen on 0.0.0.0 (Baton sets HOST=0.0.0.0 for apps that read it).",
    };
  }
  const others = listening.map((socket) => (socket.loopbackOnly ? `127.0.0.1:${socket.port}` : `port ${socket.port}`));
  const first = listening.find((socket) => !socket.loopbackOnly) ?? listening[0];
  if (!first) {
    return {
      message: `nothing listens on port ${port}`,
      hint: declared
        ? `The app isn't listening on any port yet. If it needs longer to start, raise health.timeout in baton.yaml; if it has no port, set \`kind: worker\`.`
        : `The app isn't listening on any port yet. It should listen on the port in the variable PORT (${port}); if it has no port, set \`kind: worker\` in baton.yaml.`,
    };
  }
  const bind = first.loopbackOnly ? ", on 0.0.0.0 instead of 127.0.0.1," : "";
  return {
    message: `nothing listens on port ${port}; the app listens on ${others.join(" and ")}`,
    hint: `Make it listen${bind} on the port in the variable PORT (${port}), or set \`port: ${first.port}\` in baton.yaml.`,
  };
}

/** An app that waits for another service first opens no port. */
function listensNowhere({ listening, lastLines }: Evidence): string | null {
  return listening?.length === 0 ? crashCause(lastLines) : null;
}

function facts(stage: Stage, evidence: Evidence): Omit<Failure, "message" | "hint"> {
  return {
    stage,
    service: evidence.service.name,
    lastLines: evidence.lastLines.slice(-50),
    exitCode: null,
    outOfMemory: evidence.container?.outOfMemory ?? false,
    lastProbe: evidence.lastProbe?.detail ?? null,
  };
}

function exitHint(code: number | null): string {
  switch (code) {
    case 0:
      return "It finished and stopped. A service must keep running. If it is a job that should end, set `kind: init` in baton.yaml, or `x-baton: { kind: init }` in the compose file.";
    case 126:
      return "Its command was found but could not be run: it may not be executable.";
    case 127:
      return "Its command was not found in the image.";
    case 137:
      return "It was killed (SIGKILL), often because the host ran out of memory.";
    case 139:
      return "It crashed with a segmentation fault, often because a binary was built for a different system.";
    case 143:
      return "Something other than Baton asked it to stop (SIGTERM).";
    default:
      return "See its output below.";
  }
}

function statusHint(status: number, path: string, lastLines: readonly string[]): string {
  if (status === 404) return `The app has nothing at ${path}. Set health.path in baton.yaml to a path that exists.`;
  if (status === 400 || status === 421) {
    return `The app rejects the request, often because its own address is missing from the hosts it accepts (ALLOWED_HOSTS in Django, config.hosts in Rails, trusted hosts elsewhere). If it rejects only ${path}, set health.path in baton.yaml to a different path.`;
  }
  if (status === 401 || status === 403) {
    return `${path} requires a sign-in. Set health.path in baton.yaml to a path that does not.`;
  }
  if (status >= 500) {
    return (
      crashCause(lastLines) ?? "The app returns an error. See its output below; a missing variable is a common cause."
    );
  }
  return "Set health.path in baton.yaml to a path that returns 2xx or 3xx.";
}

/** Formats a size: "512 MiB", "1 GiB". */
export function bytesText(bytes: number): string {
  const units = ["bytes", "KiB", "MiB", "GiB", "TiB"];
  let value = bytes;
  let unit = 0;
  while (value >= 1024 && unit < units.length - 1) {
    value /= 1024;
    unit += 1;
  }
  return `${Number.isInteger(value) ? value : value.toFixed(1)} ${units[unit]}`;
}
