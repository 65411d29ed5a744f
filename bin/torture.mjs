// npm run torture: three products under traffic on a Docker of their own, and everything that can go wrong, at random.
//   --minutes 30         how long (10)
//   --seed 7             repeats the run of this seed (otherwise a new one)

import { join } from "node:path";
import { parseArgs } from "node:util";
import { daemonConfig, parseChoice } from "./other-docker/choice.mjs";
import { slirp } from "./other-docker/network.mjs";
import { provideRoot } from "./other-docker/root.mjs";
import { runBesideDocker } from "./other-docker/run.mjs";
import { createPrinter } from "./set-up/console/print.mjs";
import { main, SetUpProblem } from "./set-up/console/problem.mjs";
import { minutesAndSeed } from "./set-up/console/seeded-run.mjs";
import { mmdebstrapWithKeys } from "./set-up/packages/debian.mjs";
import { cacheFolder, dataFolder, root } from "./set-up/places.mjs";
import { searchPath } from "./set-up/run.mjs";
import { setUp } from "./set-up/steps.mjs";

await main(async () => {
  const { minutes, seed, docker: version } = readArguments();
  if (process.getuid?.() !== 0) throw new SetUpProblem("Run this as root: it starts a Docker of its own.");
  const choice = parseChoice(version);
  const { caddyBin } = await setUp({
    folder: cacheFolder,
    caddyFolder: cacheFolder,
    otherCaddies: [join(dataFolder(), "bin/caddy")],
    alsoNeeded: [...mmdebstrapWithKeys, slirp],
    docker: false,
  });
  const docker = await createPrinter().step(`Docker ${choice.name}`, (announce) => provideRoot(choice, announce));
  process.stdout.write(`\nTorture for ${minutes} minutes with seed ${seed}. Repeat it with --seed ${seed}.\n\n`);
  const stopping = new AbortController();
  for (const name of ["SIGINT", "SIGTERM"]) process.on(name, () => stopping.abort());
  const vitest = join(root, "node_modules/vitest/vitest.mjs");
  const command = [
    process.execPath,
    vitest,
    "run",
    "--project",
    "alone",
    "test/torture",
    "--disable-console-intercept",
  ];
  process.exitCode = await runBesideDocker(
    { root: docker.root, config: daemonConfig(choice), command, network: false },
    environment(caddyBin, { minutes, seed }),
    { signal: stopping.signal },
  );
});

function environment(caddyBin, { minutes, seed }) {
  const { DOCKER_HOST: _, ...others } = process.env;
  return {
    ...others,
    PATH: searchPath(),
    BATON_CADDY_BIN: caddyBin,
    BATON_TEST_OWN_DOCKER: "1",
    BATON_TORTURE_MINUTES: String(minutes),
    BATON_TORTURE_SEED: String(seed),
  };
}

function readArguments() {
  const values = parsed();
  return { ...minutesAndSeed(values), docker: values.docker ?? "20" };
}

function parsed() {
  const text = { type: "string" };
  try {
    return parseArgs({ options: { minutes: text, seed: text, docker: text } }).values;
  } catch (error) {
    throw new SetUpProblem(`${error.message} Accepted: --minutes N, --seed N, --docker VERSION.`);
  }
}
