import type { Backup } from "../../model/backup.ts";
import { type Deployment, specOf } from "../../model/deployment/deployment.ts";
import { type DeploymentSpec, servicesOf } from "../../model/deployment/spec.ts";
import { type DataSource, dataSources } from "./data-sources.ts";

/** The data that a former version last ran on. */
export interface DataThen {
  /** The deployment that backed it up, because it changed it. */
  readonly before: Pick<Deployment, "id" | "number">;
  /** In the order of the live version's services. */
  readonly backups: readonly Backup[];
  /** Services of the live version that keep their data as it is now. */
  readonly left: readonly string[];
}

type Version = Pick<Deployment, "number">;

/**
 * The deployment that first changed the data after a version was live: with an init service, or because it went back with
 * the data. Null when none did. `ready` may be in any order.
 */
export function firstChangeAfter({ number }: Version, ready: readonly Deployment[]): Deployment | null {
  const later = ready.filter((one) => one.number > number).toSorted((a, b) => a.number - b.number);
  return later.find((one) => one.dataBefore !== null || runsInit(specOf(one))) ?? null;
}

/**
 * Says what going back to a version with its data would restore; otherwise why it cannot, as the rest of a sentence. `made`
 * are the backups that the first change's deployment made.
 */
export function dataThen(
  change: Pick<Deployment, "id" | "number">,
  made: readonly Backup[],
  live: Pick<DeploymentSpec, "stacks">,
): DataThen | string {
  const whole = made.filter(({ status }) => status === "done");
  if (whole.length === 0) return `it was not backed up before #${change.number} changed it`;
  const sources = dataSources(live);
  const fits = whole.filter(({ service, method }) =>
    sources.some((source) => source.service === service && source.method === method),
  );
  if (fits.length === 0) return "the live version keeps none of it any more";
  if (fits.some(({ removedAt }) => removedAt !== null)) {
    return `the backup that was made before #${change.number} changed it has been removed`;
  }
  const newest = sources.flatMap((source) => newestOf(source, fits));
  const left = sources.filter(({ service }) => !newest.some((backup) => backup.service === service));
  return {
    before: { id: change.id, number: change.number },
    backups: newest,
    left: left.map(({ service }) => service),
  };
}

/** A deployment that was interrupted may have made several of one service. Only the last is of its moment of change. */
function newestOf({ service }: DataSource, backups: readonly Backup[]): readonly Backup[] {
  const [newest] = backups.filter((one) => one.service === service).toSorted((a, b) => b.id - a.id);
  return newest ? [newest] : [];
}

function runsInit(spec: DeploymentSpec | null): boolean {
  return servicesOf(spec ?? { stacks: [] }).some(({ kind, keptFrom }) => kind === "init" && keptFrom === null);
}

/** What a deployment that goes back with the data has to do next about one service. */
export type DataStep =
  | { readonly type: "save" }
  | { readonly type: "restore"; readonly safety: Backup }
  | { readonly type: "nothing" };

type RestoreRow = {
  readonly id: number;
  readonly status: string;
  readonly safetyBackupId: Backup["id"] | null;
  readonly backupId: Backup["id"];
};

/**
 * Decides it from the rows, so that any attempt goes on where the last one was. `made` are the deployment's complete
 * backups, `restores` those that it carries out. A restore that was undone has used up its backup: what runs now may
 * have been written to since.
 */
export function nextDataStep(
  then: Pick<Backup, "id" | "service">,
  made: readonly Backup[],
  restores: readonly RestoreRow[],
): DataStep {
  const own = restores.filter(({ backupId }) => backupId === then.id);
  const [last] = own.toSorted((a, b) => b.id - a.id);
  if (last?.status === "done") return { type: "nothing" };
  const spent = new Set(
    own.flatMap(({ status, safetyBackupId }) => (status === "failed" ? (safetyBackupId ?? []) : [])),
  );
  const [safety] = made
    .filter(({ id, service }) => service === then.service && !spent.has(id))
    .toSorted((a, b) => b.id - a.id);
  return safety ? { type: "restore", safety } : { type: "save" };
}

/** The services of the live version that are stopped while its data is replaced: all that may write to it. */
export function stoppedMeanwhile(live: Pick<DeploymentSpec, "stacks">): readonly string[] {
  const databases = new Set(dataSources(live).flatMap(({ service, method }) => (method === "volume" ? [] : [service])));
  return servicesOf(live).flatMap(({ name, kind }) => (kind === "init" || databases.has(name) ? [] : [name]));
}

/** Services that mount any of a service's volumes, in whatever way: Docker removes no volume that a container has. */
export function mountersOf(live: Pick<DeploymentSpec, "stacks">, { stack, volumes }: DataSource): readonly string[] {
  const names = new Set(volumes.map(({ volume }) => volume));
  const services = live.stacks.find(({ name }) => name === stack)?.services ?? [];
  return services.flatMap(({ name, container }) =>
    container.mounts.some((mount) => mount.type === "volume" && names.has(mount.volume)) ? [name] : [],
  );
}
