import type { ComposeMount, ComposeProject, ComposeService } from "../project/compose-project.ts";
import { dataImages, imageName } from "./well-known.ts";

/**
 * Why a compose file is meant for development, as a sentence; null when it is not. Files for development mount the
 * source over what the image holds, so that an edit is seen at once: a Dockerfile beside them says more about production.
 */
export function isForDevelopment(project: ComposeProject): string | null {
  for (const service of project.services) {
    const mount = service.volumes.find((each) => each.type === "repository" && isOwnSource(each, service, project));
    if (mount?.type !== "repository") continue;
    const source = mount.source === "" ? "the whole repository" : `the folder ${mount.source}`;
    return `the service ${service.name} mounts its own source, ${source}, at ${mount.path}`;
  }
  return null;
}

/** Databases, caches and the like alone: what an app that runs elsewhere is tried out with. */
export function holdsOnlyData(project: ComposeProject): boolean {
  return project.services.every(({ source }) => source.type === "image" && dataImages.has(imageName(source.reference)));
}

function isOwnSource(
  mount: Extract<ComposeMount, { type: "repository" }>,
  service: ComposeService,
  project: ComposeProject,
): boolean {
  if (!mount.isFolder) return false;
  if (service.source.type === "build") return contains(mount.source, service.source.context);
  return contains(mount.source, project.folder) || mount.path === service.workingDir;
}

function contains(folder: string, other: string): boolean {
  return folder === "" || other === folder || other.startsWith(`${folder}/`);
}
