import type { ContainerOptions, Mount } from "../../../server/model/deployment/spec.ts";
import type { ComposeFile, ComposeMount, ComposeService } from "../project/compose-project.ts";

/**
 * What the container of a service can have beyond command and environment. An image that others made may bring an init
 * of its own, which must be process 1 (s6-overlay): it gets one of Baton's only when the file asks for it.
 */
export function containerOptions(service: ComposeService, isBuilt: boolean): ContainerOptions {
  return {
    entrypoint: service.entrypoint,
    user: service.user,
    workingDir: service.workingDir,
    hostname: service.hostname,
    aliases: service.aliases,
    init: service.init ?? isBuilt,
    stopSignal: service.stopSignal,
    shmSizeBytes: service.shmSizeBytes,
    ulimits: service.ulimits,
    sysctls: service.sysctls,
    readOnly: service.readOnly,
    capabilities: service.capabilities,
    healthcheck: service.healthcheck,
    ...(service.keepsStdinOpen && { keepsStdinOpen: true as const }),
    mounts: [...service.volumes.map(mountOf), ...service.files.map(fileMount)],
  };
}

function mountOf(mount: ComposeMount): Mount {
  if (mount.type !== "repository") return mount;
  const { type, source, path, readOnly } = mount;
  return { type, source, digest: "", path, readOnly };
}

function fileMount({ content, path, mode }: ComposeFile): Mount {
  switch (content.type) {
    case "repository":
      return { type: "repository", source: content.source, digest: "", path, readOnly: true };
    case "text":
      return { type: "text", text: content.text, path, mode };
    case "variable":
      return { type: "variable", variable: content.variable, path, mode };
  }
}
