/** Says why a path outside the repository cannot be mounted, as the rest of a sentence. */
export function whyNotHostPath(path: string, reason: string): string {
  return isEngineSocket(path)
    ? "mounts the Docker socket, which gives control of the whole host"
    : `mounts ${path || "nothing"}, which ${reason}`;
}

/** Says what to do instead, with a specific hint for the common paths. */
export function insteadOfHostPath(path: string): string {
  if (isEngineSocket(path))
    return "Remove it, and the service too if it needs the socket: Baton does the routing and updating itself.";
  if (path === "/etc/localtime" || path === "/etc/timezone") {
    return "Remove it, and set the variable TZ, such as TZ: Europe/Berlin.";
  }
  return "Use a named volume for data, or a file or folder of this repository.";
}

function isEngineSocket(path: string): boolean {
  return /\/(docker|containerd|podman)\.sock$/.test(path);
}
