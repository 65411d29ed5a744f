import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createFirewall } from "../../server/firewall/iptables.ts";
import { firewallRules } from "../../server/rules/routing/firewall-rules.ts";

const run = promisify(execFile);
const never = new AbortController().signal;

/**
 * A host in a network namespace: `router` forwards between an app's network, Docker's default bridge with two builds,
 * and a neighbour, which also answers as the metadata service.
 */
const id = `bt${process.pid}`;
const [router, app, build, otherBuild, neighbour] = ["r", "a", "b", "o", "n"].map((name) => `${id}${name}`) as [
  string,
  string,
  string,
  string,
  string,
];
const within = ["ip", "netns", "exec", router];
const ip = (...args: string[]) => run("ip", args);
const iptables = (...args: string[]) => run("ip", ["netns", "exec", router, "iptables", ...args]);
const open = { httpPort: 80, httpsPort: 443, buildHostPorts: [3128] };
const rules = firewallRules("abcd1234", "10.99.0.0/24", open);
const firewall = createFirewall(rules, { within });

async function join(name: string, device: string, address: string, gateway: string): Promise<void> {
  await plug(name, device, address, gateway, async () => {
    await ip("-n", router, "addr", "add", `${gateway}/24`, "dev", device);
  });
}

async function joinBridge(name: string, port: string, bridge: string, address: string, gateway: string): Promise<void> {
  await plug(name, port, address, gateway, async () => {
    await ip("-n", router, "link", "set", port, "master", bridge);
  });
}

async function plug(name: string, device: string, address: string, gateway: string, connect: () => Promise<void>) {
  await ip("netns", "add", name);
  await ip("link", "add", device, "netns", router, "type", "veth", "peer", "name", "eth0", "netns", name);
  await connect();
  await ip("-n", router, "link", "set", device, "up");
  await ip("-n", name, "addr", "add", `${address}/24`, "dev", "eth0");
  for (const link of ["lo", "eth0"]) await ip("-n", name, "link", "set", link, "up");
  await ip("-n", name, "route", "add", "default", "via", gateway);
}

/**
 * Whether a connection from one namespace to an address without a listener gets through. "Connection refused" is an
 * answer.
 */
async function reach(from: string, host: string, port = 80): Promise<"answered" | "silence"> {
  const script = `const s = require("net").connect({ host: "${host}", port: ${port} });
    s.on("connect", () => process.exit(0)).on("error", (e) => process.exit(e.code === "ECONNREFUSED" ? 0 : 1));
    setTimeout(() => process.exit(1), 700);`;
  return run("ip", ["netns", "exec", from, process.execPath, "-e", script]).then(
    () => "answered" as const,
    () => "silence" as const,
  );
}

beforeAll(async () => {
  await ip("netns", "add", router);
  await ip("-n", router, "link", "set", "lo", "up");
  await join(app, "app0", "10.99.0.2", "10.99.0.1");
  await ip("-n", router, "link", "add", "docker0", "type", "bridge");
  await ip("-n", router, "addr", "add", "10.99.1.1/24", "dev", "docker0");
  await ip("-n", router, "link", "set", "docker0", "up");
  await joinBridge(build, "build0", "docker0", "10.99.1.2", "10.99.1.1");
  await joinBridge(otherBuild, "build1", "docker0", "10.99.1.3", "10.99.1.1");
  await join(neighbour, "lan0", "10.99.2.2", "10.99.2.1");
  await ip("-n", neighbour, "addr", "add", "169.254.169.254/32", "dev", "lo");
  await ip("-n", router, "route", "add", "169.254.169.254/32", "via", "10.99.2.2");
  await run("ip", [...within.slice(1), "sysctl", "-q", "-w", "net.ipv4.ip_forward=1"]);
  await iptables("-N", "DOCKER-USER");
  await iptables("-A", "FORWARD", "-j", "DOCKER-USER");
});
afterAll(async () => {
  for (const name of [app, build, otherBuild, neighbour, router]) await ip("netns", "del", name).catch(() => {});
});

describe("the firewall's rules", () => {
  test("keep containers and builds from the metadata service, neighbours from apps, and builds from each other", async () => {
    expect(await reach(build, "10.99.1.3")).toBe("answered");
    expect(await reach(app, "169.254.169.254")).toBe("answered");
    expect(await reach(neighbour, "10.99.0.2")).toBe("answered");
    expect(await firewall.apply(never)).toEqual({ type: "held", in: [{ backend: "nft", chain: "DOCKER-USER" }] });
    expect(await reach(app, "169.254.169.254")).toBe("silence");
    expect(await reach(build, "169.254.169.254")).toBe("silence");
    expect(await reach(neighbour, "10.99.0.2")).toBe("silence");
    expect(await reach(build, "10.99.1.3")).toBe("silence");
    expect(await reach(otherBuild, "10.99.1.2")).toBe("silence");
  });

  test("leave alone what apps ask of others, name servers, and the host's own way to apps", async () => {
    expect(await reach(app, "10.99.2.2")).toBe("answered");
    expect(await reach(build, "10.99.2.2")).toBe("answered");
    expect(await reach(app, "169.254.169.254", 53)).toBe("answered");
    expect(await reach(router, "10.99.0.2")).toBe("answered");
  });

  test("let builds reach this host's name servers, Caddy and opened ports, and nothing else of it", async () => {
    for (const port of [53, 80, 443, 3128]) expect(await reach(build, "10.99.1.1", port)).toBe("answered");
    for (const host of ["10.99.1.1", "10.99.0.1", "10.99.2.1"]) {
      expect(await reach(build, host, 5432), host).toBe("silence");
    }
    expect(await reach(app, "10.99.0.1", 5432)).toBe("answered");
    expect(await reach(neighbour, "10.99.2.1", 5432)).toBe("answered");
    expect(await reach(router, "10.99.1.2", 5432)).toBe("answered");
  });

  test("leave this host open to builds where all ports are opened", async () => {
    const all = firewallRules("abcd1234", "10.99.0.0/24", { ...open, buildHostPorts: "all" });
    await createFirewall(all, { within }).apply(never);
    expect(await reach(build, "10.99.1.1", 5432)).toBe("answered");
    expect(await reach(build, "10.99.1.3")).toBe("silence");
    await firewall.apply(never);
    expect(await reach(build, "10.99.1.1", 5432)).toBe("silence");
  });

  test("are put back when others have cleared them, and are never there twice", async () => {
    const { stdout: before } = await iptables("-S");
    expect(before).toContain('-A DOCKER-USER -m comment --comment "baton abcd1234" -j BATON-abcd1234\n');
    expect(before).toContain('-A INPUT -m comment --comment "baton abcd1234" -j BATON-abcd1234-HOST\n');
    await firewall.apply(never);
    await createFirewall(rules, { within }).apply(never);
    expect((await iptables("-S")).stdout).toBe(before);
    await iptables("-F", "DOCKER-USER");
    await iptables("-F", "INPUT");
    await iptables("-D", "BATON-abcd1234", "1");
    await iptables("-D", "BATON-abcd1234-HOST", "1");
    await firewall.apply(never);
    expect((await iptables("-S")).stdout).toBe(before);
  });

  test("are taken away without a trace, and others' are left", async () => {
    await iptables("-A", "DOCKER-USER", "-s", "10.1.2.3", "-j", "DROP");
    await firewall.remove(never);
    const { stdout } = await iptables("-S");
    expect(stdout).not.toMatch(/baton/i);
    expect(stdout).toContain("-A DOCKER-USER -s 10.1.2.3/32 -j DROP");
    await firewall.remove(never);
  });

  test("are taken away by a start that wants none", async () => {
    await firewall.apply(never);
    expect(await createFirewall(rules, { within, isOff: true }).apply(never)).toEqual({ type: "off" });
    expect((await iptables("-S")).stdout).not.toMatch(/baton/i);
  });

  test("are in FORWARD where Docker has no chain of its own, and move once it has one", async () => {
    await iptables("-F", "FORWARD");
    await iptables("-F", "DOCKER-USER");
    await iptables("-X", "DOCKER-USER");
    expect(await firewall.apply(never)).toEqual({ type: "held", in: [{ backend: "nft", chain: "FORWARD" }] });
    expect(await reach(neighbour, "10.99.0.2")).toBe("silence");
    expect(await reach(build, "10.99.1.3")).toBe("silence");

    await iptables("-N", "DOCKER-USER");
    await iptables("-I", "FORWARD", "1", "-j", "DOCKER-USER");
    expect(await firewall.apply(never)).toEqual({ type: "held", in: [{ backend: "nft", chain: "DOCKER-USER" }] });
    expect((await iptables("-S", "FORWARD")).stdout).not.toMatch(/baton/i);
    expect(await reach(neighbour, "10.99.0.2")).toBe("silence");
    await firewall.remove(never);
  });

  test("follow Docker into the older packet filter", async () => {
    await iptables("-F", "FORWARD");
    await iptables("-F", "DOCKER-USER");
    await iptables("-X", "DOCKER-USER");
    const legacy = (...args: string[]) => run("ip", ["netns", "exec", router, "iptables-legacy", ...args]);
    await legacy("-N", "DOCKER-USER");
    await legacy("-A", "FORWARD", "-j", "DOCKER-USER");
    const another = createFirewall(rules, { within });
    expect(await another.apply(never)).toEqual({ type: "held", in: [{ backend: "legacy", chain: "DOCKER-USER" }] });
    expect(await reach(neighbour, "10.99.0.2")).toBe("silence");
    expect(await reach(build, "10.99.1.1", 5432)).toBe("silence");
    await another.remove(never);
    expect((await legacy("-S")).stdout).not.toMatch(/baton/i);
    expect(await reach(neighbour, "10.99.0.2")).toBe("answered");
  });

  test("that cannot be set are said to be missing, and why", async () => {
    const nowhere = createFirewall(rules, { within: ["/nowhere/at-all"] });
    const missing = { type: "missing", why: "iptables is not installed" };
    expect(await nowhere.apply(never)).toEqual(missing);
    expect(nowhere.state()).toEqual(missing);
    await expect(nowhere.remove(never)).resolves.toBeUndefined();
  });
});
