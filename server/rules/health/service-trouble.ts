import type { ServiceSpec } from "../../model/deployment/spec.ts";
import type { ContainerState } from "../../ports/engine/containers.ts";
import { crashLoopOf, crashLoopText, deathText, recentDeaths } from "./crash-loop.ts";

/** What is wrong with a service of a live version, in words. */
export interface ServiceTrouble {
  readonly service: string;
  readonly type: "crash-loop" | "gone" | "unhealthy" | "restarted";
  /** Whether it does not work now. */
  readonly isDown: boolean;
  /** "web keeps crashing". */
  readonly title: string;
  /** A sentence that says more. */
  readonly text: string;
  /** The container whose output tells more; null when there is none. */
  readonly container: ContainerState | null;
}

/** Says what is wrong with a service of a live version that nobody has stopped. Null when nothing is. Pure. */
export function serviceTrouble(
  { name, kind }: Pick<ServiceSpec, "name" | "kind">,
  container: ContainerState | null,
  now: Date,
): ServiceTrouble | null {
  if (kind === "init") return null;
  if (!container) {
    const text = "Its container is gone. Baton starts it again from its image.";
    return { service: name, type: "gone", isDown: true, title: `${name} is not running`, text, container };
  }
  const about = { service: name, container };
  const loop = crashLoopOf(container, now);
  if (loop) {
    const text = `It ${crashLoopText(loop)}. It is started again each time, after longer and longer pauses.`;
    return { ...about, type: "crash-loop", isDown: true, title: `${name} keeps crashing`, text };
  }
  if (container.status !== "running" && container.status !== "created" && container.status !== "paused") {
    const { exitCode } = container;
    const text =
      container.status === "restarting"
        ? `It ended with exit code ${exitCode}, and is started again.`
        : `Its container ended with exit code ${exitCode}. Baton starts it again.`;
    return { ...about, type: "gone", isDown: true, title: `${name} is not running`, text };
  }
  if (container.status === "running" && container.healthcheck === "unhealthy") {
    const said = container.healthcheckOutput.split("\n")[0]?.slice(0, 200) ?? "";
    const text = `Its image's health check fails${said === "" ? "" : `: ${said}`}. It still gets traffic.`;
    return { ...about, type: "unhealthy", isDown: true, title: `${name} is unhealthy`, text };
  }
  return restarted(about, recentDeaths(container, now));
}

function restarted(
  about: Pick<ServiceTrouble, "service" | "container">,
  deaths: ReturnType<typeof recentDeaths>,
): ServiceTrouble | null {
  const last = deaths.at(-1);
  if (!last) return null;
  const times = deaths.length === 1 ? "once" : `${deaths.length} times`;
  const text = `It restarted ${times} in 10 minutes, ${deathText(last)}. It runs again.`;
  return { ...about, type: "restarted", isDown: false, title: `${about.service} crashed`, text };
}
