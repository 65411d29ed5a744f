import type { SystemPart } from "../../../../views/system/system-page.tsx";
import type { EngineInfo, EngineMachine } from "../../../ports/engine/engine.ts";
import type { BuildLimitState } from "../../../ports/host/build-limiter.ts";
import type { FirewallState, PacketFilter } from "../../../ports/host/firewall.ts";
import { dockerSupport } from "../../../rules/health/docker-support.ts";
import { supportText } from "../../../rules/health/docker-warnings.ts";
import { firewallInEffect } from "../../../rules/health/system-warnings.ts";
import { sizeText } from "../../../rules/wording/size-text.ts";

/** The page's facts about Docker. `machine` is null when Docker did not answer in time. */
export function dockerFacts(
  engine: { readonly info: EngineInfo; readonly machine: EngineMachine | null },
  states: { readonly firewall: FirewallState | null; readonly buildLimits: BuildLimitState | null },
  now: Date,
): SystemPart["facts"] {
  const { info, machine } = engine;
  const firewall = states.firewall && firewallInEffect(states.firewall, machine?.rootless ?? false);
  return [
    ["Version", info.version],
    ["Package", packageText(info)],
    ["API", apiText(info)],
    ...(machine ? aboutMachine(info, machine, now) : []),
    ["Builder", info.builder === "buildkit" ? "BuildKit" : "classic"],
    ["Builds", buildLimitText(states.buildLimits)],
    ["Packet filter", packetFilterText(machine?.firewallBackend ?? null, firewall)],
    ["Firewall", firewallText(firewall)],
  ];
}

function aboutMachine(info: EngineInfo, machine: EngineMachine, now: Date): SystemPart["facts"] {
  const { cgroups, imageStore, rootless } = machine;
  return [
    ["Security fixes", supportText(dockerSupport({ ...info, operatingSystem: machine.operatingSystem }, now))],
    ["Images", imageStore],
    ["cgroups", cgroups ? `v${cgroups.version}, ${cgroups.driver}` : "none"],
    ["Rootless", rootless ? "yes" : "no"],
    ...(machine.liveRestore === undefined ? [] : [["Live restore", liveRestoreText[machine.liveRestore]] as const]),
  ];
}

const liveRestoreText = {
  on: "on",
  off: "off: apps stop while Docker is restarted",
  swarm: "off, as in every Swarm",
} satisfies Readonly<Record<NonNullable<EngineMachine["liveRestore"]>, string>>;

/** Null when there is nothing to say. */
export function dockerAdvice(machine: EngineMachine | null): string | null {
  return machine?.liveRestore === "off"
    ? 'To let apps run on while Docker is restarted, add "live-restore": true to /etc/docker/daemon.json and reload Docker.'
    : null;
}

function packageText({ packager }: EngineInfo): string {
  switch (packager) {
    case "docker":
      return "Docker's own";
    case "debian":
      return "Debian's";
    case "ubuntu":
      return "Ubuntu's";
    case "other":
      return "not known";
  }
}

function apiText({ apiVersion, minApiVersion, spokenApiVersion }: EngineInfo): string {
  const spoken = spokenApiVersion === apiVersion ? "" : `; Baton uses ${spokenApiVersion}`;
  return `${minApiVersion} to ${apiVersion}${spoken}`;
}

function packetFilterText(dockers: string | null, firewall: FirewallState | null): string {
  if (dockers?.startsWith("nftables")) return "nftables";
  const names: Readonly<Record<PacketFilter["backend"], string>> = { nft: "iptables-nft", legacy: "iptables-legacy" };
  const places = firewall?.type === "held" ? firewall.in : [];
  return places.map(({ backend }) => names[backend]).join(" and ") || (dockers ?? "not known");
}

function firewallText(state: FirewallState | null): string {
  switch (state?.type) {
    case "held":
      return `rules in ${[...new Set(state.in.map(({ chain }) => chain))].join(" and ")} and INPUT`;
    case "off":
      return "no rules (BATON_FIREWALL=0)";
    case "missing":
      return "rules not in place";
    case undefined:
      return "not known yet";
  }
}

function buildLimitText(state: BuildLimitState | null): string {
  switch (state?.type) {
    case "held": {
      const { memoryBytes, processes } = state.limits;
      const parts = [
        ...(memoryBytes === null ? [] : [`${sizeText(memoryBytes)} of memory`]),
        ...(processes === null ? [] : [`${processes.toLocaleString("en-US")} processes`]),
      ];
      return `at most ${parts.join(" and ")} ${state.each === "all" ? "together" : "in each step"}`;
    }
    case "off":
      return "not limited (BATON_BUILD_MEMORY=off, BATON_BUILD_PROCESSES=off)";
    case "missing":
      return `not limited: ${state.why}`;
    case undefined:
      return "not known yet";
  }
}
