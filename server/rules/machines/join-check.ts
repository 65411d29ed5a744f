import type { JoinFinding, MachineFacts } from "../../model/machine.ts";
import { isPublicAddress } from "../../model/names/public-address.ts";
import { durationText } from "../wording/duration-text.ts";
import { sizeText } from "../wording/size-text.ts";
import { routeInPools } from "./cluster-address.ts";

/** What a machine that wants to join says beside its facts. */
export interface JoinRequest extends MachineFacts {
  /** What its clock said when it asked. */
  readonly clock: Date;
  /** "inactive" when its Docker is in no Swarm. */
  readonly swarmState: string;
  readonly liveRestore: boolean;
  /** The server's ports that it could not open a TCP connection to. */
  readonly closedPorts: readonly number[];
  /** Its own ports that something else listens on, such as "7946/tcp". */
  readonly takenPorts: readonly string[];
  /** The networks that it has routes to (CIDR). */
  readonly routes: readonly string[];
}

/** The server that it joins. */
export interface JoinedServer {
  readonly address: string;
  readonly architecture: string;
  readonly dockerVersion: string;
  readonly pools: readonly string[];
  /** Names of the machines that are in the cluster. */
  readonly names: readonly string[];
}

const oldestDocker = [20, 10] as const;
const clockWarningMs = 2_000;
const clockLimitMs = 60_000;
const leastFreeBytes = 2e9;
const littleFreeBytes = 10e9;

/** What keeps a machine from joining, then what it should know. Empty when all is well. */
export function judgeJoin(request: JoinRequest, server: JoinedServer, now: Date): readonly JoinFinding[] {
  const refused = [
    ...dockerFaults(request),
    ...architectureFaults(request, server),
    ...portFaults(request, server),
    ...clockFaults(request, now),
    ...(request.freeDiskBytes < leastFreeBytes
      ? [`Docker's disk has ${sizeText(request.freeDiskBytes)} free: at least ${sizeText(leastFreeBytes)} are needed.`]
      : []),
    ...networkFaults(request, server),
  ];
  return [
    ...refused.map((text): JoinFinding => ({ level: "refused", text })),
    ...warnings(request, server, now).map((text): JoinFinding => ({ level: "warning", text })),
  ];
}

export function isRefused(findings: readonly JoinFinding[]): boolean {
  return findings.some(({ level }) => level === "refused");
}

function dockerFaults({ dockerVersion, swarmState, liveRestore }: JoinRequest): readonly string[] {
  return [
    ...(isOlder(dockerVersion, oldestDocker)
      ? [`Docker ${dockerVersion} is too old: install ${oldestDocker.join(".")} or newer.`]
      : []),
    ...(swarmState === "inactive" || swarmState === ""
      ? []
      : ["Its Docker is in a cluster already: if nobody needs that, leave it with docker swarm leave."]),
    ...(liveRestore
      ? [
          'Its Docker keeps containers running while it restarts, which it cannot do in a cluster: set "live-restore" to false in /etc/docker/daemon.json, then run systemctl reload docker.',
        ]
      : []),
  ];
}

function architectureFaults({ architecture }: JoinRequest, server: JoinedServer): readonly string[] {
  if (architecture === server.architecture) return [];
  return [
    `It is ${architecture} and the server is ${server.architecture}: images that are built there would not run on it.`,
  ];
}

function portFaults({ closedPorts, takenPorts, address }: JoinRequest, server: JoinedServer): readonly string[] {
  return [
    ...closedPorts.map(
      (port) =>
        `It cannot open a connection to ${server.address}, port ${port}/tcp: let the server's firewall accept it from ${address}.`,
    ),
    ...takenPorts.map((port) => `Something else listens on its port ${port}, which Docker needs: stop that.`),
  ];
}

function clockFaults({ clock }: JoinRequest, now: Date): readonly string[] {
  const offMs = clock.getTime() - now.getTime();
  return Math.abs(offMs) < clockLimitMs ? [] : [`${clockText(offMs)}: set it, for example with chrony.`];
}

function networkFaults({ routes }: JoinRequest, { pools }: JoinedServer): readonly string[] {
  const route = routeInPools(pools, routes);
  return route === null
    ? []
    : [
        `It has a route to ${route}, and the cluster's own networks are in ${pools.join(", ")}: it could not reach both.`,
      ];
}

function warnings(request: JoinRequest, server: JoinedServer, now: Date): readonly string[] {
  const { address, freeDiskBytes, dockerVersion, name } = request;
  const offMs = request.clock.getTime() - now.getTime();
  const isOff = Math.abs(offMs) >= clockWarningMs && Math.abs(offMs) < clockLimitMs;
  return [
    ...(isPublicAddress(address)
      ? [
          `Its address, ${address}, is public: let its firewall accept 7946/tcp, 7946/udp and 4789/udp only from the other machines.`,
        ]
      : []),
    ...(isOff ? [`${clockText(offMs)}: keep it right, for example with chrony.`] : []),
    ...(freeDiskBytes >= leastFreeBytes && freeDiskBytes < littleFreeBytes
      ? [`Docker's disk has only ${sizeText(freeDiskBytes)} free: images soon fill it.`]
      : []),
    ...(majorOf(dockerVersion) === majorOf(server.dockerVersion)
      ? []
      : [
          `It has Docker ${dockerVersion} and the server ${server.dockerVersion}: the same version everywhere is better.`,
        ]),
    ...(request.canEncrypt === false
      ? ["Its kernel cannot encrypt traffic between machines: use only a network that you trust."]
      : []),
    ...(server.names.includes(name)
      ? [`Another machine is named ${name}, too: two names are easier to tell apart.`]
      : []),
  ];
}

const clockText = (offMs: number) => `Its clock is ${durationText(Math.abs(offMs))} ${offMs > 0 ? "ahead" : "behind"}`;

function isOlder(version: string, [major, minor]: readonly [number, number]): boolean {
  const [hisMajor = 0, hisMinor = 0] = version.split(".").map((part) => Number.parseInt(part, 10) || 0);
  return hisMajor < major || (hisMajor === major && hisMinor < minor);
}

const majorOf = (version: string) => version.split(".")[0];
