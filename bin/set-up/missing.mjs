import { howToGiveOne } from "./programs/caddy.mjs";
import { indent } from "./run.mjs";

/**
 * Lists the problems that set-up cannot fix with this account, with commands; null when there are none.
 *
 * @param {object} facts
 * @param {import("./machine.mjs").Machine} facts.machine
 * @param {readonly string[]} facts.packages Debian packages that are missing
 * @param {{ name: string, local: boolean }} facts.endpoint where Docker is expected
 * @param {"answers" | "forbidden" | "silent"} facts.docker
 * @param {boolean} facts.hasDaemon whether there is a dockerd outside of a snap
 * @param {boolean} facts.hasCaddy
 */
export function instructions({ machine, packages, endpoint, docker, hasDaemon, hasCaddy }) {
  const mayInstall = machine.isRoot && machine.hasApt;
  const items = [];
  if (packages.length > 0 && !mayInstall) items.push(howToInstall(machine, packages));
  if (docker === "forbidden") items.push(howToJoin(machine));
  if (docker === "silent" && !endpoint.local) {
    items.push({
      what: `No Docker daemon is responding at ${endpoint.name} (DOCKER_HOST). Start it, or unset DOCKER_HOST.`,
    });
  }
  if (docker === "silent" && endpoint.local) {
    if (machine.hasDockerSnap && !hasDaemon) items.push(howToReplaceSnap);
    else if (!machine.isRoot) items.push(howToStart(machine));
  }
  if (!hasCaddy && !machine.hasApt) items.push({ what: howToGiveOne });
  return items.length > 0 ? show(items) : null;
}

function howToInstall({ hasApt }, packages) {
  const names = packages.join(" ");
  return hasApt
    ? { what: "Install, as root:", commands: ["apt-get update", `apt-get install --no-install-recommends ${names}`] }
    : { what: `Install with this system's package manager (the names are Debian's): ${names}` };
}

const howToJoin = ({ account }) => ({
  what: "This account is not allowed to use Docker. Allow it as root (it can then do everything root can), and sign in again:",
  commands: [`usermod -aG docker ${account}`],
});

const howToStart = ({ hasSystemd }) => ({
  what: "Start Docker, as root:",
  commands: [hasSystemd ? "systemctl start docker" : "dockerd"],
});

/** With docker.io beside it, two daemons would compete for one socket. */
const howToReplaceSnap = {
  what: "Docker is installed as a snap, which isn't running. Remove it, and Baton installs docker.io; or start it, but then services can't mount files from their repository. As root, one of:",
  commands: ["snap remove docker", "snap start docker"],
};

function show(items) {
  const texts = items.map(({ what, commands = [] }) => [what, ...commands.map(indent)].join("\n"));
  return `Baton cannot set itself up here. Do the following first:\n\n${texts.join("\n\n")}\n`;
}
