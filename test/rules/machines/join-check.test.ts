import { describe, expect, it } from "vitest";
import {
  isRefused,
  type JoinedServer,
  type JoinRequest,
  judgeJoin,
} from "../../../server/rules/machines/join-check.ts";

const now = new Date("2026-11-30T12:00:00Z");
const server: JoinedServer = {
  ...{ address: "10.0.0.1", architecture: "x86_64", dockerVersion: "20.10.24+dfsg1" },
  ...{ pools: ["10.215.0.0/16"], names: ["baton"] },
};
const fine: JoinRequest = {
  ...{ name: "two", architecture: "x86_64", dockerVersion: "20.10.24+dfsg1", address: "10.0.0.2" },
  ...{ diskBytes: 80e9, freeDiskBytes: 60e9, canEncrypt: true, clock: now, swarmState: "inactive" },
  ...{ liveRestore: false, closedPorts: [], takenPorts: [], routes: ["10.0.0.0/24", "172.17.0.0/16"] },
};
const judge = (changes: Partial<JoinRequest>) => judgeJoin({ ...fine, ...changes }, server, now);
const refusal = (changes: Partial<JoinRequest>) => {
  const findings = judge(changes);
  expect(isRefused(findings)).toBe(true);
  return findings.map(({ text }) => text).join(" ");
};
const warning = (changes: Partial<JoinRequest>) => {
  const findings = judge(changes);
  expect(isRefused(findings)).toBe(false);
  return findings.map(({ text }) => text).join(" ");
};

describe("a machine that wants to join", () => {
  it("may, without a word, when all is well", () => {
    expect(judge({})).toEqual([]);
  });

  it.each([
    [{ dockerVersion: "19.03.8" }, "Docker 19.03.8 is too old: install 20.10 or newer."],
    [{ swarmState: "active" }, "Its Docker is in a cluster already"],
    [{ liveRestore: true }, '"live-restore" to false'],
    [{ architecture: "aarch64" }, "It is aarch64 and the server is x86_64"],
    [{ closedPorts: [2377] }, "10.0.0.1, port 2377/tcp: let the server's firewall accept it from 10.0.0.2."],
    [{ takenPorts: ["4789/udp"] }, "Something else listens on its port 4789/udp"],
    [{ clock: new Date(now.getTime() + 300_000) }, "Its clock is 5 min ahead: set it"],
    [{ clock: new Date(now.getTime() - 60_000) }, "Its clock is 60 s behind: set it"],
    [{ freeDiskBytes: 1.5e9 }, "Docker's disk has 1.5 GB free: at least 2.0 GB are needed."],
    [
      { routes: ["10.215.4.0/22"] },
      "It has a route to 10.215.4.0/22, and the cluster's own networks are in 10.215.0.0/16",
    ],
  ] as const)("is refused with %o", (changes, words) => {
    expect(refusal(changes)).toContain(words);
  });

  it.each([
    [{ address: "198.41.0.4" }, "Its address, 198.41.0.4, is public"],
    [{ clock: new Date(now.getTime() - 3_000) }, "Its clock is 3 s behind: keep it right"],
    [{ freeDiskBytes: 5e9 }, "only 5.0 GB free"],
    [{ dockerVersion: "28.5.2" }, "It has Docker 28.5.2 and the server 20.10.24+dfsg1"],
    [{ canEncrypt: false }, "cannot encrypt traffic"],
    [{ name: "baton" }, "Another machine is named baton, too"],
  ] as const)("is told of %o", (changes, words) => {
    expect(warning(changes)).toContain(words);
  });

  it("is told nothing of a second that the network may have taken, of newer patches, or of a kernel that was not tried", () => {
    const patched = { dockerVersion: "20.10.5", clock: new Date(now.getTime() - 1_900), canEncrypt: null };
    expect(judge({ ...patched, routes: ["0.0.0.0/0", "fd00::/64", "nonsense"] })).toEqual([]);
  });

  it("hears everything at once, what keeps it out first", () => {
    const findings = judge({ canEncrypt: false, closedPorts: [2377, 7946], freeDiskBytes: 0 });
    expect(findings.map(({ level }) => level)).toEqual(["refused", "refused", "refused", "warning"]);
  });
});
