import { spawn } from "node:child_process";
import { constants } from "node:fs";
import { access } from "node:fs/promises";
import { delimiter, join } from "node:path";
import { SetUpProblem } from "./console/problem.mjs";

const KEPT_OUTPUT = 64 * 1024;
const SHOWN_LINES = 15;

/** Folders of system programs, which are usually on the path of root only. */
const systemFolders = ["/usr/local/sbin", "/usr/sbin", "/sbin"];

/** Returns the path for looking up programs: the account's own folders, then the system's. */
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
 * Runs a program to completion, without standard input and without a shell. `code` is null when it could not be started
 * or was killed. `output` is the end of its stdout and stderr.
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

/** Like `run`, but throws a SetUpProblem with the program's output unless it succeeds. */
export async function mustRun(command, args, options) {
  const { code, output } = await run(command, args, options);
  if (code !== 0) {
    throw new SetUpProblem(`This failed: ${[command, ...args].join(" ")}\n\n${indent(firstAndLastLines(output))}`);
  }
  return output;
}

/** Shortens output. Programs usually report the error first and finish with what they were doing. */
export const firstAndLastLines = (text) => {
  const lines = text.trim().split("\n");
  if (lines.length <= SHOWN_LINES) return lines.join("\n");
  const half = Math.floor(SHOWN_LINES / 2);
  return [...lines.slice(0, half), "…", ...lines.slice(-half)].join("\n");
};

export const lastLines = (text, count = SHOWN_LINES) => text.trimEnd().split("\n").slice(-count).join("\n");

export const indent = (text) => text.replace(/^(?=.)/gm, "    ");
