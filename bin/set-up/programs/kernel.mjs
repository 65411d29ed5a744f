import { readFile, writeFile } from "node:fs/promises";

export const MIGRATE_SETTING = "net.ipv4.tcp_migrate_req";
const settingFile = `/proc/sys/${MIGRATE_SETTING.replaceAll(".", "/")}`;

/**
 * Lets the kernel move waiting connections to a new listening socket. Without this, they are reset when Caddy loads a
 * configuration. Adding and removing hosts loads one; cut-overs do not.
 */
export async function keepWaitingConnections(file = settingFile) {
  try {
    if ((await readFile(file, "utf8")).trim() === "1") return { is: `${MIGRATE_SETTING} = 1` };
    await writeFile(file, "1");
    return { is: `${MIGRATE_SETTING} = 1`, did: "set" };
  } catch (error) {
    const why = error.code === "ENOENT" ? "this kernel does not support it" : "not allowed to set it";
    return { is: `${MIGRATE_SETTING} is not 1 (${why}): adding a host may reset a few connections`, mark: "–" };
  }
}
