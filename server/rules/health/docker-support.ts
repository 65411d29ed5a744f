import type { EngineInfo } from "../../ports/engine/engine.ts";

/** The facts that identify a Docker and whoever publishes its fixes. */
export interface DockerRelease {
  /** As the daemon reports it: "20.10.24+dfsg1". */
  readonly version: string;
  readonly packager: EngineInfo["packager"];
  /** As the daemon reports it: "Debian GNU/Linux 12 (bookworm)". */
  readonly operatingSystem: string;
}

/** Who publishes security fixes for a Docker. */
export type DockerSupport =
  | {
      readonly type: "supported";
      readonly by: "the Docker project" | "Debian" | "Debian's LTS team" | "Ubuntu";
      /** Null when no end has been announced. */
      readonly until: Date | null;
    }
  | { readonly type: "ended"; readonly since: Date | null }
  /** The version, or what it runs on, is in no table. */
  | { readonly type: "unknown" };

/**
 * When the Docker project stops fixing a release. Null until its successor is out.
 * Source: https://github.com/moby/moby/blob/master/project/BRANCHES-AND-TAGS.md, and for days that it does not name,
 * https://endoflife.date/docker-engine. 25.0 is kept by Amazon and Mirantis.
 */
const projectEnds: Readonly<Record<string, string | null>> = {
  "20.10": "2023-12-10",
  "23.0": "2025-05-19",
  "24.0": "2024-06-08",
  "25.0": "2026-12-04",
  "26.0": "2024-06-08",
  "26.1": "2025-02-17",
  "27": "2025-05-03",
  "28": "2026-05-13",
  "29": null,
};
/** Other engines that speak Docker's API, such as Podman, have lower numbers. */
const oldestMajor = 17;
const newestMajor = 29;
/** The day on which the tables were compared with their sources. */
const comparedAt = new Date("2026-08-23");
/** A release of Docker lasts about 15 months, so after this time a release without an announced end may have one. */
const tableLastsMs = 365 * 24 * 3_600_000;

/**
 * When Debian's security team and then its LTS team stop fixing a release of Debian, and so its docker.io.
 * Source: https://wiki.debian.org/DebianReleases and https://wiki.debian.org/LTS, also https://endoflife.date/debian.
 * docker.io is not among the packages that the LTS team excludes (`security-support-ended.deb12` in Debian's package
 * debian-security-support).
 */
const debianEnds: Readonly<Record<string, { readonly security: string; readonly lts: string }>> = {
  "11": { security: "2024-08-14", lts: "2026-08-31" },
  "12": { security: "2026-07-11", lts: "2028-06-30" },
  "13": { security: "2028-08-09", lts: "2030-06-30" },
};

/**
 * When Ubuntu's standard support ends. Until then Ubuntu brings newer versions of docker.io to its older releases:
 * https://documentation.ubuntu.com/project/SRU/reference/exception-Docker-Updates. Ends: https://endoflife.date/ubuntu.
 */
const ubuntuEnds: Readonly<Record<string, string>> = {
  "22.04": "2027-04-01",
  "24.04": "2029-05-31",
  "25.10": "2026-07-01",
  "26.04": "2031-04-30",
};

export function dockerSupport(docker: DockerRelease, now: Date): DockerSupport {
  switch (docker.packager) {
    case "debian":
      return debianSupport(docker.operatingSystem, now);
    case "ubuntu":
      return ubuntuSupport(docker.operatingSystem, now);
    case "docker":
    case "other":
      return projectSupport(docker.version, now);
  }
}

function projectSupport(version: string, now: Date): DockerSupport {
  const [major = 0, minor = 0] = version.split(".").map((part) => Number.parseInt(part, 10));
  if (!(major >= oldestMajor)) return { type: "unknown" };
  const end = projectEnds[`${major}`] ?? projectEnds[`${major}.${minor}`];
  if (end) return until("the Docker project", end, now);
  if (major < newestMajor) return { type: "ended", since: null };
  if (now.getTime() - comparedAt.getTime() > tableLastsMs) return { type: "unknown" };
  return { type: "supported", by: "the Docker project", until: null };
}

function debianSupport(operatingSystem: string, now: Date): DockerSupport {
  const ends = debianEnds[/^Debian GNU\/Linux (\d+)\b/.exec(operatingSystem)?.[1] ?? ""];
  if (!ends) return { type: "unknown" };
  const security = until("Debian", ends.security, now);
  return security.type === "supported" ? security : until("Debian's LTS team", ends.lts, now);
}

function ubuntuSupport(operatingSystem: string, now: Date): DockerSupport {
  const end = ubuntuEnds[/^Ubuntu (\d+\.\d+)\b/.exec(operatingSystem)?.[1] ?? ""];
  return end ? until("Ubuntu", end, now) : { type: "unknown" };
}

type Supporter = Extract<DockerSupport, { type: "supported" }>["by"];

/** Includes the last day. */
function until(by: Supporter, day: string, now: Date): DockerSupport {
  const end = new Date(`${day}T23:59:59Z`);
  return now <= end ? { type: "supported", by, until: end } : { type: "ended", since: end };
}
