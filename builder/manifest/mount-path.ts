import { posix } from "node:path";

/**
 * Where something is mounted in a container, without needless slashes; null: nothing can be mounted there. That is a
 * relative path, the root, a way out of it, and what shows the kernel (/proc, /sys).
 */
export function mountPath(path: string): string | null {
  const plain = posix.normalize(path).replace(/\/$/, "");
  const isInside = path.startsWith("/") && plain !== "" && !path.includes("\0") && !path.split("/").includes("..");
  return isInside && !/^\/(?:proc|sys)(?:\/|$)/.test(plain) ? plain : null;
}

export const mountPathHint = "Use an absolute path such as /data, outside /proc and /sys.";
