import { describe, expect, test } from "vitest";
import { instructions } from "../../bin/set-up/missing.mjs";

const root = { isRoot: true, account: "root", hasApt: true, hasSystemd: true };
const member = { ...root, isRoot: false, account: "ada" };
const local = { name: "unix:///var/run/docker.sock", local: true };
const fine = { machine: root, packages: [], endpoint: local, docker: "answers", hasDaemon: false, hasCaddy: true };

describe("what cannot be mended here", () => {
  test("is nothing for root with apt-get: the rest of set-up installs and starts it", () => {
    const bare = { ...fine, packages: ["git", "docker.io"], docker: "silent", hasCaddy: false };
    expect(instructions(bare)).toBeNull();
  });

  test("is nothing for another account when all is there", () => {
    expect(instructions({ ...fine, machine: member })).toBeNull();
    expect(instructions({ ...fine, machine: member, hasCaddy: false })).toBeNull();
  });

  test("is one list of commands for another account", () => {
    const text = instructions({ ...fine, machine: member, packages: ["git", "docker.io"], docker: "silent" });
    expect(text).toBe(`Baton cannot set itself up here. Do the following first:

Install, as root:
    apt-get update
    apt-get install --no-install-recommends git docker.io

Start Docker, as root:
    systemctl start docker
`);
  });

  test("names the packages where there is no apt-get, and asks for a Caddy", () => {
    const text = instructions({ ...fine, machine: { ...root, hasApt: false }, packages: ["git"], hasCaddy: false });
    expect(text).toContain("Install with this system's package manager (the names are Debian's): git");
    expect(text).toContain("Set BATON_CADDY_BIN to the path of a Caddy 2.11.2 or newer");
    expect(text).not.toContain("apt-get");
  });

  test("is a membership where Docker runs but may not be used", () => {
    const text = instructions({ ...fine, machine: member, docker: "forbidden" });
    expect(text).toContain("    usermod -aG docker ada\n");
  });

  test("is a Docker snap that is not running, beside which no other Docker is installed", () => {
    const machine = { ...root, hasDockerSnap: true };
    const bare = { ...fine, machine, packages: ["docker.io"], docker: "silent" };
    const text = instructions(bare);
    expect(text).toContain("Docker is installed as a snap, which isn't running.");
    expect(text).toContain("    snap remove docker\n    snap start docker\n");
    expect(instructions({ ...bare, hasDaemon: true })).toBeNull();
    expect(instructions({ ...bare, docker: "answers" })).toBeNull();
  });

  test("is a silent DOCKER_HOST, which Baton never starts", () => {
    const endpoint = { name: "tcp://10.0.0.7:2375", local: false };
    const text = instructions({ ...fine, endpoint, docker: "silent" });
    expect(text).toContain("No Docker daemon is responding at tcp://10.0.0.7:2375 (DOCKER_HOST).");
    expect(text).not.toContain("systemctl");
  });
});
