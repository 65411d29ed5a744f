// npm test: sets up what the tests need and runs all of them. Arguments go to vitest: npm test -- test/git
// A Docker daemon that was started for them is stopped at the end.

import { spawn } from "node:child_process";
import { once } from "node:events";
import { constants } from "node:os";
import { join } from "node:path";
import { main } from "./set-up/console/problem.mjs";
import { chromium, mmdebstrapWithKeys } from "./set-up/packages/debian.mjs";
import { cacheFolder, dataFolder, root } from "./set-up/places.mjs";
import { searchPath } from "./set-up/run.mjs";
import { setUp } from "./set-up/steps.mjs";

await main(async () => {
  const { caddyBin, stopDocker } = await setUp({
    folder: cacheFolder,
    caddyFolder: cacheFolder,
    otherCaddies: [join(dataFolder(), "bin/caddy")],
    alsoNeeded: [chromium, ...mmdebstrapWithKeys],
  });
  try {
    process.exitCode = await runTests({ PATH: searchPath(), BATON_CADDY_BIN: caddyBin });
  } finally {
    await stopDocker();
  }
});

async function runTests(environment) {
  const vitest = join(root, "node_modules/vitest/vitest.mjs");
  const child = spawn(process.execPath, [vitest, "run", ...process.argv.slice(2)], {
    cwd: root,
    env: { ...process.env, ...environment },
    stdio: ["ignore", "inherit", "inherit"],
    detached: true,
  });
  // vitest gets its own process group, so that a signal reaches its workers too. This process stays to clean up.
  for (const name of ["SIGINT", "SIGTERM"]) process.on(name, () => process.kill(-child.pid, name));
  const [code, signal] = await once(child, "exit");
  return code ?? 128 + constants.signals[signal];
}
