import { join } from "node:path";
import { expect, test } from "vitest";
import { daemonConfig, parseChoice } from "../../../bin/other-docker/choice.mjs";
import { provideRoot } from "../../../bin/other-docker/root.mjs";
import { runBesideDocker } from "../../../bin/other-docker/run.mjs";

const root = join(import.meta.dirname, "../../..");
const contract = [
  join(root, "node_modules/vitest/vitest.mjs"),
  ...["run", "--project", "real", "--project", "alone", "test/contracts/engine/engine.real", "test/docker/alone"],
];

/** What this machine needs to run programs, but nothing of this test runner, and no other Docker. */
function environment(): NodeJS.ProcessEnv {
  const others = Object.entries(process.env).filter(([name]) => !/^(?:VITEST|NODE_ENV$|TEST$|DOCKER_HOST$)/.test(name));
  return { ...Object.fromEntries(others), NO_COLOR: "1", BATON_TEST_OWN_DOCKER: "1" };
}

test("the contract of the engine holds on Docker 26 as well, which runs beside this machine's for as long", async ({
  signal,
}) => {
  const choice = parseChoice("26");
  const docker = await provideRoot(choice, () => {});
  let output = "";
  const onOutput = (text: string) => {
    output += text;
  };
  const plan = { root: docker.root, config: daemonConfig(choice), network: false };
  const command = [process.execPath, ...contract];
  const code = await runBesideDocker({ ...plan, command }, environment(), { signal, onOutput });
  expect(code, output).toBe(0);
  expect(output).toContain("Docker 26.");
  expect(output).toMatch(/Tests {2}\d+ passed \(\d+\)/);
});
