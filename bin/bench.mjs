// npm run bench: sets up what the measurements need and makes them, one after another.
//   --only push          only test/bench/push.bench.ts
//   --against FILE       next to the figures of an earlier run (.bench/push.json is written by each)

import { spawn } from "node:child_process";
import { once } from "node:events";
import { readdirSync } from "node:fs";
import { constants } from "node:os";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { main, SetUpProblem } from "./set-up/console/problem.mjs";
import { root } from "./set-up/places.mjs";

const suffix = ".bench.ts";

await main(async () => {
  const { only, against } = readArguments();
  const child = spawn(
    process.execPath,
    [
      join(root, "bin/test.mjs"),
      "--config",
      "vitest.bench.config.ts",
      ...(only ? [`test/bench/${only}${suffix}`] : []),
    ],
    {
      cwd: root,
      env: { ...process.env, ...(against && { BATON_BENCH_AGAINST: resolve(against) }) },
      stdio: ["ignore", "inherit", "inherit"],
    },
  );
  // Ctrl-C reaches the child as well, which cleans up; this process waits for that.
  for (const name of ["SIGINT", "SIGTERM"]) process.on(name, () => name === "SIGTERM" && child.kill(name));
  const [code, signal] = await once(child, "exit");
  process.exitCode = code ?? 128 + constants.signals[signal];
});

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
