import { execFile } from "node:child_process";
import { randomInt } from "node:crypto";
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { request } from "node:http";
import { connect, createServer } from "node:net";
import { setTimeout as delay } from "node:timers/promises";
import { promisify } from "node:util";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";
import { useWorkshop } from "../support/apps/workshop.ts";
import { useBaton } from "../support/baton/harness.ts";

const run = promisify(execFile);
const baton = useBaton();
const workshop = useWorkshop();

/** Says whether it reaches an address, and which files it sees. */
const explorer = `
const { connect } = require("node:net");
const { existsSync } = require("node:fs");
const reach = (host, port) => new Promise((done) => {
  const socket = connect({ host, port: Number(port) });
  const end = (answer) => { socket.destroy(); done(answer); };
  socket.on("connect", () => end("answered")).on("error", (error) => end(error.code)).setTimeout(1500, () => end("silence"));
});
require("node:http").createServer(async (request, answer) => {
  const { pathname, searchParams: asked } = new URL(request.url, "http://app");
  if (pathname === "/reach") return answer.end(await reach(asked.get("host"), asked.get("port")));
  if (pathname === "/file") return answer.end(String(existsSync(asked.get("path"))));
  answer.end("v1");
}).listen(3000);
`;
let gateway: string;
let container: string;
let published: { readonly host: string; readonly port: number };

beforeAll(async () => {
  const repository = await workshop.appOf({
    Dockerfile: 'FROM baton/node:22\nCOPY app.js .\nEXPOSE 3000\nCMD ["node", "app.js"]\n',
    "app.js": explorer,
  });
  const { code, text } = await repository.push(baton().remote("explorer")).done;
  expect(code, text).toBe(0);
  const [name = ""] = await baton().containersOf("explorer");
  const { NetworkSettings: settings } = await baton().docker.getContainer(name).inspect();
  const [network] = Object.values(settings.Networks);
  gateway = network?.Gateway ?? "";
  container = network?.IPAddress ?? "";
  const [port] = settings.Ports["3000/tcp"] ?? [];
  published = { host: port?.HostIp ?? "", port: Number(port?.HostPort) };
});

describe("an app", () => {
  const reaches = async (port: number | string) =>
    (await baton().ask("explorer", `/reach?host=${gateway}&port=${port}`)).body;

  test("reaches neither Baton, nor its database, nor its Caddy, nor a Docker daemon from inside", async () => {
    const open = createServer().listen(0, "0.0.0.0");
    await once(open, "listening");
    try {
      expect(await reaches((open.address() as { port: number }).port)).toBe("answered");
    } finally {
      open.close();
    }
    const ports = [
      new URL(baton().url).port,
      new URL(inject("postgresUrl")).port,
      baton().httpPort,
      ...[2019, 2375, 2376, published.port],
    ];
    for (const port of ports) expect(await reaches(port), `port ${port}`).not.toBe("answered");
  });

  test("sees no socket of Docker or Caddy, and nothing of Baton's folder", async () => {
    const folder = baton().environment.BATON_DATA ?? "";
    const paths = ["/var/run/docker.sock", "/run/docker.sock", "/run/containerd/containerd.sock", folder];
    for (const path of paths) expect((await baton().ask("explorer", `/file?path=${path}`)).body, path).toBe("false");
    expect((await baton().ask("explorer", "/file?path=/etc/hostname")).body).toBe("true");
  });
});

describe("a body", () => {
  test("without an end is refused before it fills the memory, and one with two lengths at once", async () => {
    const before = await memoryMb();
    let sent = 0;
    const status = await new Promise<number>((resolve, reject) => {
      const asked = request(`${baton().url}/api/products`, {
        method: "POST",
        headers: { Authorization: `Bearer ${baton().token}`, "Content-Type": "application/json" },
      });
      asked.on("response", (answer) => {
        resolve(answer.statusCode ?? 0);
        asked.destroy();
      });
      // The connection may be closed before the answer has been read.
      asked.on("error", (error) => setTimeout(() => reject(error), 2_000));
      const chunk = Buffer.alloc(64 * 1024, "x");
      const write = () => {
        while (!asked.destroyed && sent < 1e9) {
          sent += chunk.length;
          if (!asked.write(chunk)) return void asked.once("drain", write);
        }
      };
      write();
    });
    expect(status).toBe(413);
    expect(sent).toBeLessThan(50e6);
    expect((await memoryMb()) - before).toBeLessThan(60);

    const { hostname, port } = new URL(baton().url);
    const socket = connect(Number(port), hostname);
    socket.write(
      `POST /sign-in HTTP/1.1\r\nHost: ${hostname}:${port}\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`,
    );
    const [answer] = (await once(socket, "data")) as [Buffer];
    socket.destroy();
    expect(answer.toString()).toMatch(/^HTTP\/1\.1 400 /);
  });
});

describe("git over HTTP", () => {
  const authorization = () => `Basic ${Buffer.from(`x:${baton().token}`).toString("base64")}`;

  test("reads a compressed request that waits for permission to send its body", async () => {
    const refs = await fetch(`${baton().url}/git/explorer.git/info/refs?service=git-upload-pack`, {
      headers: { Authorization: authorization() },
    });
    const [, commit = ""] = /([0-9a-f]{40}) refs\/heads\/main/.exec(await refs.text()) ?? [];
    const line = (text: string) => `${(text.length + 4).toString(16).padStart(4, "0")}${text}`;
    const body = gzipSync(`${line(`want ${commit} ofs-delta\n`)}0000${line("done\n")}`);
    const asked = request(`${baton().url}/git/explorer.git/git-upload-pack`, {
      method: "POST",
      headers: {
        Authorization: authorization(),
        "Content-Type": "application/x-git-upload-pack-request",
        "Content-Encoding": "gzip",
        "Content-Length": body.length,
        Expect: "100-continue",
      },
    });
    asked.flushHeaders();
    await once(asked, "continue");
    asked.end(body);
    const [answer] = (await once(asked, "response")) as [import("node:http").IncomingMessage];
    expect(answer.statusCode).toBe(200);
    const parts: Buffer[] = [];
    for await (const part of answer) parts.push(part as Buffer);
    expect(Buffer.concat(parts).toString("latin1")).toContain("PACK");
  });

  test("takes a push of 300 MB in chunks without holding it in memory", async () => {
    const repository = await workshop.appOf({ "README.md": "large\n" });
    await run("dd", ["if=/dev/urandom", `of=${repository.folder}/large.bin`, "bs=1M", "count=300"]);
    await repository.git("config", "core.compression", "0");
    await repository.commit("Large");
    const before = await memoryMb();
    let peak = before;
    const { done } = repository.push(baton().remote("large"), "HEAD:refs/heads/side");
    const end = done.finally(() => {
      peak = Math.max(peak, 0);
    });
    let isOver = false;
    void end.then(() => {
      isOver = true;
    });
    while (!isOver) {
      peak = Math.max(peak, await memoryMb());
      await delay(200);
    }
    const { code, text } = await end;
    expect(code, text).toBe(0);
    expect(peak - before).toBeLessThan(120);
  });
});

/**
 * A machine on the same network: a network namespace that reaches this host by a pair of virtual interfaces, and has
 * routes through it to containers and to its loopback addresses.
 */
describe("a neighbour on the local network", () => {
  const name = `bn${process.pid}`;
  const subnet = `10.${randomInt(100, 190)}.${randomInt(0, 250)}`;
  const ip = (...args: string[]) => run("ip", args);
  const within = (...args: string[]) => run("ip", ["netns", "exec", name, ...args]);

  beforeAll(async () => {
    await ip("netns", "add", name);
    await ip("link", "add", name, "type", "veth", "peer", "name", "eth0", "netns", name);
    await ip("addr", "add", `${subnet}.1/24`, "dev", name);
    await ip("link", "set", name, "up");
    await ip("-n", name, "addr", "add", `${subnet}.2/24`, "dev", "eth0");
    await ip("-n", name, "link", "set", "eth0", "up");
    await ip("-n", name, "route", "add", "default", "via", `${subnet}.1`);
    await ip("-n", name, "route", "add", `${published.host}/32`, "via", `${subnet}.1`);
    // Otherwise the neighbour's own kernel drops answers that come from a loopback address.
    await within("sysctl", "-q", "-w", "net.ipv4.conf.eth0.route_localnet=1");
  });
  afterAll(async () => {
    await ip("netns", "del", name).catch(() => {});
    await ip("link", "del", name).catch(() => {});
  });

  async function reach(host: string, port: number): Promise<"answered" | "silence"> {
    const script = `const s = require("net").connect({ host: "${host}", port: ${port} });
      s.on("connect", () => process.exit(0)).on("error", () => process.exit(1)); setTimeout(() => process.exit(1), 1500);`;
    return within(process.execPath, "-e", script).then(
      () => "answered" as const,
      () => "silence" as const,
    );
  }
  const all = async () => [await reach(container, 3000), await reach(published.host, published.port)];

  async function until(isSo: () => Promise<boolean>): Promise<void> {
    for (const end = Date.now() + 90_000; Date.now() < end; await delay(500)) if (await isSo()) return;
    throw new Error("it did not happen");
  }

  test("reaches no container and no port on loopback, would without Baton's rule, and the rule comes back", async () => {
    expect(await all()).toEqual(["silence", "silence"]);
    expect(await baton().api.text("/system")).toMatch(/Firewall<\/dt><dd>rules in DOCKER-USER/);

    const [jump = ""] = (await baton().inFirewall()).filter((rule) => rule.startsWith("-A DOCKER-USER"));
    const rule = /-j (\S+)/.exec(jump)?.[1] ?? "";
    const comment = /--comment "([^"]+)"/.exec(jump)?.[1] ?? "";
    await run("iptables", ["-w", "5", "-D", "DOCKER-USER", "-m", "comment", "--comment", comment, "-j", rule]);
    expect(await all()).toEqual(["answered", "answered"]);

    await until(async () => (await baton().inFirewall()).includes(jump));
    expect(await all()).toEqual(["silence", "silence"]);
    expect((await baton().ask("explorer", "/")).body).toBe("v1");
  });

  test("is kept out until Baton is removed, which takes the rules away", async () => {
    expect(await baton().inFirewall()).not.toEqual([]);
    // Rejects if a rule is left.
    await baton().down();
    expect(await baton().inFirewall()).toEqual([]);
  });
});

async function memoryMb(): Promise<number> {
  const text = await readFile(`/proc/${baton().process().pid}/status`, "utf8");
  return Number(/VmRSS:\s+(\d+)/.exec(text)?.[1]) / 1_000;
}
