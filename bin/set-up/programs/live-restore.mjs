import { existsSync } from "node:fs";
import { mkdir, writeFile } from "node:fs/promises";
import { dirname } from "node:path";

const places = { settings: "/etc/docker/daemon.json", swarm: "/var/lib/docker/swarm/docker-state.json" };

/**
 * Whether a daemon that Baton starts may let containers go on running without it. Settings that are there are
 * somebody's, and a daemon that is part of a Swarm would not start.
 */
export const mayLiveRestore = ({ settings, swarm } = places) => !existsSync(settings) && !existsSync(swarm);

/** Switches it on for a Docker that is about to be installed. */
export async function writeLiveRestore({ settings } = places) {
  await mkdir(dirname(settings), { recursive: true });
  await writeFile(settings, `${JSON.stringify({ "live-restore": true }, null, 2)}\n`, { flag: "wx" });
}
