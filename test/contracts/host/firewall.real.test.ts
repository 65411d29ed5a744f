import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { onTestFinished } from "vitest";
import { createFirewall } from "../../../server/firewall/iptables.ts";
import { firewallRules } from "../../../server/rules/routing/firewall-rules.ts";
import { type GuardedHost, hostGuardContract } from "./host-guard.ts";

const run = promisify(execFile);
const rules = firewallRules("abcd1234", "10.99.0.0/24", { httpPort: 80, httpsPort: 443, buildHostPorts: [] });
let namespaces = 0;

/** A network namespace with Docker's chain, in which the rules can be put in place and cleared. */
async function namespace(): Promise<GuardedHost> {
  namespaces += 1;
  const name = `bc${process.pid}n${namespaces}`;
  await run("ip", ["netns", "add", name]);
  onTestFinished(async () => {
    await run("ip", ["netns", "del", name]);
  });
  const within = ["ip", "netns", "exec", name];
  const iptables = (...args: string[]) => run("ip", [...within.slice(1), "iptables", ...args]);
  await iptables("-N", "DOCKER-USER");
  return {
    guard: createFirewall(rules, { within }),
    async clear() {
      for (const chain of ["DOCKER-USER", "INPUT"]) await iptables("-F", chain);
    },
    async isInPlace() {
      const { stdout } = await iptables("-S");
      return [rules.forwarded, rules.toHost].every(({ chain }) => stdout.includes(`-j ${chain}\n`));
    },
  };
}

hostGuardContract("the firewall", namespace, async () =>
  createFirewall(rules, { within: ["ip", "netns", "exec", "no-such-namespace"] }),
);
