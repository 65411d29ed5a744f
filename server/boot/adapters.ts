import { join } from "node:path";
import type { Logger } from "pino";
import { createBackupTools } from "../backup/backup-tools.ts";
import { createBuildLimiter } from "../cgroups/build-limiter.ts";
import { createContainerAccess } from "../docker/access/container-access.ts";
import { daemonAddress } from "../docker/connection.ts";
import { createDockerEngine } from "../docker/docker-engine.ts";
import { createDaemon } from "../docker/host/daemon.ts";
import { createFirewall } from "../firewall/iptables.ts";
import { createGitHub } from "../forge/github/github.ts";
import { createGit } from "../git/git.ts";
import { createHostPackages } from "../host-packages/debian-npm.ts";
import { isPublicAddress } from "../model/names/public-address.ts";
import { createMountFolder } from "../mounts/mount-folder.ts";
import { createIdentityProvider } from "../openid/openid-provider.ts";
import { createPasskeys } from "../passkeys/webauthn-passkeys.ts";
import { createPasswords } from "../passwords/argon2-passwords.ts";
import type { PipelineContext } from "../pipeline/context/context.ts";
import { createBaseImages } from "../pipeline/images/base/base-images.ts";
import { createRoutePublisher, type RoutePublisher } from "../pipeline/routing/routes.ts";
import type { OwnBackups } from "../ports/backup/own-backups.ts";
import type { Forge } from "../ports/forge.ts";
import type { Machine } from "../ports/host/machine.ts";
import type { Log } from "../ports/log.ts";
import type { Machines } from "../ports/machines.ts";
import type { IdentityProvider } from "../ports/people/identity-provider.ts";
import type { Passkeys } from "../ports/people/passkeys.ts";
import type { Passwords } from "../ports/people/passwords.ts";
import { createLoopbackProber } from "../probe/loopback-prober.ts";
import { createReach } from "../probe/reach.ts";
import { createCaddyProxy } from "../proxy/caddy-proxy.ts";
import type { CaddySupervisor } from "../proxy/process/supervisor.ts";
import type { ReconcilerNeeds } from "../reconciler/context.ts";
import { routes } from "../routes.ts";
import { planBuildLimits } from "../rules/rollout/build-limits.ts";
import { firewallRules } from "../rules/routing/firewall-rules.ts";
import { firstFreeSubnet } from "../rules/routing/subnets.ts";
import { isServedPlain, urlOf } from "../rules/routing/urls.ts";
import { type EmbeddedPostgres, startEmbeddedPostgres } from "../store/embedded/embedded-postgres.ts";
import { migrate } from "../store/postgres/migrate.ts";
import { createStore } from "../store/postgres-store.ts";
import { createSwarmMachines } from "../swarm/swarm-machines.ts";
import { createOwnBackups } from "./backup/own-backups.ts";
import type { Config } from "./config.ts";
import { readFailpoints } from "./failpoints.ts";
import { internalPorts } from "./http/internal-ports.ts";
import type { DataFolder } from "./process/data-folder.ts";
import { sourceFolder } from "./process/source-folder.ts";
import { systemClock } from "./system-clock.ts";
import { thisMachine } from "./this-machine.ts";

export type DatabaseProcess = Pick<EmbeddedPostgres, "url" | "leave" | "stop">;

/** All adapters of the server, and the settings that their users share. */
export interface ServerAdapters
  extends Omit<PipelineContext, "dataTurns" | "makeRoom">,
    Omit<ReconcilerNeeds, "wakeQueue" | "makeRoom"> {
  readonly database: DatabaseProcess;
  readonly proxy: PipelineContext["proxy"] & CaddySupervisor;
  readonly forges: readonly Forge[];
  readonly unserved: RoutePublisher["unserved"];
  readonly machine: Machine;
  readonly machines: Machines;
  readonly passwords: Passwords;
  readonly passkeys: Passkeys;
  readonly identityProvider: IdentityProvider;
  readonly ownBackups: OwnBackups;
  readonly log: Log;
  /** The public URL of a deployment's page. */
  readonly pageOf: (deployment: number) => string;
}

/** Opens the database and creates every other adapter. Starts and touches nothing else. */
export async function openAdapters(
  config: Config,
  data: DataFolder,
  log: Logger,
  closing?: AbortSignal,
): Promise<ServerAdapters> {
  const database = await openDatabase(config.databaseUrl, data, log);
  const store = await createStore({ url: database.url, keyFile: data.keyFile, chooseSubnet: firstFreeSubnet, log });
  const { instance } = store;
  const clock = systemClock;
  const prober = createLoopbackProber();
  const engine = createDockerEngine({ instance, socket: config.dockerHost, ...(closing && { closing }) });
  const ports = await internalPorts(store.settings, prober, config.ports);
  const hostPackages = createHostPackages({ folder: data.cache, caddyBin: config.caddyBin });
  const https = config.publicUrl.protocol === "https:";
  const proxy = createCaddyProxy({
    folder: data.caddy,
    routesFolder: data.routes,
    bin: config.caddyBin,
    httpPort: config.httpPort,
    httpsPort: config.httpsPort,
    plainHttp: isServedPlain(config.domain),
    internalPorts: ports,
    publicHost: https ? { host: config.publicUrl.hostname, upstreamPort: config.listen.port } : null,
    adminSocket: data.adminSocket,
    log: (message) => log.warn({}, message),
  });
  const publisher = createRoutePublisher({ store, proxy, log });
  return {
    ...{ database, log },
    instance,
    engine,
    proxy,
    prober,
    backupTools: createBackupTools({
      access: createContainerAccess({ instance, socket: config.dockerHost }),
      ...{ clock, ownFolder: data.backups },
    }),
    ownBackups: createOwnBackups(config, { data, url: database.url, instance }),
    reach: createReach(),
    store,
    clock,
    git: createGit({
      folder: data.repositories,
      ...(closing && { closing }),
      ...(!config.allowPrivateRepositories && { mayConnectTo: isPublicAddress }),
    }),
    firewall: createFirewall(firewallRules(instance, config.subnets, config), { isOff: !config.firewall }),
    buildLimiter: createBuildLimiter({
      machine: engine.machine,
      plan: (machine) => planBuildLimits(config.buildLimits, machine),
    }),
    mountFiles: createMountFolder({ folder: data.mounts }),
    forges: [createGitHub(config.gitHubApi === null ? {} : { apiUrl: config.gitHubApi })],
    baseImages: createBaseImages({ engine, hostPackages, clock, mode: config.baseImages }),
    limits: { ...config, publicHost: config.publicUrl.hostname, mirrorRegistry: mirrorRegistry(config) },
    drainTimeoutMs: config.drainTimeoutMs,
    ...{ keepVersions: config.keepVersions, keepVersionDays: config.keepVersionDays },
    ...{ buildCacheBytes: config.buildCacheBytes, buildCacheDays: config.buildCacheDays },
    logRetention: config.logRetention,
    machine: thisMachine(config.dataFolder),
    machines: createSwarmMachines({ daemon: createDaemon(daemonAddress(config.dockerHost)), instance }),
    passwords: createPasswords(),
    passkeys: createPasskeys(),
    identityProvider: createIdentityProvider({ clock }),
    urlOf: (host) => urlOf(host, config),
    pageOf: (deployment) => new URL(routes.deployment(deployment), config.publicUrl).href,
    publishRoutes: publisher.publish,
    unserved: publisher.unserved,
    failpoint: readFailpoints(config.failpoints),
  };
}

/** Opens the configured database or Baton's own, and migrates it. */
async function openDatabase(url: string | null, data: DataFolder, log: Logger): Promise<DatabaseProcess> {
  const database =
    url === null
      ? await startEmbeddedPostgres({ folder: data.postgres, log })
      : { url, leave: async () => {}, stop: async () => {} };
  await migrate(database.url, join(sourceFolder, "migrations"));
  return database;
}

function mirrorRegistry({ baseImages }: Config): string | null {
  return /^(?:auto|official|local)$/.test(baseImages) ? null : (baseImages.split("/")[0] ?? null);
}
