// npm run bench: sets up what the measurements need, makes them one after another, and prints one table.
//   --only push          only test/bench/push.bench.ts
//   --against FILE       next to the figures of an earlier run (each writes .bench/<its date>.json)

import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { constants, cpus, loadavg, release, totalmem } from "node:os";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { figuresOf, tableOf } from "./bench/table.mjs";
import { main, SetUpProblem } from "./set-up/console/problem.mjs";
import { root } from "./set-up/places.mjs";

const suffix = ".bench.ts";
const benchFolder = join(root, ".bench");

await main(async () => {
  const { only, against } = readArguments();
  const before = against === undefined ? null : readRun(against);
  mkdirSync(benchFolder, { recursive: true });
  const folder = mkdtempSync(join(benchFolder, "run-"));
  const machine = describeMachine();
  try {
    process.exitCode = await measure(only, folder);
    const results = Object.assign({}, ...jsonFilesIn(folder).map(figuresOf));
    if (Object.keys(results).length === 0) return;
    const at = new Date().toISOString();
    const file = join(benchFolder, `${at.slice(0, 19).replaceAll(":", "-")}.json`);
    writeFileSync(file, `${JSON.stringify({ at, commit: commitNow(), machine, results }, null, 2)}\n`);
    process.stdout.write(`\n${tableOf(results, before)}\n\nwritten to ${file}\n`);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

async function measure(only, folder) {
  const files = only === undefined ? [] : [`test/bench/${only}${suffix}`];
  const child = spawn(process.execPath, [join(root, "bin/test.mjs"), "--config", "vitest.bench.config.ts", ...files], {
    cwd: root,
    env: { ...process.env, BATON_BENCH_FOLDER: folder },
    stdio: ["ignore", "inherit", "inherit"],
  });
  // Ctrl-C reaches the child as well, which cleans up; this process waits for that.
  for (const name of ["SIGINT", "SIGTERM"]) process.on(name, () => name === "SIGTERM" && child.kill(name));
  const [code, signal] = await once(child, "exit");
  return code ?? 128 + constants.signals[signal];
}

function describeMachine() {
  const [cpu] = cpus();
  return {
    cores: cpus().length,
    processor: cpu?.model.trim() ?? "",
    memoryMb: Math.round(totalmem() / 1_000_000),
    kernel: release(),
    node: process.version,
    loadBefore: loadavg()[0],
  };
}

function commitNow() {
  try {
    return execFileSync("git", ["rev-parse", "--short", "HEAD"], { cwd: root, encoding: "utf8" }).trim();
  } catch {
    return null;
  }
}

function jsonFilesIn(folder) {
  return readdirSync(folder)
    .filter((name) => name.endsWith(".json"))
    .sort()
    .map((name) => JSON.parse(readFileSync(join(folder, name), "utf8")));
}

function readRun(file) {
  try {
    const figures = figuresOf(JSON.parse(readFileSync(resolve(file), "utf8")));
    if (Object.values(figures).every((some) => typeof some === "object")) return figures;
  } catch {
    // It is missing or holds something else.
  }
  throw new SetUpProblem(`${file} has no figures of an earlier run: npm run bench writes them to .bench/.`);
}

function readArguments() {
  const names = readdirSync(join(root, "test/bench"))
    .filter((name) => name.endsWith(suffix))
    .map((name) => name.slice(0, -suffix.length));
  const accepted = `Accepted are --only NAME (${names.join(", ")}) and --against FILE.`;
  try {
    const { values } = parseArgs({ options: { only: { type: "string" }, against: { type: "string" } } });
    if (values.only === undefined || names.includes(values.only)) return values;
  } catch (error) {
    throw new SetUpProblem(`${error.message}\n\n${accepted}`);
  }
  throw new SetUpProblem(`There is no such measurement. ${accepted}`);
}
