import type { BackupTools } from "../ports/backup/backup-tools.ts";
import type { Clock } from "../ports/clock.ts";
import type { Engine } from "../ports/engine/engine.ts";
import type { Git } from "../ports/git.ts";
import type { Reach } from "../ports/host/reach.ts";
import type { Log } from "../ports/log.ts";
import type { Machines } from "../ports/machines.ts";
import type { IdentityProvider } from "../ports/people/identity-provider.ts";
import type { Passkeys } from "../ports/people/passkeys.ts";
import type { Passwords } from "../ports/people/passwords.ts";
import type { RouteFault } from "../ports/proxy.ts";
import type { Store } from "../ports/store/store.ts";

/** Everything that commands depend on. Each command names the parts that it uses. */
export interface CommandAdapters {
  readonly store: Store;
  readonly engine: Pick<Engine, "inspectImage" | "machine" | "usedSubnets">;
  readonly machines: Machines;
  readonly git: Git;
  readonly clock: Clock;
  readonly passwords: Passwords;
  readonly passkeys: Passkeys;
  readonly identityProvider: IdentityProvider;
  readonly backupTools: Pick<BackupTools, "check" | "makeKey" | "remove">;
  readonly reach: Pick<Reach, "ownAddresses" | "accepts">;
  readonly log: Log;
  /** The networks of deployments are cut from it (CIDR). */
  readonly subnets: string;
  /** The server's base domain, below which apps are served. */
  readonly domain: string;
  /** The host that Baton itself answers on. */
  readonly publicHost: string;
  /** Whether repositories may be in private networks. */
  readonly allowPrivateRepositories: boolean;
  /** Publishes the hosts from the database to the proxy. */
  readonly publishRoutes: (signal: AbortSignal) => Promise<readonly RouteFault[]>;
  /** The sample app's files, by path. */
  readonly readSample: () => Promise<ReadonlyMap<string, Buffer>>;
  /** Tells the worker that the queue has work. */
  readonly wakeQueue: () => void;
  /** Tells the reconciler that something must be stopped or removed. */
  readonly wakeReconciler: () => void;
  /** Tells the keeper of backups that it has work. */
  readonly wakeBackups: () => void;
}

export type Uses<Name extends keyof CommandAdapters> = Pick<CommandAdapters, Name>;
