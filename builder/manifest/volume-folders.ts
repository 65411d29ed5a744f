/** The user that runs in images that Baton generates. */
const user = "1000:1000";
const becomesUser = new RegExp(`^USER ${user}$`, "m");

/**
 * Adds the mount points of volumes to a generated Dockerfile, owned by the user that runs there. A new volume takes
 * over the owner of its folder and would belong to root otherwise.
 */
export function withVolumeFolders(dockerfile: string, paths: readonly string[]): string {
  if (paths.length === 0) return dockerfile;
  const makes = [
    ["mkdir", "-p", ...paths],
    ["chown", user, ...paths],
  ].map((command) => `RUN ${JSON.stringify(command)}\n`);
  return dockerfile.replace(becomesUser, (line) => `${makes.join("")}${line}`);
}
