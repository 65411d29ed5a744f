import type { Clock } from "../ports/clock.ts";
import type { Engine } from "../ports/engine.ts";
import type { Git } from "../ports/git.ts";
import type { Log } from "../ports/log.ts";
import type { RouteFault } from "../ports/proxy.ts";
import type { Store } from "../ports/store/store.ts";

/** What commands stand on. Each command names what it needs of it. */
export interface CommandAdapters {
  readonly store: Store;
  readonly engine: Pick<Engine, "inspectImage">;
  readonly git: Git;
  readonly clock: Clock;
  readonly log: Log;
  /** The server's base domain, below which apps are served. */
  readonly domain: string;
  /** Where Baton itself answers. */
  readonly publicHost: string;
  /** Repositories may be in private networks. */
  readonly allowPrivateRepositories: boolean;
  /** Makes the proxy know the hosts that the database has. */
  readonly publishRoutes: (signal: AbortSignal) => Promise<readonly RouteFault[]>;
  /** The sample app's files, by path. */
  readonly readSample: () => Promise<ReadonlyMap<string, Buffer>>;
  /** There is work in the queue. */
  readonly wakeQueue: () => void;
  /** Something is to be stopped or removed. */
  readonly wakeReconciler: () => void;
}

export type Uses<Name extends keyof CommandAdapters> = Pick<CommandAdapters, Name>;
