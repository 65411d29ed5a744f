import { join } from "node:path";
import { SetUpProblem } from "../set-up/console/problem.mjs";
import { mustRun } from "../set-up/run.mjs";

/**
 * Brings Baton to a release, and back again when that is not healthy.
 *
 * @returns {Promise<number>} the exit code
 */
export async function upgrade({ checkout, baton, copy, step, release }) {
  await step(`Baton ${release.slice(1)}`, async (announce) => {
    announce("installing and compiling, while this version serves");
    await checkout.prepare(release, async (folder) => {
      const args = [join(folder, "bin/start.mjs"), "--set-up-only"];
      await mustRun(process.execPath, args, { cwd: folder, env: baton.environment });
    });
    return { did: "prepared" };
  });

  const finished = ignoreSignals();
  await step("Old version", async (announce) => {
    announce("stopping; the apps are served meanwhile");
    await baton.stop();
    return { is: checkout.version, did: "stopped" };
  });
  const problem = await change({ checkout, baton, copy, step, release });
  if (problem === null) {
    await checkout.forget();
    process.stdout.write(`\nBaton is upgraded to ${release.slice(1)}. The database from before is in ${copy.place}.\n`);
    const staying = baton.stay();
    finished();
    return staying;
  }
  await goBack({ checkout, baton, copy, step });
  process.stderr.write(
    `\nBaton ${release.slice(1)} is not used: ${problem}.\nBaton ${checkout.version} is running again, with the database from before.\n`,
  );
  const staying = baton.stay();
  finished();
  return (await staying) || 1;
}

/**
 * Whoever loses the terminal or stops this process half-way would leave files of one version with the database of the
 * other. Ctrl-C reaches the server as well: it ends, and the old version is started again.
 */
function ignoreSignals() {
  const goOn = () => {};
  const signals = ["SIGINT", "SIGTERM", "SIGHUP"];
  for (const signal of signals) process.on(signal, goOn);
  for (const stream of [process.stdout, process.stderr]) stream.on("error", goOn);
  return () => {
    for (const signal of signals) process.off(signal, goOn);
  };
}

/** Resolves with null, or with why the new version is not healthy. */
async function change({ checkout, baton, copy, step, release }) {
  try {
    await step("Database", async (announce) => {
      announce("copying");
      await copy.take();
      return { did: "copied" };
    });
    await checkout.swap(release);
    await baton.start();
    let problem = null;
    await step("New version", async (announce) => {
      announce("starting");
      problem = await baton.becomesHealthy();
      return problem === null ? { is: release.slice(1), did: "healthy" } : { mark: "✗", did: "not healthy" };
    });
    return problem;
  } catch (error) {
    return error.message;
  }
}

async function goBack({ checkout, baton, copy, step }) {
  await step("Old version", async (announce) => {
    announce("going back");
    await baton.stop();
    if (await checkout.hasOtherMigrations()) await copy.putBack();
    await checkout.swapBack();
    await baton.start();
    const problem = await baton.becomesHealthy();
    if (problem !== null) throw new SetUpProblem(`Baton ${checkout.version} does not come back either: ${problem}.`);
    return { is: checkout.version, did: "started again" };
  });
  await checkout.forget();
}
