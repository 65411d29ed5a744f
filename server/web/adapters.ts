import type { DocumentName } from "../../views/system/documents.ts";
import type { Commands } from "../commands/commands.ts";
import type { DataFacts } from "../model/backup.ts";
import type { InstallationId } from "../model/names/ids.ts";
import type { OwnBackupSettings } from "../model/own-backup.ts";
import type { Clock } from "../ports/clock.ts";
import type { Engine } from "../ports/engine/engine.ts";
import type { Forge } from "../ports/forge.ts";
import type { Git } from "../ports/git.ts";
import type { BuildLimiter } from "../ports/host/build-limiter.ts";
import type { Firewall } from "../ports/host/firewall.ts";
import type { Machine } from "../ports/host/machine.ts";
import type { Reach } from "../ports/host/reach.ts";
import type { Log } from "../ports/log.ts";
import type { Machines } from "../ports/machines.ts";
import type { Proxy as ReverseProxy } from "../ports/proxy.ts";
import type { ReadStore } from "../ports/store/read-store.ts";
import type { FrontDoor } from "../rules/routing/urls.ts";
import type { Assets } from "./http/assets/assets.ts";

/**
 * Everything that the web depends on: the store to read from, the commands to write with, the other ports, and
 * settings.
 */
export interface WebAdapters extends FrontDoor {
  readonly store: ReadStore;
  readonly engine: Engine;
  readonly firewall: Pick<Firewall, "state">;
  readonly buildLimiter: Pick<BuildLimiter, "state">;
  readonly git: Git;
  readonly proxy: ReverseProxy;
  readonly commands: Commands;
  /** Installations with a host that the proxy cannot serve: their names ("shop in staging") and the reasons. */
  readonly unserved: () => readonly { readonly name: string; readonly message: string }[];
  /** How much data a service has at the moment; null when it does not say. */
  readonly backupFacts: (installation: InstallationId, service: string) => Promise<DataFacts | null>;
  /** How Baton itself is backed up. */
  readonly ownBackups: OwnBackupSettings;
  readonly forges: readonly Forge[];
  readonly clock: Clock;
  readonly machine: Machine;
  readonly machines: Pick<Machines, "state" | "machines">;
  readonly reach: Reach;
  readonly log: Log;
  /** The public URL of Baton, which is never taken from a request's Host. */
  readonly publicUrl: URL;
  readonly listen: { readonly host: string; readonly port: number };
  readonly maxBuilding: number;
  /** How many ready versions of an installation keep their images. */
  readonly keepVersions: number;
  /** How long a version keeps its images after it was replaced; null means as long as it is among these. */
  readonly keepVersionDays: number | null;
  /** The limit of the build cache; null when Baton leaves the cache alone. */
  readonly buildCacheBytes: number | null;
  readonly drainTimeoutMs: number;
  /** The default time for a service to become healthy. */
  readonly healthTimeoutMs: number;
  /** How long a service without a port must stay up to count as healthy. */
  readonly workerUpMs: number;
  /** The public URL of a deployment's page. */
  readonly pageOf: (deployment: number) => string;
  /** The URL of a host, as a user types it. */
  readonly urlOf: (host: string) => string;
  readonly version: string;
  /** Reads one of Baton's own documents as Markdown. */
  readonly readDocument: (name: DocumentName) => Promise<string>;
  /** What a new machine runs to join the cluster, with `@BATON_URL@` for Baton's own URL. */
  readonly readJoinScript: () => Promise<string>;
  readonly assets: Assets;
  /** Aborts when the server shuts down, so that streams end and the shutdown need not wait for them. */
  readonly closing?: AbortSignal;
}
