/** Who runs in images that Baton generates. */
const user = "1000:1000";
const becomesUser = new RegExp(`^USER ${user}$`, "m");

/**
 * A generated Dockerfile with the folders that volumes are mounted at, owned by the one who runs there: a new volume takes
 * that over, and would belong to root otherwise.
 */
export function withVolumeFolders(dockerfile: string, paths: readonly string[]): string {
  if (paths.length === 0) return dockerfile;
  const makes = [
    ["mkdir", "-p", ...paths],
    ["chown", user, ...paths],
  ].map((command) => `RUN ${JSON.stringify(command)}\n`);
  return dockerfile.replace(becomesUser, (line) => `${makes.join("")}${line}`);
}
