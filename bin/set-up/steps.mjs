import { mkdir } from "node:fs/promises";
import { build } from "./build.mjs";
import { createPrinter } from "./console/print.mjs";
import { SetUpProblem } from "./console/problem.mjs";
import { lookAtMachine } from "./machine.mjs";
import { instructions } from "./missing.mjs";
import {
  alwaysNeeded,
  archiveKey,
  installDebianPackages,
  missingPackages,
  neededForDocker,
} from "./packages/debian.mjs";
import { checkNode } from "./packages/node-version.mjs";
import { installPackages } from "./packages/packages.mjs";
import { cacheFolder, dataFolder, root } from "./places.mjs";
import { findCaddy, provideCaddy } from "./programs/caddy.mjs";
import { provideDocker } from "./programs/docker.mjs";
import { askDocker, dockerEndpoint } from "./programs/docker-endpoint.mjs";
import { keepWaitingConnections } from "./programs/kernel.mjs";
import { mayLiveRestore, writeLiveRestore } from "./programs/live-restore.mjs";
import { findCommand } from "./run.mjs";
import { readSettings } from "./settings.mjs";
import { takeTurn } from "./turn.mjs";

/**
 * Sets up all that Baton needs: checks the machine first, then installs or starts what is missing.
 *
 * @param {object} wishes
 * @param {string} wishes.folder for Docker's log
 * @param {string} wishes.caddyFolder for a downloaded Caddy
 * @param {readonly string[]} [wishes.otherCaddies] binaries that would save the download
 * @param {readonly import("./packages/debian.mjs").Need[]} [wishes.alsoNeeded] beyond what the server needs
 * @param {boolean} [wishes.docker] whether the machine's Docker is needed
 * @param {boolean} [wishes.liveRestore] whether apps are to go on while a Docker that is installed or started here is away
 * @param {boolean} [wishes.settings] whether to check a server's settings in the environment before the long steps
 * @returns {Promise<{ caddyBin: string, stopDocker: () => Promise<void> }>} stopDocker stops only what was started here
 */
export async function setUp(wishes) {
  const { folder, caddyFolder, otherCaddies, alsoNeeded = [], docker = true, settings = false } = wishes;
  const { step } = createPrinter();
  return inTurn(async () => {
    await step("Node", () => checkNode());
    if (settings) await readSettings(root);
    const { machine, endpoint, packages } = await survey({ caddyFolder, alsoNeeded, docker });
    await step("npm packages", (announce) => installPackages(root, announce));
    await step("Code", (announce) => build(root, announce));
    if (settings) await readSettings(root);
    const liveRestore = wishes.liveRestore === true && mayLiveRestore();
    const installsDocker = packages.includes("docker.io");
    if (liveRestore && installsDocker) await writeLiveRestore();
    await step("Debian packages", (announce) => installDebianPackages(packages, machine, announce));
    await mkdir(folder, { recursive: true, mode: 0o700 });
    const caddy = await step("Caddy", (announce) =>
      provideCaddy({ folder: caddyFolder, others: otherCaddies }, announce),
    );
    await step("Kernel", () => keepWaitingConnections());
    if (!docker) return { caddyBin: caddy.bin, stopDocker: async () => {} };
    const daemon = { endpoint, machine, folder, liveRestore: liveRestore && !installsDocker };
    const { stop } = await step("Docker", (announce) => provideDocker(daemon, announce));
    return { caddyBin: caddy.bin, stopDocker: stop };
  });
}

/** Sets up what is needed to run the server's code without Docker or Caddy. */
export async function setUpCode() {
  const { step } = createPrinter();
  await inTurn(async () => {
    await step("Node", () => checkNode());
    await step("npm packages", (announce) => installPackages(root, announce));
    await step("Code", (announce) => build(root, announce));
  });
}

/** Sets up what the linter and the type checker need. */
export async function setUpPackages() {
  const { step } = createPrinter();
  await inTurn(() => step("npm packages", (announce) => installPackages(root, announce)));
}

/** Checks everything before it changes anything, so that all problems that need the user are shown at once. */
async function survey({ caddyFolder, alsoNeeded, docker }) {
  const machine = await lookAtMachine();
  const endpoint = dockerEndpoint();
  const { version, reason } = docker && endpoint.askable ? await askDocker(endpoint) : { version: "unknown" };
  const startsDocker = endpoint.local && reason === "silent";
  const hasCaddy = (await findCaddy(caddyFolder)) !== null;
  const packages = await missingPackages([
    ...alwaysNeeded,
    ...(startsDocker ? neededForDocker : []),
    ...(hasCaddy || !machine.hasApt ? [] : [archiveKey]),
    ...alsoNeeded,
  ]);
  const hasDaemon = (await findCommand("dockerd")) !== null;
  const answer = version ? "answers" : reason;
  const todo = instructions({ machine, packages, endpoint, docker: answer, hasDaemon, hasCaddy });
  if (todo) throw new SetUpProblem(todo);
  return { machine, endpoint, packages };
}

async function inTurn(work) {
  const release = await takeTurn(() =>
    process.stdout.write("  … another set-up is running on this machine; waiting\n"),
  );
  try {
    return await work();
  } finally {
    release();
  }
}

/** The usual wishes: those of a server that keeps its data in BATON_DATA. */
export const serverWishes = () => ({
  folder: dataFolder(),
  caddyFolder: `${dataFolder()}/bin`,
  otherCaddies: [`${cacheFolder}/caddy`],
  liveRestore: true,
  settings: true,
});
