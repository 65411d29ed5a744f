import type { Failure, Stage } from "../model/deployment.ts";
import type { ServiceSpec } from "../model/spec.ts";
import type { ContainerState, ListeningPort } from "../ports/engine.ts";
import { crashCause } from "./crash-cause.ts";
import { durationText } from "./duration-text.ts";

/** What is known about a service that did not become (or stay) healthy. */
export interface Evidence {
  readonly service: Pick<ServiceSpec, "name" | "kind" | "port" | "portDeclared" | "health">;
  /** Null: it is gone. */
  readonly container: ContainerState | null;
  /** What its processes listen on; null: cannot tell. */
  readonly listening: readonly ListeningPort[] | null;
  /** The last probe, in words and by kind. */
  readonly lastProbe: LastProbe | null;
  readonly lastLines: readonly string[];
}

export interface LastProbe {
  readonly outcome: "answered" | "closed" | "timeout" | "garbled" | "open";
  /** The HTTP status, when it answered. */
  readonly status: number | null;
  readonly detail: string;
}

/**
 * What is known of a service after one more try. The last one has only what is left of the time: its silence says less than
 * what an app that had opened its port did before.
 */
export function lastWord(before: LastProbe | null, probe: LastProbe | null, isCutShort: boolean): LastProbe | null {
  if (probe === null) return before;
  const saysLittle = isCutShort && probe.outcome === "timeout";
  return saysLittle && before !== null && before.outcome !== "closed" ? before : probe;
}

/** Why a container ended, for the check before the cut-over and the watch after it. */
export function diagnoseExit(stage: Stage, when: string, evidence: Evidence): Failure {
  const { service, container } = evidence;
  const base = facts(stage, evidence);
  if (!container) {
    return {
      ...base,
      message: `the container of ${service.name} is gone ${when}`,
      hint: "Somebody removed it by hand.",
    };
  }
  if (container.outOfMemory) {
    const limit =
      container.memoryLimitBytes === null ? "of the host" : `limit ${bytesText(container.memoryLimitBytes)}`;
    return {
      ...base,
      message: `${service.name} was killed: out of memory (${limit})`,
      hint: "It used more memory than it may. Give it more with `memory` in baton.yaml, or let it use less.",
    };
  }
  // It was restarted before anybody looked: what it exited with is not known any more.
  if (container.status === "running") {
    const hint = crashCause(evidence.lastLines) ?? "Its last lines say why.";
    return { ...base, message: `${service.name} crashed, ${when}`, hint };
  }
  return {
    ...base,
    exitCode: container.exitCode,
    message: `${service.name} exited with code ${container.exitCode}, ${when}`,
    hint: (container.exitCode === 0 ? null : crashCause(evidence.lastLines)) ?? exitHint(container.exitCode),
  };
}

/** Why a service that runs did not pass its check in time. */
export function diagnoseUnhealthy(stage: Stage, waitedMs: number, evidence: Evidence): Failure {
  const { service, lastProbe } = evidence;
  const base = facts(stage, evidence);
  const within = `within ${durationText(waitedMs)}`;
  if (service.kind === "worker" || service.port === null) {
    return { ...base, message: `${service.name} did not stay up ${within}`, hint: null };
  }
  const elsewhere = listensElsewhere(service.port, service.portDeclared, evidence.listening);
  if (elsewhere) return { ...base, ...elsewhere, hint: listensNowhere(evidence) ?? elsewhere.hint };

  switch (lastProbe?.outcome) {
    case "answered":
      return {
        ...base,
        message: `GET ${service.health.path} answered ${lastProbe.status}, not 2xx or 3xx, ${within}`,
        hint: statusHint(lastProbe.status ?? 0, service.health.path, evidence.lastLines),
      };
    case "timeout":
      return {
        ...base,
        message: `port ${service.port} takes connections, but ${service.kind === "web" ? `GET ${service.health.path}` : "it"} was not answered ${within}`,
        hint:
          crashCause(evidence.lastLines) ??
          `Each try waits ${durationText(service.health.tryTimeoutMs)}. Something in the app hangs: often a database or another service that it cannot reach.`,
      };
    case "garbled":
      return {
        ...base,
        message: `what listens on port ${service.port} does not speak HTTP (${lastProbe.detail})`,
        hint: "If it is not a web service, say `kind: tcp` in baton.yaml.",
      };
    case "open":
      return {
        ...base,
        message: `${service.name} did not answer ${service.health.successes} times in a row ${within}`,
        hint: "It answers sometimes. Its log says why it does not always.",
      };
    case "closed":
    case undefined:
      return {
        ...base,
        message: `${service.name} closes connections on port ${service.port} without an answer ${within}`,
        hint: "Its log says what it is doing.",
      };
  }
}

/** The app runs, but not where it is asked. Null when that is not it, or cannot be told. */
function listensElsewhere(
  port: number,
  declared: boolean,
  listening: readonly ListeningPort[] | null,
): Pick<Failure, "message" | "hint"> | null {
  if (!listening) return null;
  const onPort = listening.filter((socket) => socket.port === port);
  if (onPort.some((socket) => !socket.loopbackOnly)) return null;
  if (onPort.length > 0) {
    return {
      message: `the app listens on 127.0.0.1:${port} only, which cannot be reached from outside its container`,
      hint: "Let it listen on 0.0.0.0 (Baton sets HOST=0.0.0.0 for apps that read it).",
    };
  }
  const others = listening.map((socket) => (socket.loopbackOnly ? `127.0.0.1:${socket.port}` : `port ${socket.port}`));
  const first = listening.find((socket) => !socket.loopbackOnly) ?? listening[0];
  if (!first) {
    return {
      message: `nothing listens on port ${port}`,
      hint: declared
        ? `The app listens on no port at all yet. If it needs longer to start, raise health.timeout in baton.yaml; if it has no port, say \`kind: worker\`.`
        : `The app listens on no port at all yet. It should listen on the port in the variable PORT (${port}); if it has none, say \`kind: worker\` in baton.yaml.`,
    };
  }
  const bind = first.loopbackOnly ? ", on 0.0.0.0 instead of 127.0.0.1," : "";
  return {
    message: `nothing listens on port ${port}; the app listens on ${others.join(" and ")}`,
    hint: `Let it listen${bind} on the port in the variable PORT (${port}), or write \`port: ${first.port}\` in baton.yaml.`,
  };
}

/** An app that waits for something else first opens no port of its own. */
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

function exitHint(code: number): string {
  switch (code) {
    case 0:
      return "It ran to its end. A service keeps running; a job that should end is `kind: init`.";
    case 126:
      return "Its command was found but could not be run: it may lack the permission to be executed.";
    case 127:
      return "Its command was not found in the image.";
    case 137:
      return "It was killed (SIGKILL), often because the host ran out of memory.";
    case 139:
      return "It crashed with a segmentation fault, often a binary made for another system.";
    case 143:
      return "It was asked to stop (SIGTERM) by something other than Baton.";
    default:
      return "Its last lines say why.";
  }
}

function statusHint(status: number, path: string, lastLines: readonly string[]): string {
  if (status === 404) return `There is nothing at ${path}. Name a path that answers with health.path in baton.yaml.`;
  if (status === 400 || status === 421) {
    return `The app refuses the request itself, often because of the host that is asked for: its own address has to be among those that it accepts (ALLOWED_HOSTS in Django, config.hosts in Rails, trusted hosts elsewhere). If it is ${path} that it refuses, name another path with health.path in baton.yaml.`;
  }
  if (status === 401 || status === 403) {
    return `${path} wants a sign-in. Name a path that answers without one with health.path in baton.yaml.`;
  }
  if (status >= 500) {
    return (
      crashCause(lastLines) ??
      "The app fails while it answers. Its log says why; a missing variable is a common reason."
    );
  }
  return "Name a path that answers 2xx or 3xx with health.path in baton.yaml.";
}

/** "512 MiB", "1 GiB". */
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
