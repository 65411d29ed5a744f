import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFile, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import { join } from "node:path";
import { describe, expect, onTestFinished, test, vi } from "vitest";
import { provideDocker } from "../../bin/set-up/programs/docker.mjs";
import { askDocker, couldLiveRestore, dockerEndpoint } from "../../bin/set-up/programs/docker-endpoint.mjs";
import { mayLiveRestore, writeLiveRestore } from "../../bin/set-up/programs/live-restore.mjs";
import { program, temporaryFolder } from "./temporary-folder.ts";

const endpointAt = (socket: string) => dockerEndpoint({ DOCKER_HOST: `unix://${socket}` });
const announced = vi.fn();

/** A folder with a dockerd of ours, and the arguments with which provideDocker starts it instead of the machine's. */
async function standIn(script: (socket: string) => string) {
  const folder = await temporaryFolder();
  const socket = join(folder, "docker.sock");
  await program(folder, "dockerd", script(socket));
  vi.stubEnv("PATH", folder);
  onTestFinished(() => void vi.unstubAllEnvs());
  const where = { endpoint: endpointAt(socket), machine: { hasSystemd: false }, folder };
  return { ...where, pidFile: join(folder, "daemon.pid") };
}

const answers = (socket: string) => `
  require("node:http").createServer((_, response) => response.end('{"Version":"20.10.24"}')).listen(${JSON.stringify(socket)});`;

describe("where Docker is expected", () => {
  test("is this machine's own daemon by default, also when DOCKER_HOST says so", () => {
    expect(dockerEndpoint({})).toMatchObject({ local: true, options: { socketPath: "/var/run/docker.sock" } });
    expect(dockerEndpoint({ DOCKER_HOST: "unix:///run/docker.sock" })).toMatchObject({ local: true });
  });

  test("is elsewhere when DOCKER_HOST says so", () => {
    expect(endpointAt("/run/user/1000/docker.sock")).toMatchObject({
      local: false,
      options: { socketPath: "/run/user/1000/docker.sock" },
    });
    expect(dockerEndpoint({ DOCKER_HOST: "tcp://10.0.0.7:2375" })).toMatchObject({
      local: false,
      options: { host: "10.0.0.7", port: "2375" },
      tlsFolder: null,
    });
    expect(dockerEndpoint({ DOCKER_HOST: "tcp://10.0.0.7:2376", DOCKER_CERT_PATH: "/certs" })).toMatchObject({
      tlsFolder: "/certs",
    });
    expect(dockerEndpoint({ DOCKER_HOST: "ssh://ada@10.0.0.7" })).toMatchObject({ local: false, askable: false });
  });

  test("answers with its version, or is silent", async () => {
    const socket = join(await temporaryFolder(), "docker.sock");
    expect(await askDocker(endpointAt(socket))).toEqual({ version: null, reason: "silent" });
    const daemon = createServer((_, response) => response.end('{"Version":"29.1.0"}')).listen(socket);
    await once(daemon, "listening");
    onTestFinished(() => void daemon.close());
    expect(await askDocker(endpointAt(socket))).toEqual({ version: "29.1.0" });
  });
});

test("containers go on without the daemon where nobody has set it up otherwise, and not in a Swarm", async () => {
  const folder = await temporaryFolder();
  const places = { settings: join(folder, "docker/daemon.json"), swarm: join(folder, "docker-state.json") };
  expect(mayLiveRestore(places)).toBe(true);
  await writeFile(places.swarm, "{}");
  expect(mayLiveRestore(places)).toBe(false);
  await rm(places.swarm);
  await writeLiveRestore(places);
  expect(JSON.parse(await readFile(places.settings, "utf8"))).toEqual({ "live-restore": true });
  expect(mayLiveRestore(places)).toBe(false);
});

test.each([
  [{ LiveRestoreEnabled: false, Swarm: { LocalNodeState: "inactive" } }, true],
  [{ LiveRestoreEnabled: false, Swarm: { LocalNodeState: "active" } }, false],
  [{ LiveRestoreEnabled: true }, false],
  [{}, false],
])("a daemon that says %j could let containers go on without it: %s", async (info, could) => {
  const socket = join(await temporaryFolder(), "docker.sock");
  const daemon = createServer((_, response) => response.end(JSON.stringify(info))).listen(socket);
  await once(daemon, "listening");
  onTestFinished(() => void daemon.close());
  expect(await couldLiveRestore(endpointAt(socket))).toBe(could);
});

describe("a Docker daemon", { timeout: 60_000 }, () => {
  test("that does not run is started, goes on by itself, and can be stopped by whoever started it", async () => {
    const where = await standIn(answers);
    const docker = await provideDocker(where, announced);
    expect(docker).toMatchObject({ is: "20.10.24", did: "started" });
    const pid = Number(await readFile(join(where.folder, "docker.pid"), "utf8"));
    expect(process.kill(pid, 0)).toBe(true);
    await docker.stop();
    expect(() => process.kill(pid, 0)).toThrow("ESRCH");
  });

  test("that is started lets containers go on without it where that is wanted", async () => {
    const where = await standIn((socket) => `console.log("arguments", ...process.argv.slice(2)); ${answers(socket)}`);
    const docker = await provideDocker({ ...where, liveRestore: true }, announced);
    await docker.stop();
    expect(await readFile(join(where.folder, "docker.log"), "utf8")).toContain("arguments --live-restore\n");
  });

  test("that runs is left alone, and not stopped either", async () => {
    const where = await standIn(answers);
    const first = await provideDocker(where, announced);
    onTestFinished(() => first.stop());
    const second = await provideDocker(where, announced);
    expect(second.did).toBeUndefined();
    await second.stop();
    expect(await askDocker(where.endpoint)).toEqual({ version: "20.10.24" });
  });

  test("that ends while it starts is explained by its own last lines", async () => {
    const where = await standIn(() => 'console.error("failed to mount cgroups"); process.exit(1);');
    await expect(provideDocker(where, announced)).rejects.toThrow(/dockerd exited[\s\S]*failed to mount cgroups/);
  });

  test("that is still starting is waited for", async () => {
    const where = await standIn(() => 'throw new Error("A second daemon must not be started.");');
    const idle = 'process.title = "dockerd"; console.log("up"); setInterval(() => {}, 60_000);';
    const daemon = spawn(process.execPath, ["-e", idle], { stdio: ["ignore", "pipe", "inherit"] });
    onTestFinished(() => void daemon.kill());
    await once(daemon.stdout, "data");
    await writeFile(where.pidFile, `${daemon.pid}\n`);
    const api = createServer((_, response) => response.end('{"Version":"20.10.24"}'));
    onTestFinished(() => void api.close());
    // The daemon begins to answer after set-up has found that it does not.
    const docker = await provideDocker(where, () => api.listen(where.endpoint.options.socketPath));
    expect(docker).toMatchObject({ is: "20.10.24", did: "was starting" });
  });
});
