import type { DumpMethod } from "../../model/backup.ts";
import type { DeploymentSpec, ServiceSpec } from "../../model/deployment/spec.ts";
import { databaseImage } from "../data/database-images.ts";

/** A service whose data is worth a backup. */
export interface DataSource {
  readonly stack: string;
  readonly service: string;
  readonly method: DumpMethod;
  /** A noun phrase: "a PostgreSQL database", "files in /data". */
  readonly what: string;
  /** Its volumes, with their names in the stack. Of several services with one volume, the first has it. */
  readonly volumes: readonly { readonly volume: string; readonly path: string }[];
  /** Services that write to these volumes, itself included. They are frozen while the volumes are read. */
  readonly writers: readonly string[];
}

/** The databases whose own tools make a consistent dump while they run, by what their image is. */
const dumped: Readonly<Record<string, DumpMethod>> = {
  "a PostgreSQL database": "postgres",
  "a MySQL database": "mysql",
  "a MariaDB database": "mysql",
  "a MongoDB database": "mongodb",
  "a Redis database": "redis",
};

/** What a version has to back up, in the order of its services. */
export function dataSources(spec: Pick<DeploymentSpec, "stacks">): readonly DataSource[] {
  return spec.stacks.flatMap(({ name: stack, services }) => {
    const taken = new Set<string>();
    return services.flatMap((service): readonly DataSource[] => {
      if (service.kind === "init") return [];
      const volumes = writtenVolumes(service).filter(({ volume }) => !taken.has(volume));
      for (const { volume } of volumes) taken.add(volume);
      const known = databaseImage(service.basedOn ?? service.pulledAs ?? "");
      const method = known && dumped[known.what];
      if (known && method && (volumes.length > 0 || service.dataInContainer)) {
        return [{ stack, service: service.name, method, what: known.what, volumes, writers: [service.name] }];
      }
      if (volumes.length === 0) return [];
      const what = known?.what ?? `files in ${volumes.map(({ path }) => path).join(", ")}`;
      return [{ stack, service: service.name, method: "volume", what, volumes, writers: writersOf(services, volumes) }];
    });
  });
}

function writtenVolumes({ container }: ServiceSpec): readonly { readonly volume: string; readonly path: string }[] {
  const written = container.mounts.flatMap((mount) =>
    mount.type === "volume" && !mount.readOnly ? [{ volume: mount.volume, path: mount.path }] : [],
  );
  return written.filter(({ volume }, at) => written.findIndex((other) => other.volume === volume) === at);
}

function writersOf(
  services: readonly ServiceSpec[],
  volumes: readonly { readonly volume: string }[],
): readonly string[] {
  const names = new Set(volumes.map(({ volume }) => volume));
  return services
    .filter(({ kind }) => kind !== "init")
    .filter((service) => writtenVolumes(service).some(({ volume }) => names.has(volume)))
    .map(({ name }) => name);
}
