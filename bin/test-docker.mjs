// npm run test:docker -- VERSION: tests Baton on another Docker than the machine's, such as 26, 28 or 28-containerd.
// What follows the version goes to vitest, in place of the usual files: npm run test:docker -- 28 test/docker/build
// With --run another program runs beside that Docker: npm run test:docker -- 28 --run docker version

import { join } from "node:path";
import { daemonConfig, parseChoice } from "./other-docker/choice.mjs";
import { slirp } from "./other-docker/network.mjs";
import { provideRoot } from "./other-docker/root.mjs";
import { runBesideDocker } from "./other-docker/run.mjs";
import { createPrinter } from "./set-up/console/print.mjs";
import { main, SetUpProblem } from "./set-up/console/problem.mjs";
import { mmdebstrapWithKeys } from "./set-up/packages/debian.mjs";
import { cacheFolder, dataFolder, root } from "./set-up/places.mjs";
import { searchPath } from "./set-up/run.mjs";
import { setUp } from "./set-up/steps.mjs";

/** The tests of what Baton asks of Docker, from the adapter to whole deployments. */
const usualFiles = [
  "test/contracts/engine/engine.real",
  "test/docker",
  "test/builder/dockerfile",
  "test/e2e/deploy/every-docker",
];

await main(async () => {
  const [version, ...args] = process.argv.slice(2);
  const choice = parseChoice(version);
  if (process.getuid?.() !== 0) throw new SetUpProblem("Run this as root: it starts a Docker of its own.");
  const { caddyBin } = await setUp({
    folder: cacheFolder,
    caddyFolder: cacheFolder,
    otherCaddies: [join(dataFolder(), "bin/caddy")],
    alsoNeeded: [...mmdebstrapWithKeys, slirp],
    docker: false,
  });
  const docker = await createPrinter().step(`Docker ${choice.name}`, (announce) => provideRoot(choice, announce));

  const stopping = new AbortController();
  for (const [name, code] of Object.entries({ SIGINT: 130, SIGTERM: 143 })) {
    process.on(name, () => {
      process.exitCode = code;
      stopping.abort();
    });
  }
  const code = await runBesideDocker(
    { root: docker.root, config: daemonConfig(choice), command: commandOf(args), network: true },
    environment(caddyBin),
    { signal: stopping.signal },
  );
  process.exitCode ??= code;
});

function commandOf(args) {
  if (args[0] === "--run") return args.slice(1);
  const files = args.some((arg) => !arg.startsWith("-")) ? [] : usualFiles;
  const program = join(root, "node_modules/vitest/vitest.mjs");
  const projects = ["real", "e2e", "alone"].flatMap((name) => ["--project", name]);
  return [process.execPath, program, "run", ...projects, ...files, ...args];
}

/** The tests find the daemon where Docker usually is, and nobody else uses it. */
function environment(caddyBin) {
  const { DOCKER_HOST: _, ...others } = process.env;
  return { ...others, PATH: searchPath(), BATON_CADDY_BIN: caddyBin, BATON_TEST_OWN_DOCKER: "1" };
}
