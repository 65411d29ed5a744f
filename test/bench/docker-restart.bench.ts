import { expect, test } from "vitest";
import { daemonConfig, parseChoice } from "../../bin/other-docker/choice.mjs";
import { provideRoot } from "../../bin/other-docker/root.mjs";
import { runBesideDocker } from "../../bin/other-docker/run.mjs";
import { root } from "../../bin/set-up/places.mjs";
import type { Outage } from "../e2e/support/outage.ts";
import { createSamples, report } from "./support/figures.ts";

/** How long apps are away when the daemon is killed or restarted, on Dockers of their own. */

const times = 5;
/** How long the daemon stays away each time. */
const restartAfterMs = 3_000;
const plans = {
  "containerd of its own": { config: {}, containerd: false },
  "containerd beside it": { config: {}, containerd: true },
  "live-restore": { config: { "live-restore": true }, containerd: true },
};
const manners = { SIGKILL: "killed", SIGTERM: "restarted" };

test.each(Object.entries(plans))("a Docker with %s", async (name, { config, containerd }) => {
  const choice = parseChoice("20");
  const docker = await provideRoot(choice, () => {});
  const files = ["test/e2e/faults/docker-restart.alone", "--testNamePattern", "comes back"];
  const vitest = `${root}/node_modules/vitest/vitest.mjs`;
  const command = [process.execPath, vitest, "run", "--project", "alone", ...files, "--disable-console-intercept"];
  const plan = { root: docker.root, network: false, command, containerd, restartAfterMs };
  let output = "";
  const code = await runBesideDocker({ ...plan, config: { ...daemonConfig(choice), ...config } }, environment(), {
    onOutput: (text: string) => {
      output += text;
    },
  });
  expect(code, output).toBe(0);
  const { add, samples } = createSamples();
  for (const [, signal, text = ""] of output.matchAll(/^outage (\w+) (\{.*\})$/gm)) {
    const outage = JSON.parse(text) as Outage;
    const what = `Docker ${manners[signal as keyof typeof manners]}, ${name}`;
    add(`${what}: apps lose requests for, ms`, outage.lostForMs);
    add(`${what}: requests lost of a hundred`, (100 * outage.lost) / outage.requests);
    for (const phase of ["daemon", "docker", "container", "app", "port", "caddy"] as const) {
      const atMs = outage[phase];
      if (atMs !== null) add(`${what}: ${phase} back after, ms`, atMs);
    }
  }
  expect(samples.size).toBeGreaterThan(0);
  await report(`docker-restart ${name}`, samples);
});

function environment(): NodeJS.ProcessEnv {
  const others = Object.entries(process.env).filter(([name]) => !/^(?:VITEST|NODE_ENV$|TEST$|DOCKER_HOST$)/.test(name));
  return { ...Object.fromEntries(others), NO_COLOR: "1", BATON_TEST_OWN_DOCKER: "1", BATON_RESTARTS: String(times) };
}
