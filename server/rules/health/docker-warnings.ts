import { type DockerRelease, type DockerSupport, dockerSupport } from "./docker-support.ts";
import type { SystemWarning } from "./system-warning.ts";

/** Long enough to plan an update. */
const noticeMs = 60 * 24 * 3_600_000;

/** Docker's release as its users call it: "20.10", "28". From 27 on the minor version does not matter for support. */
export function releaseName(version: string): string {
  const [major = "", minor = ""] = version.split(".");
  return Number(major) >= 27 ? major : `${major}.${minor}`;
}

/** Who publishes security fixes, for a list of facts. */
export function supportText(support: DockerSupport): string {
  switch (support.type) {
    case "supported":
      return support.until ? `from ${support.by} until ${month(support.until)}` : `from ${support.by}`;
    case "ended":
      return support.since ? `none since ${month(support.since)}` : "none";
    case "unknown":
      return "not known";
  }
}

/** Says when nobody fixes this Docker, or soon nobody will, and what to do. */
export function dockerWarnings(docker: DockerRelease, now: Date): readonly SystemWarning[] {
  const support = dockerSupport(docker, now);
  const name = `Docker ${releaseName(docker.version)}`;
  return [...supportWarnings(name, docker, support, now), ...snapWarnings(docker)];
}

function supportWarnings(
  name: string,
  docker: DockerRelease,
  support: DockerSupport,
  now: Date,
): readonly SystemWarning[] {
  switch (support.type) {
    case "ended": {
      const { since } = support;
      const text = since ? `has had no security fixes since ${month(since)}` : "gets no security fixes";
      return [minor(`${name} ${text}.`, howToUpdate(docker))];
    }
    case "supported": {
      const { by, until } = support;
      if (until === null) return [];
      // Few people maintain LTS, for the packages that their sponsors need.
      if (by === "Debian's LTS team") {
        return [minor(`${name} gets security fixes only from ${by}, until ${month(until)}.`, howToUpdate(docker))];
      }
      if (until.getTime() - now.getTime() > noticeMs) return [];
      return [minor(`Security fixes for ${name} end on ${day(until)}.`, howToUpdate(docker))];
    }
    case "unknown":
      return [];
  }
}

function howToUpdate({ packager, operatingSystem }: DockerRelease): string {
  const restart = "Containers stop while Docker is replaced and start again afterwards; images and volumes stay.";
  if (isSnap(operatingSystem)) return "Replace the snap with docker.io or Docker's own packages.";
  if (packager === "docker") {
    return `Update it: apt-get update && apt-get install docker-ce docker-ce-cli containerd.io. ${restart}`;
  }
  const system = operatingSystem.startsWith("Ubuntu") ? "ubuntu" : "debian";
  return `Install Docker's own packages: https://docs.docker.com/engine/install/${system}/. ${restart}`;
}

/** A snap sees its own base system, not the server's. */
const isSnap = (operatingSystem: string) => operatingSystem.startsWith("Ubuntu Core");

function snapWarnings({ operatingSystem }: DockerRelease): readonly SystemWarning[] {
  if (!isSnap(operatingSystem)) return [];
  const whatToDo =
    "It doesn't see most of this server's files, so services can't mount files from their repository. Back up the volumes, then replace it: snap remove docker deletes them.";
  return [minor("Docker is installed as a snap.", whatToDo)];
}

const minor = (text: string, whatToDo: string): SystemWarning => ({ isSerious: false, text, whatToDo });

const month = (date: Date) => date.toLocaleDateString("en-US", { year: "numeric", month: "long", timeZone: "UTC" });
const day = (date: Date) =>
  date.toLocaleDateString("en-US", { year: "numeric", month: "long", day: "numeric", timeZone: "UTC" });
