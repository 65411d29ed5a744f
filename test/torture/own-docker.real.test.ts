import { join } from "node:path";
import { expect, test } from "vitest";
import { daemonConfig, parseChoice } from "../../bin/other-docker/choice.mjs";
import { provideRoot } from "../../bin/other-docker/root.mjs";
import { runBesideDocker } from "../../bin/other-docker/run.mjs";

const root = join(import.meta.dirname, "../..");

/** What this machine needs to run programs, but nothing of this test runner, and no other Docker. */
function environment(more: NodeJS.ProcessEnv = {}): NodeJS.ProcessEnv {
  const others = Object.entries(process.env).filter(([name]) => !/^(?:VITEST|NODE_ENV$|TEST$|DOCKER_HOST$)/.test(name));
  return {
    ...Object.fromEntries(others),
    NO_COLOR: "1",
    BATON_TEST_OWN_DOCKER: "1",
    BATON_TORTURE_MINUTES: "0.5",
    ...more,
  };
}

/** These restart their Docker, so it cannot be the machine's. */
const runs = {
  "half a minute of torture, and Docker restarted while requests are held": {
    files: ["test/torture/torture.alone", "test/e2e/upgrade/hold.alone"],
    daemon: { config: {} },
  },
  "a build that fills Docker's disk, and a build cache that is emptied": {
    files: ["test/e2e/faults/full-disk.alone", "test/docker/alone"],
    daemon: { config: {}, diskMegabytes: 700 },
    more: { BATON_TEST_SMALL_DISK: "1" },
  },
  "Docker killed and restarted with live-restore": {
    files: ["test/e2e/faults/docker-restart.alone"],
    daemon: { config: { "live-restore": true }, containerd: true, restartAfterMs: 3_000 },
  },
};

test.for(Object.entries(runs))("%s, on a Docker of its own", async ([, { files, daemon, ...run }], { signal }) => {
  const choice = parseChoice("20");
  const docker = await provideRoot(choice, () => {});
  let output = "";
  const onOutput = (text: string) => {
    output += text;
  };
  const vitest = join(root, "node_modules/vitest/vitest.mjs");
  const command = [process.execPath, vitest, "run", "--project", "alone", ...files];
  const config = { ...daemonConfig(choice), ...daemon.config };
  const plan = { ...daemon, root: docker.root, config, network: false, command };
  const code = await runBesideDocker(plan, environment("more" in run ? run.more : {}), { signal, onOutput });
  expect(code, output).toBe(0);
  expect(output).toMatch(/Tests {2}\d+ passed \(\d+\)/);
});
