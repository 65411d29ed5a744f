import type { Mount } from "../../../../server/model/deployment/spec.ts";
import { child, type Field, items, itemsOrOne } from "../../read/field.ts";
import { insteadOfHostPath, whyNotHostPath } from "../../values/host-paths.ts";
import { type MountRequest, mountRequest, tmpfsRequest } from "../../values/mount-request.ts";
import { resolvePath } from "../../values/repository-path.ts";
import type { ServiceSurroundings } from "../surroundings.ts";

/** Reads `volumes` and `tmpfs` of a service. When two mounts have the same path, the later one wins. */
export function readVolumes(service: Field, surroundings: ServiceSurroundings): readonly Mount[] {
  const { report } = surroundings;
  const requests = [
    ...items(child(service, "volumes")).map((item) => [item, mountRequest(item, report)] as const),
    ...itemsOrOne(child(service, "tmpfs")).map((item) => [item, tmpfsRequest(item, report)] as const),
  ];
  const mounts = new Map<string, Mount>();
  for (const [item, request] of requests) {
    const mount = request && resolveMount(request, item, surroundings);
    if (!mount) continue;
    if (mounts.has(mount.path)) report.note(item.key, `replaces another mount at ${mount.path}`);
    mounts.set(mount.path, mount);
  }
  return [...mounts.values()];
}

function resolveMount(request: MountRequest, item: Field, surroundings: ServiceSurroundings): Mount | null {
  switch (request.type) {
    case "tmpfs":
      return request;
    case "volume": {
      const { source, path, readOnly } = request;
      if (source === null) return { type: "anonymous", path };
      surroundings.volumes.use(source, item);
      return { type: "volume", volume: source, path, readOnly };
    }
    case "bind":
      return resolveBind(request, item, surroundings);
  }
}

function resolveBind(
  request: Extract<MountRequest, { type: "bind" }>,
  item: Field,
  { repository, report, volumes }: ServiceSurroundings,
): Mount | null {
  const { source, path, readOnly } = request;
  const resolved = resolvePath(item.at.folder, source);
  if (resolved.type === "outside") {
    report.problem(item.at, item.key, whyNotHostPath(source, resolved.reason), insteadOfHostPath(source));
    return null;
  }
  if (repository.kindOf(resolved.path) !== null) {
    return { type: "repository", source: resolved.path, digest: "", path, readOnly: readOnly ?? true };
  }
  if (isDataFolder(request)) {
    const volume = volumes.standIn(resolved.path);
    report.note(item.key, `mounts ${source}, which is not in the repository: its data is kept in the volume ${volume}`);
    return { type: "volume", volume, path, readOnly: false };
  }
  const hint = "Commit it, or use a named volume if the service writes it.";
  report.problem(item.at, item.key, `mounts ${source}, which is not in the repository`, hint);
  return null;
}

/**
 * Whether a bind mount of a missing folder is meant for data. Compose creates the folder on the host, and services keep
 * their data there (`./data:/app/data`). A source that looks like a file or like configuration was forgotten or
 * deliberately not committed, and an empty folder would not help.
 */
function isDataFolder({ source, path, readOnly, mayBeMissing }: Extract<MountRequest, { type: "bind" }>): boolean {
  const names = [source, path].map((each) => each.replace(/\/+$/, "").split("/").at(-1) ?? "");
  const looksLikeFile = names.some((name) => /.\.\w+$/.test(name) || /file$/i.test(name));
  const isConfiguration = /^\/(etc|run|docker-entrypoint-initdb\.d)(\/|$)/.test(path);
  return mayBeMissing && readOnly !== true && !looksLikeFile && !isConfiguration;
}
