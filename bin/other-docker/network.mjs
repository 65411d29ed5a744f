import { spawn } from "node:child_process";
import { once } from "node:events";
import { SetUpProblem } from "../set-up/console/problem.mjs";
import { indent, lastLines, searchPath } from "../set-up/run.mjs";

/** @type {import("../set-up/packages/debian.mjs").Need} */
export const slirp = { package: "slirp4netns", sign: "slirp4netns" };

/**
 * Gives the network namespace of a process a way out that needs nothing on the host: a network stack in a program, which
 * opens the connections as its own.
 *
 * @returns {Promise<{ stop: () => Promise<void> }>}
 */
export async function connectToNetwork(pid) {
  const options = ["--configure", "--mtu=65520", "--disable-host-loopback", "--ready-fd=3", "--exit-fd=4"];
  const target = ["--netns-type=path", `/proc/${pid}/ns/net`, "tap0"];
  const child = spawn("slirp4netns", [...options, ...target], {
    env: { ...process.env, PATH: searchPath() },
    // It ends when the last pipe closes, and so with this process.
    stdio: ["ignore", "pipe", "pipe", "pipe", "pipe"],
  });
  let said = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (text) => {
      said = `${said}${text}`.slice(-4_000);
    });
  }
  const ended = Promise.race([once(child, "exit"), once(child, "error")]);
  const failed = ended.then(() => {
    throw new SetUpProblem(`slirp4netns cannot connect Docker to the network:\n\n${indent(lastLines(said))}`);
  });
  failed.catch(() => {});
  child.stdio[4].on("error", () => {});
  await Promise.race([once(child.stdio[3], "data"), failed]);
  return {
    async stop() {
      child.kill();
      await ended;
    },
  };
}
