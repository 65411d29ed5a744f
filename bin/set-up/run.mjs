import { spawn } from "node:child_process";
import { constants } from "node:fs";
import { access } from "node:fs/promises";
import { delimiter, join } from "node:path";
import { SetUpProblem } from "./console/problem.mjs";

const KEPT_OUTPUT = 64 * 1024;
const SHOWN_LINES = 15;

/** Where system programs live; accounts other than root seldom have them on their path. */
const systemFolders = ["/usr/local/sbin", "/usr/sbin", "/sbin"];

/** The path to look programs up on: the account's own, then the system's. */
export function searchPath(env = process.env) {
  const folders = (env.PATH ?? "").split(delimiter).filter(Boolean);
  return [...folders, ...systemFolders.filter((folder) => !folders.includes(folder))].join(delimiter);
}

/** @returns {Promise<string | null>} where the program is */
export async function findCommand(name, env = process.env) {
  for (const folder of searchPath(env).split(delimiter)) {
    const candidate = join(folder, name);
    const executable = await access(candidate, constants.X_OK).then(
      () => true,
      () => false,
    );
    if (executable) return candidate;
  }
  return null;
}

/**
 * Runs a program to its end, without standard input and without a shell. `code` is null when it could not be started
 * or was killed; `output` is the end of what it said on stdout and stderr.
 *
 * @returns {Promise<{ code: number | null, output: string }>}
 */
export function run(command, args, { cwd, env = {} } = {}) {
  return new Promise((resolve) => {
    let output = "";
    const keep = (text) => {
      output = (output + text).slice(-KEPT_OUTPUT);
    };
    const child = spawn(command, args, {
      cwd,
      env: { ...process.env, PATH: searchPath(), ...env },
      stdio: ["ignore", "pipe", "pipe"],
    });
    for (const stream of [child.stdout, child.stderr]) stream.setEncoding("utf8").on("data", keep);
    child.on("error", (error) => resolve({ code: null, output: error.message }));
    child.on("close", (code) => resolve({ code, output }));
  });
}

/** Like run, but anything except success is a problem that shows what the program said. */
export async function mustRun(command, args, options) {
  const { code, output } = await run(command, args, options);
  if (code !== 0) {
    throw new SetUpProblem(`This failed: ${[command, ...args].join(" ")}\n\n${indent(firstAndLastLines(output))}`);
  }
  return output;
}

/** Programs say first what is wrong, and close with what they were about. */
export const firstAndLastLines = (text) => {
  const lines = text.trim().split("\n");
  if (lines.length <= SHOWN_LINES) return lines.join("\n");
  const half = Math.floor(SHOWN_LINES / 2);
  return [...lines.slice(0, half), "…", ...lines.slice(-half)].join("\n");
};

export const lastLines = (text, count = SHOWN_LINES) => text.trimEnd().split("\n").slice(-count).join("\n");

export const indent = (text) => text.replace(/^(?=.)/gm, "    ");
