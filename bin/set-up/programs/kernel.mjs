import { readFile, writeFile } from "node:fs/promises";

export const MIGRATE_SETTING = "net.ipv4.tcp_migrate_req";
const settingFile = `/proc/sys/${MIGRATE_SETTING.replaceAll(".", "/")}`;

/**
 * When Caddy loads a configuration, connections that wait in the old socket's queue are reset unless the kernel may
 * hand them to the new one. Cut-overs load nothing; adding and removing hosts does.
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
