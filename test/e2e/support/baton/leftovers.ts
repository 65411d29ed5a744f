import { execFile } from "node:child_process";
import { readdir, readFile } from "node:fs/promises";
import { promisify } from "node:util";
import type Dockerode from "dockerode";

/** Everything that the daemon holds for one Baton, as readable lines; shared base images are left out. */
export async function leftInDocker(docker: Dockerode, instance: string): Promise<readonly string[]> {
  const filters = { label: [`baton.instance=${instance}`] };
  const [containers, networks, images, { Volumes: volumes }] = await Promise.all([
    docker.listContainers({ all: true, filters }),
    docker.listNetworks({ filters }),
    docker.listImages({ filters }),
    docker.listVolumes({ filters }),
  ]);
  return [
    ...containers.map(({ Names: names }) => `container ${names.join(" ")}`),
    ...networks.map(({ Name: name }) => `network ${name}`),
    ...images
      .filter(({ RepoTags: tags }) => !tags?.length || tags.some((tag) => isItsOwn(tag, instance)))
      .map(({ Id: id, RepoTags: tags }) => `image ${tags?.join(" ") ?? id}`),
    ...(volumes ?? []).map(({ Name: name }) => `volume ${name}`),
  ];
}

/** Its rules in the host's packet filter. */
export async function leftInFirewall(instance: string): Promise<readonly string[]> {
  const { stdout } = await promisify(execFile)("iptables", ["-w", "5", "-S"]);
  return stdout.split("\n").filter((rule) => rule.includes(instance));
}

/** A base image that it built may still be claimed by another Baton. */
function isItsOwn(tag: string, instance: string): boolean {
  return tag.startsWith(`baton-${instance}/`) || !/^baton(?:-\w+\/base-|\/)/.test(tag);
}

/** The command lines of this machine's processes that contain a text. */
export async function processesNaming(text: string): Promise<readonly string[]> {
  const pids = (await readdir("/proc")).filter((name) => /^\d+$/.test(name) && name !== String(process.pid));
  const commandLines = await Promise.all(
    // A process may have ended by now.
    pids.map((pid) => readFile(`/proc/${pid}/cmdline`, "utf8").catch(() => "")),
  );
  return commandLines.map((line) => line.replaceAll("\0", " ").trim()).filter((line) => line.includes(text));
}
