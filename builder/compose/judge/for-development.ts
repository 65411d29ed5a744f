import type { Mount } from "../../../server/model/deployment/spec.ts";
import type { ComposeProject, ComposeService } from "../project/compose-project.ts";
import { dataImages, imageName } from "./well-known.ts";

/**
 * Says in a sentence why a compose file is meant for development; null when it is not. Such files mount the source over
 * the image's content, so that an edit takes effect at once. A Dockerfile in the same folder says more about
 * production.
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

/**
 * Whether the file runs only databases, caches and brokers, which a developer starts for an app that runs elsewhere.
 */
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
