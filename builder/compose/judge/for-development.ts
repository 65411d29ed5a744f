import type { Mount } from "../../../server/model/deployment/spec.ts";
import type { ComposeProject, ComposeService } from "../project/compose-project.ts";
import { dataImages, imageName } from "./well-known.ts";

/**
 * Why a compose file is meant for development, as a sentence; null when it is not. Files for development mount the
 * source over what the image holds, so that an edit is seen at once: a Dockerfile beside them says more about production.
 */
export function isForDevelopment(project: ComposeProject): string | null {
  for (const service of project.services) {
    for (const mount of service.container.mounts) {
      if (mount.type !== "repository" || !isOwnSource(mount, service, project)) continue;
      const source = mount.source === "" ? "the whole repository" : `the folder ${mount.source}`;
      return `the service ${service.name} mounts its own source, ${source}, at ${mount.path}`;
    }
  }
  return null;
}

/** Databases, caches and the like alone: what an app that runs elsewhere is tried out with. */
export function holdsOnlyData(project: ComposeProject): boolean {
  return project.services.every(({ source }) => source.type === "image" && dataImages.has(imageName(source.reference)));
}

function isOwnSource(
  mount: Extract<Mount, { type: "repository" }>,
  service: ComposeService,
  project: ComposeProject,
): boolean {
  if (service.source.type === "build") return contains(mount.source, service.source.context);
  return contains(mount.source, project.folder) || mount.path === service.container.workingDir;
}

function contains(folder: string, other: string): boolean {
  return folder === "" || other === folder || other.startsWith(`${folder}/`);
}
