import { networkInterfaces } from "node:os";
import { join } from "node:path";
import { isHostName } from "../model/names/host-name.ts";
import type { Proxy as ProxyPort } from "../ports/proxy.ts";
import type { FixedConfig } from "./config/caddy-config.ts";
import { createConfiguration } from "./config/configuration.ts";
import { createAdmin } from "./process/admin.ts";
import { createCaddyProcess } from "./process/caddy-process.ts";
import { type CaddySupervisor, createSupervisor } from "./process/supervisor.ts";
import { createOlderFiles } from "./switch/address-files.ts";
import { createGate } from "./switch/gate.ts";
import { createHostLinks } from "./switch/host-links.ts";
import { countInFlight } from "./switch/in-flight.ts";
import { createProver } from "./switch/prove.ts";
import { isPlainPath } from "./switch/route-table.ts";
import { createSwitch } from "./switch/switch.ts";

export interface CaddyProxyOptions extends Omit<FixedConfig, "ipv6Loopback"> {
  /** The Caddy to run: a path, or a name on the usual search path. */
  readonly bin: string;
  /** Called with a sentence on each repair that the supervisor made. */
  readonly log?: (message: string) => void;
}

/** Implements the Proxy port on Caddy 2.11.2 or newer. Throws when an option cannot work. */
export function createCaddyProxy({ bin, log = () => {}, ...options }: CaddyProxyOptions): ProxyPort & CaddySupervisor {
  assertUsable(options);
  const frame: FixedConfig = { ...options, ipv6Loopback: hasIpv6Loopback() };
  const { folder, routesFolder, internalPorts, adminSocket } = frame;
  const configFile = join(folder, "caddy.json");

  const admin = createAdmin({ socketPath: adminSocket });
  const prover = createProver({ port: internalPorts.proof });
  const switches = createSwitch({ routesFolder, restingPort: internalPorts.resting });
  const caddy = createCaddyProcess({ bin, folder, configFile });
  const links = createHostLinks({ routesFolder });
  const configuration = createConfiguration({ file: configFile, frame, admin, switches, links, prover });
  const supervisor = createSupervisor({
    folder,
    routesFolder,
    adminSocket,
    admin,
    caddy,
    configuration,
    prover,
    portSettings: new Map([
      [options.httpsPort, "BATON_HTTPS_PORT"],
      [options.httpPort, "BATON_HTTP_PORT"],
    ]),
    olderFiles: createOlderFiles({ routesFolder }),
    gate: createGate({ routesFolder, innerPort: internalPorts.proof }),
    log,
  });

  return {
    ...supervisor,
    ping: admin.ping,
    setRoutes: configuration.setRoutes,
    prepare: switches.prepare,
    hold: switches.hold,
    upstreamsOf: switches.upstreamsOf,
    switchTo: switches.switchTo,
    current: switches.current,
    forget: switches.forget,
    forgetInstallation: switches.forgetInstallation,
    listFolders: switches.listFolders,
    prove: prover.prove,
    inFlight: async (address, signal) => countInFlight(await admin.upstreams(signal), address),
  };
}

// sockaddr_un holds 108 bytes, including the closing zero.
const longestSocketPathBytes = 107;

function assertUsable({ folder, routesFolder, adminSocket, publicHost }: Omit<FixedConfig, "ipv6Loopback">): void {
  for (const path of [folder, routesFolder, adminSocket]) {
    if (!isPlainPath(path)) {
      throw new Error(
        `Caddy can't work below ${path}: the path must be absolute and free of { } | \\ and line breaks.`,
      );
    }
  }
  const bytes = Buffer.byteLength(adminSocket);
  if (bytes > longestSocketPathBytes) {
    throw new Error(
      `The path of Caddy's admin socket is ${bytes} bytes long, but may have at most ${longestSocketPathBytes}: ${adminSocket}`,
    );
  }
  if (publicHost !== null && !isHostName(publicHost.host)) {
    throw new Error(`${JSON.stringify(publicHost.host)} is not a host name that can be served over HTTPS.`);
  }
}

function hasIpv6Loopback(): boolean {
  return Object.values(networkInterfaces()).some((addresses) => addresses?.some(({ address }) => address === "::1"));
}
