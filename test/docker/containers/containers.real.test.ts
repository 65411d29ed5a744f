import { randomBytes } from "node:crypto";
import type { AddressInfo } from "node:net";
import { createServer } from "node:net";
import Docker from "dockerode";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { plainContainer } from "../../../server/model/deployment/spec.ts";
import { hostAddress } from "../../../server/model/names/host-address.ts";
import type { ContainerId } from "../../../server/model/names/ids.ts";
import type { ContainerRequest } from "../../../server/ports/engine/containers.ts";
import { eventually } from "../eventually.ts";
import { freeSubnet } from "../free-subnet.ts";
import { containerRequest, createScratchEngine, never, owner, type ScratchEngine } from "../scratch-engine.ts";

let scratch: ScratchEngine;
let network: string;
beforeAll(async () => {
  scratch = await createScratchEngine({ programs: [process.execPath] });
  network = `baton-${scratch.instance}-net`;
  await scratch.engine.createNetwork({ name: network, subnet: await freeSubnet(scratch.engine), owner }, never);
});
afterAll(() => scratch[Symbol.asyncDispose]());

function request(change: Partial<ContainerRequest> = {}): ContainerRequest {
  return containerRequest(scratch, network, change);
}

async function start(change: Partial<ContainerRequest> = {}): Promise<ContainerId> {
  const id = await scratch.engine.createContainer(request(change), never);
  await scratch.engine.startContainer(id, never);
  return id;
}

async function ended(id: ContainerId) {
  return eventually(async () => {
    const state = await scratch.engine.inspectContainer(id, never);
    expect(state?.status).toBe("exited");
    return state;
  });
}

/** Docker's own view of a container, for fields that the port leaves out. */
function raw(id: ContainerId) {
  return new Docker().getContainer(id).inspect();
}

async function logsOf(id: ContainerId, signal = never): Promise<string[]> {
  const lines: string[] = [];
  for await (const line of scratch.engine.logs(id, { follow: false, tail: null, timestamps: false }, signal))
    lines.push(line.text);
  return lines;
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

const answerHello = [
  "/bin/node",
  "-e",
  `const { createServer } = require("node:http");
   createServer((_, answer) => answer.end("hello")).listen(3000);
   createServer(() => {}).listen(3001, "127.0.0.1");`,
];
const memoryForNode = { memoryBytes: 256 * 1024 * 1024, pids: 64, cpus: 1.5 };

describe("creating", () => {
  test("runs with a small set of capabilities, limits, capped logs and a loopback port", async () => {
    const hostPort = await freePort();
    const address = hostAddress("127.0.0.2", hostPort);
    const id = await start({
      kind: "web",
      publish: { containerPort: 3000, hostAddress: address },
      limits: memoryForNode,
      environment: { A: "b=c" },
    });
    const { HostConfig: host, Config: config, NetworkSettings: net } = await raw(id);
    expect(host).toMatchObject({
      Init: true,
      CapDrop: ["ALL"],
      SecurityOpt: ["no-new-privileges"],
      PidsLimit: 64,
      CgroupnsMode: "private",
      Memory: memoryForNode.memoryBytes,
      NanoCpus: 1.5e9,
      RestartPolicy: { Name: "unless-stopped" },
      LogConfig: { Type: "json-file", Config: { "max-size": "10m", "max-file": "3" } },
      PortBindings: { "3000/tcp": [{ HostIp: "127.0.0.2", HostPort: String(hostPort) }] },
    });
    expect(host.Privileged).toBe(false);
    expect(host.Binds ?? []).toEqual([]);
    expect(config.Env).toContain("A=b=c");
    expect(net.Networks[network]?.Aliases).toContain("app");
    expect(await scratch.engine.inspectContainer(id, never)).toMatchObject({
      owner,
      service: "app",
      kind: "web",
      status: "running",
      hostAddress: address,
      memoryLimitBytes: memoryForNode.memoryBytes,
      restartCount: 0,
      healthcheck: null,
      error: "",
    });
  });

  test("never touches a container of somebody else's, not even one that was made by hand of our own image", async () => {
    const name = `by-hand-${randomBytes(4).toString("hex")}`;
    const foreign = await new Docker().createContainer({ name, Image: scratch.tiny.id });
    try {
      const id = foreign.id as ContainerId;
      await expect(scratch.engine.createContainer(request({ name }), never)).rejects.toThrow(/not this Baton's/);
      await scratch.engine.stopContainer(id, 0, never);
      await scratch.engine.removeContainer(id, never);
      expect(await scratch.engine.inspectContainer(id, never)).toBeNull();
      expect((await scratch.engine.listContainers({ all: true }, never)).map((one) => one.id)).not.toContain(id);
      expect((await foreign.inspect()).State.Status).toBe("created");
    } finally {
      await foreign.remove({ force: true });
    }
  });
});

describe("starting", () => {
  test("a command that does not exist ends the container with 127 and says so in the log", async () => {
    const id = await start({ kind: "init", command: ["nope"] });
    expect(await ended(id)).toMatchObject({ exitCode: 127 });
    const lines = await logsOf(id);
    expect(lines.join("\n")).toContain("nope");
  });
});

describe("stopping", () => {
  test("sees no control group but its own, and keeps standard input open only where it is asked to", async () => {
    const read = { command: ["/bin/sh", "-c", "while read -r line; do echo $line; done < /proc/self/cgroup; cat"] };
    const ends = await start({ ...read, kind: "init" });
    const waits = await start({ ...read, options: { ...plainContainer, keepsStdinOpen: true } });
    await ended(ends);
    expect((await scratch.engine.inspectContainer(waits, never))?.status).toBe("running");
    const groups = await logsOf(ends);
    expect(groups.length).toBeGreaterThan(0);
    expect(groups.filter((line) => !line.endsWith(":/"))).toEqual([]);
  });

  test("asks with SIGTERM, kills after the grace, and does not let the engine start it again", async () => {
    const id = await start({ command: ["/bin/sh", "-c", "trap '' TERM; while :; do sleep 0.05; done"] });
    const began = performance.now();
    await scratch.engine.stopContainer(id, 1_000, never);
    expect(performance.now() - began).toBeLessThan(5_000);
    expect(await scratch.engine.inspectContainer(id, never)).toMatchObject({ status: "exited", exitCode: 137 });
    expect((await raw(id)).HostConfig.RestartPolicy?.Name).toBe("no");
  });
});

describe("looking", () => {
  test("sees what listens inside, and the app answers on its loopback port", async () => {
    const hostPort = await freePort();
    const publish = { containerPort: 3000, hostAddress: hostAddress("127.0.0.2", hostPort) };
    const id = await start({ kind: "web", publish, limits: memoryForNode, command: answerHello });
    await eventually(async () => expect(await scratch.engine.listeningPorts(id)).toHaveLength(2));
    expect(await scratch.engine.listeningPorts(id)).toEqual([
      { port: 3000, loopbackOnly: false },
      { port: 3001, loopbackOnly: true },
    ]);
    expect(await (await fetch(`http://127.0.0.2:${hostPort}/`)).text()).toBe("hello");
    await scratch.engine.stopContainer(id, 1_000, never);
    expect(await scratch.engine.listeningPorts(id)).toBeNull();
  });

  test("knows services by their names on the network", async () => {
    await start({ service: "api", kind: "web", limits: memoryForNode, command: answerHello });
    const ask = `const ask = () => fetch("http://api:3000/").then((a) => a.text()).then(console.log, () => setTimeout(ask, 50)); ask();`;
    const id = await start({ kind: "init", limits: memoryForNode, command: ["/bin/node", "-e", ask] });
    expect(await ended(id)).toMatchObject({ exitCode: 0 });
    expect(await logsOf(id)).toEqual(["hello"]);
  });
});

describe("filling a volume", () => {
  const limits = { memoryBytes: 256 * 1024 * 1024, pids: 32, cpus: null };
  const node = (script: string) => ["/bin/node", "-e", `const fs = require("node:fs"); ${script}`];

  test("a stopped container's own volume comes over into a named one, with owners and modes, and all of it", async () => {
    const { engine, instance } = scratch;
    const size = 3 * 1024 * 1024;
    const from = await start({
      ...{ kind: "init", limits, mounts: [{ type: "anonymous", path: "/data" }] },
      command: node(`
        fs.mkdirSync("/data/deep");
        fs.writeFileSync("/data/deep/rows", "r".repeat(${size}), { mode: 0o600 });
        fs.symlinkSync("rows", "/data/deep/link");
        fs.chmodSync("/data", 0o700);
        for (const path of ["/data/deep/rows", "/data"]) fs.chownSync(path, 1000, 999);`),
    });
    expect((await ended(from))?.exitCode).toBe(0);
    expect((await engine.inspectContainer(from, never))?.ownVolumes).toEqual(["/data"]);

    const volume = `baton-${instance}-i2-app_copy`;
    await engine.createVolume({ name: volume, owner, filledBy: owner.deployment }, never);
    expect(await engine.inspectVolume(volume, never)).toEqual({ filledBy: owner.deployment });
    const mounts = [{ type: "volume", volume, path: "/data", readOnly: false, startsEmpty: true }] as const;
    const command = node(`
      const facts = ({ uid, gid, mode }) => [uid, gid, (mode & 0o777).toString(8)].join(" ");
      const file = fs.statSync("/data/deep/rows");
      console.log([facts(fs.statSync("/data")), facts(file), file.size, fs.readlinkSync("/data/deep/link")].join(", "));`);
    expect(await engine.fillVolume(volume, { container: from, path: "/data" }, owner, never)).toBe(true);
    const options = { ...plainContainer, readOnly: true };
    const to = await engine.createContainer(request({ kind: "init", limits, mounts, command, options }), never);
    await engine.startContainer(to, never);
    await ended(to);
    expect(await logsOf(to)).toEqual([`1000 999 700, 1000 999 600, ${size}, rows`]);
    expect((await engine.inspectContainer(to, never))?.ownVolumes).toEqual([]);
  });
});

test("a container that shares its network with other versions has no name there, and its own name means itself", async () => {
  const web = { service: "web", sharesNetwork: true, options: { ...plainContainer, aliases: ["site"] } } as const;
  const kept = await start(web);
  const script = `
    const { lookup } = require("node:dns/promises");
    Promise.all(["web", "site"].map((name) => lookup(name))).then((found) =>
      console.log(found.map(({ address }) => address).join(" ")));
  `;
  const id = await start({ ...web, kind: "init", command: ["/bin/node", "-e", script], limits: memoryForNode });
  await ended(id);
  expect(await logsOf(id)).toEqual(["127.0.0.1 127.0.0.1"]);
  const { Aliases = [] } = Object.values((await raw(kept)).NetworkSettings.Networks)[0] ?? {};
  expect(Aliases).not.toContain("web");
});
