import { describe, expect, test } from "vitest";
import { parseListeners } from "../../server/docker/containers/listening-ports.ts";
import { overlaps, parseRoutes } from "../../server/docker/host/subnets.ts";

describe("listeners in /proc/net/tcp and tcp6", () => {
  const head = "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode";
  const row = (local: string, state = "0A") =>
    `   0: ${local} 00000000:0000 ${state} 00000000:00000000 00:00000000 00000000     0        0 12345 1 0000000000000000 100 0 0 10 0`;
  const any6 = "00000000000000000000000000000000";
  const loopback6 = "00000000000000000000000001000000";
  const mappedLoopback = "0000000000000000FFFF00000100007F";

  test.each([
    ["00000000:0BB8", { port: 3000, loopbackOnly: false }],
    ["0100007F:1F90", { port: 8080, loopbackOnly: true }],
    ["0801A8C0:0050", { port: 80, loopbackOnly: false }],
    [`${any6}:0BB8`, { port: 3000, loopbackOnly: false }],
    [`${loopback6}:0BB8`, { port: 3000, loopbackOnly: true }],
    [`${mappedLoopback}:0BB8`, { port: 3000, loopbackOnly: true }],
  ])("%s", (local, expected) => {
    expect(parseListeners([head, row(local)].join("\n"))).toEqual([expected]);
  });

  test("one that is on loopback and elsewhere is reachable; others come in order", () => {
    const table = [head, row("0100007F:0BB8"), head, row(`${any6}:0BB8`), row("0100007F:0050")].join("\n");
    expect(parseListeners(table)).toEqual([
      { port: 80, loopbackOnly: true },
      { port: 3000, loopbackOnly: false },
    ]);
  });

  test("connections and Docker's own resolver are not listeners", () => {
    expect(parseListeners([head, row("0100007F:0BB8", "01"), row("0B00007F:9C41")].join("\n"))).toEqual([]);
    expect(parseListeners("")).toEqual([]);
  });
});

describe("routes in /proc/net/route", () => {
  test("are subnets; the default route is none", () => {
    const table = `Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT
eth0\t00000000\t0102A8C0\t0003\t0\t0\t0\t00000000\t0\t0\t0
eth0\t0002A8C0\t00000000\t0001\t0\t0\t0\t00FFFFFF\t0\t0\t0
br-1\t2003D60A\t00000000\t0001\t0\t0\t0\tE0FFFFFF\t0\t0\t0
tun0\t0500000A\t00000000\t0005\t0\t0\t0\tFFFFFFFF\t0\t0\t0
`;
    expect(parseRoutes(table)).toEqual(["192.168.2.0/24", "10.214.3.32/27", "10.0.0.5/32"]);
  });

  test.each([
    ["10.0.0.0/8", "10.214.3.32/27", true],
    ["10.214.3.32/27", "10.214.3.64/27", false],
    ["10.214.3.40/27", "10.214.3.63/32", true],
    ["0.0.0.0/0", "192.168.1.0/24", true],
    ["172.17.0.0/16", "172.18.0.0/16", false],
  ])("%s and %s overlap: %s", (one, other, expected) => {
    expect(overlaps(one, other)).toBe(expected);
    expect(overlaps(other, one)).toBe(expected);
  });
});
