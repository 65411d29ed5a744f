import { expect, test } from "vitest";
import type { Daemon } from "../../../server/docker/host/daemon.ts";
import { readInfo, readMachine } from "../../../server/docker/host/version.ts";

const never = new AbortController().signal;
const answering = (answer: object): Daemon =>
  ({
    ask: async () => answer,
    greet: async () => ({ ...answer, agreed: { version: "1.45", has: () => true } }),
  }) as unknown as Daemon;

const version = { ApiVersion: "1.45", MinAPIVersion: "1.24", Os: "linux" };
const dockers = { Name: "Docker Engine - Community" };

test.each([
  ["docker", { Version: "29.7.2", GitCommit: "4c9b3b0", Platform: dockers }],
  ["debian", { Version: "20.10.24+dfsg1", GitCommit: "5d6db84", Platform: { Name: "" } }],
  ["ubuntu", { Version: "26.1.3", GitCommit: "26.1.3-0ubuntu1~24.04.1", Platform: { Name: "" } }],
  ["other", { Version: "28.4.0", GitCommit: "249d679" }],
])("a daemon is packaged by %s when it says %j", async (packager, answer) => {
  expect(await readInfo(answering({ ...version, ...answer }), never)).toMatchObject({ packager });
});

test("a daemon tells what it runs on, and what it writes firewall rules with when it has a choice", async () => {
  const old = { NCPU: 2, MemTotal: 1, OperatingSystem: "Debian GNU/Linux 12 (bookworm)" };
  expect(await readMachine(answering(old), never)).toMatchObject({
    operatingSystem: "Debian GNU/Linux 12 (bookworm)",
    firewallBackend: null,
  });
  const recent = { ...old, FirewallBackend: { Driver: "nftables" } };
  expect(await readMachine(answering(recent), never)).toMatchObject({ firewallBackend: "nftables" });
});
