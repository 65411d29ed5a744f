import { posix } from "node:path";

/**
 * Normalises a mount path in a container. Null when nothing can be mounted there: a relative path, the root, a path
 * that leaves it, and the kernel's file systems (/proc, /sys).
 */
export function mountPath(path: string): string | null {
  const plain = posix.normalize(path).replace(/\/$/, "");
  const isInside = path.startsWith("/") && plain !== "" && !path.includes("\0") && !path.split("/").includes("..");
  return isInside && !/^\/(?:proc|sys)(?:\/|$)/.test(plain) ? plain : null;
}

export const mountPathHint = "Use an absolute path such as /data, outside /proc and /sys.";
