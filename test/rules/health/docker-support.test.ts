import { describe, expect, test } from "vitest";
import { type DockerRelease, dockerSupport } from "../../../server/rules/health/docker-support.ts";
import { dockerWarnings, supportText } from "../../../server/rules/health/docker-warnings.ts";

const bookworm = "Debian GNU/Linux 12 (bookworm)";
const trixie = "Debian GNU/Linux 13 (trixie)";
const dockers = (version: string): DockerRelease => ({ version, packager: "docker", operatingSystem: trixie });
const debians: DockerRelease = { version: "20.10.24+dfsg1", packager: "debian", operatingSystem: bookworm };
const ubuntus: DockerRelease = { version: "28.2.2", packager: "ubuntu", operatingSystem: "Ubuntu 24.04.4 LTS" };

const said = (docker: DockerRelease, day: string) => supportText(dockerSupport(docker, new Date(day)));
const warned = (docker: DockerRelease, day: string) => dockerWarnings(docker, new Date(day)).map(({ text }) => text);

describe("security fixes of Docker's own packages", () => {
  test("come while the Docker project keeps the release", () => {
    expect(said(dockers("28.5.2"), "2026-05-13T12:00:00Z")).toBe("from the Docker project until May 2026");
    expect(said(dockers("28.5.2"), "2026-05-14T00:00:00Z")).toBe("none since May 2026");
    expect(said(dockers("26.0.2"), "2024-07-01")).toBe("none since June 2024");
    expect(said(dockers("26.1.5"), "2024-07-01")).toBe("from the Docker project until February 2025");
  });

  test("have no announced end for the newest release", () => {
    expect(said(dockers("29.7.2"), "2026-11-29")).toBe("from the Docker project");
    expect(said(dockers("30.0.0"), "2026-11-29")).toBe("from the Docker project");
  });

  test("are unknown once the table is too old to tell, and for other engines", () => {
    expect(said(dockers("29.7.2"), "2027-09-01")).toBe("not known");
    expect(said(dockers("30.0.0"), "2027-09-01")).toBe("not known");
    expect(said(dockers("28.5.2"), "2027-09-01")).toBe("none since May 2026");
    expect(said({ ...dockers("4.3.1"), packager: "other" }, "2026-11-29")).toBe("not known");
    expect(said({ ...dockers("dev"), packager: "other" }, "2026-11-29")).toBe("not known");
  });

  test("have ended for each release that is older than the table", () => {
    expect(said(dockers("19.03.15"), "2026-11-29")).toBe("none");
    expect(said(dockers("23.0.6"), "2026-11-29")).toBe("none since May 2025");
  });
});

describe("security fixes of a distribution's package", () => {
  test("come from Debian's security team, then its LTS team, whatever the Docker project does", () => {
    expect(said(debians, "2026-07-11T20:00:00Z")).toBe("from Debian until July 2026");
    expect(said(debians, "2026-11-29")).toBe("from Debian's LTS team until June 2028");
    expect(said(debians, "2028-07-01")).toBe("none since June 2028");
    expect(said({ ...debians, version: "26.1.5+dfsg1", operatingSystem: trixie }, "2026-11-29")).toBe(
      "from Debian until August 2028",
    );
  });

  test("come from Ubuntu until its standard support ends", () => {
    expect(said(ubuntus, "2026-11-29")).toBe("from Ubuntu until May 2029");
    expect(said({ ...ubuntus, operatingSystem: "Ubuntu 25.10" }, "2026-11-29")).toBe("none since July 2026");
  });

  test("are unknown on a release that is in no table", () => {
    expect(said({ ...debians, operatingSystem: "Debian GNU/Linux forky/sid" }, "2026-11-29")).toBe("not known");
    expect(said({ ...ubuntus, operatingSystem: "" }, "2026-11-29")).toBe("not known");
  });
});

describe("the system page warns", () => {
  test("of nothing while fixes come", () => {
    expect(warned(dockers("29.7.2"), "2026-11-29")).toEqual([]);
    expect(warned({ ...debians, operatingSystem: trixie, version: "26.1.5+dfsg1" }, "2026-11-29")).toEqual([]);
    expect(warned(ubuntus, "2026-11-29")).toEqual([]);
    expect(warned({ ...debians, operatingSystem: "Debian GNU/Linux forky/sid" }, "2026-11-29")).toEqual([]);
  });

  test("of a Docker that only Debian's LTS team fixes, and says what to install", () => {
    expect(dockerWarnings(debians, new Date("2026-11-29"))).toEqual([
      {
        isSerious: false,
        text: "Docker 20.10 gets security fixes only from Debian's LTS team, until June 2028.",
        whatToDo:
          "Install Docker's own packages: https://docs.docker.com/engine/install/debian/. Containers stop while Docker is replaced and start again afterwards; images and volumes stay.",
      },
    ]);
  });

  test("of an end two months before it, and after it", () => {
    expect(warned(dockers("28.5.2"), "2026-03-01")).toEqual([]);
    expect(warned(dockers("28.5.2"), "2026-04-01")).toEqual(["Security fixes for Docker 28 end on May 13, 2026."]);
    expect(warned(dockers("28.5.2"), "2026-11-29")).toEqual(["Docker 28 has had no security fixes since May 2026."]);
    expect(warned(dockers("19.03.15"), "2026-11-29")).toEqual(["Docker 19.03 gets no security fixes."]);
  });

  test("with the way to update that fits the package", () => {
    const whatToDo = (docker: DockerRelease, day: string) => dockerWarnings(docker, new Date(day))[0]?.whatToDo;
    expect(whatToDo(dockers("28.5.2"), "2026-11-29")).toContain(
      "apt-get install docker-ce docker-ce-cli containerd.io",
    );
    expect(whatToDo(ubuntus, "2030-01-01")).toContain("https://docs.docker.com/engine/install/ubuntu/");
  });

  test("of Docker as a snap, whose fixes are the Docker project's", () => {
    const snap: DockerRelease = { version: "28.4.0", packager: "other", operatingSystem: "Ubuntu Core 24" };
    expect(warned(snap, "2026-11-29")).toEqual([
      "Docker 28 has had no security fixes since May 2026.",
      "Docker is installed as a snap.",
    ]);
  });
});
