import type { DeploymentStatus } from "../../server/model/deployment/deployment.ts";
import { Icon, type IconName } from "./icon.tsx";

/** A state is shown by colour, icon and word; each of them is enough alone. */
export type Tone = "good" | "busy" | "wait" | "bad" | "warn" | "off" | "plain";

export function Badge({ tone, icon, text }: { readonly tone: Tone; readonly icon: IconName; readonly text: string }) {
  return (
    <span class={`badge tone-${tone}`}>
      <Icon name={icon} />
      {text}
    </span>
  );
}

const deploymentLooks: Readonly<Record<DeploymentStatus, readonly [Tone, IconName, string]>> = {
  queued: ["wait", "clock", "Queued"],
  building: ["busy", "spinner", "Building"],
  deploying: ["busy", "spinner", "Deploying"],
  ready: ["good", "check", "Ready"],
  failed: ["bad", "cross", "Failed"],
  stopped: ["off", "square", "Stopped"],
};

export function DeploymentBadge({ status }: { readonly status: DeploymentStatus }) {
  const [tone, icon, text] = deploymentLooks[status];
  return <Badge tone={tone} icon={icon} text={text} />;
}

export type RunState =
  | "empty"
  | "running"
  | "degraded"
  | "stopping"
  | "stopped"
  | "starting"
  | "unhealthy"
  | "crashed"
  | "exited"
  | "unknown";

const runLooks: Readonly<Record<RunState, readonly [Tone, IconName, string]>> = {
  empty: ["off", "ring", "Nothing deployed"],
  running: ["good", "check", "Running"],
  degraded: ["warn", "warning", "Degraded"],
  stopping: ["busy", "spinner", "Stopping"],
  stopped: ["off", "square", "Stopped"],
  starting: ["busy", "spinner", "Starting"],
  unhealthy: ["warn", "warning", "Unhealthy"],
  crashed: ["bad", "cross", "Crashed"],
  exited: ["off", "check", "Done"],
  unknown: ["warn", "warning", "Docker isn't responding"],
};

export function RunBadge({ state }: { readonly state: RunState }) {
  const [tone, icon, text] = runLooks[state];
  return <Badge tone={tone} icon={icon} text={text} />;
}

/** `isFailing` means that the newest deployment failed. "Nothing deployed" would hide that somebody tried. */
export function StateBadge({ state, isFailing }: { readonly state: RunState; readonly isFailing: boolean }) {
  if (state === "empty" && isFailing) return <Badge tone="bad" icon="cross" text="Failed" />;
  return <RunBadge state={state} />;
}

export function LiveMark() {
  return <span class="live-mark">Live</span>;
}
