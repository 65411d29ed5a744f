// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the inputs have variables in them
import { Readable } from "node:stream";
import fc from "fast-check";
import { expect, it } from "vitest";
import { PlanProblem } from "../../builder/plan/plan.ts";
import { readEvent } from "../../server/forge/github/events.ts";
import { readPush } from "../../server/git/receive/read-push.ts";
import { BadPush } from "../../server/ports/git.ts";
import { readPastedVariables } from "../../server/rules/settings/pasted-variables.ts";
import { spansOf } from "../../views/text/terminal-text.ts";
import { plan } from "../builder/tree.ts";
import { fuzz, testTimeoutMs, text, value, withinLimit } from "./fuzzing.ts";
import { pushPackets } from "./packets.ts";

/** Lines and words of real files, so that inputs come past the first check. */
const words: Readonly<Record<string, readonly string[]>> = {
  "compose.yaml": [
    ...[
      "services:",
      "\n  web:",
      "\n    image: nginx",
      "\n    build: .",
      "\n    ports: ['80:80']",
      "\n    environment:",
    ],
    ...[
      "\n      A: ${B:-${C}}",
      "\n    volumes: [data:/x]",
      "\nvolumes: {data: }",
      "&a ",
      "*a",
      "<<: *a",
      "\n    x-baton: {",
    ],
    ...[
      "\n    depends_on: [web]",
      "\n    healthcheck: {test: x, interval: 1s}",
      "\n    extends: web",
      "!!binary ",
      "? ",
    ],
  ],
  "baton.yaml": [
    "stacks:",
    "\n  a: {",
    "path: a",
    "compose: compose.yaml",
    ", ",
    "}",
    "\n  b:",
    "port: 3000",
    "replicas: 3",
  ],
  Dockerfile: [
    ...[
      "FROM node:22",
      "\nFROM a AS b",
      "\nARG X=${Y:-z}",
      "\nRUN <<EOF\n",
      "\nEOF",
      "\nCOPY --from=b / /",
      "\\\n",
      "# syntax=x\n",
    ],
    ...[
      "\nADD http://x/ /",
      '\nCMD ["a"]',
      "\nEXPOSE 80/tcp",
      "\nENV A=$B",
      "\nRUN --mount=type=cache,target=/x y",
      "# escape=`\n",
    ],
  ],
  Procfile: ["web: ", "node x.js", "\nworker: ", "A=1 ", "'", '"', "\\", " && ", "$PORT", "\nrelease: "],
  "app.json": [
    '{"scripts":',
    '{"dokku":{"predeploy":',
    '"a"',
    "}",
    "[",
    "{",
    ":",
    ",",
    '"healthchecks"',
    '{"web":[{"path":"/"}]}',
    "//",
  ],
  ".env": ["A=", "B='", '"', "\n", "export ", "# x", "${A}", "$", "\\n", "${A:-", "}", "\r\n"],
};

function content(file: string) {
  return fc
    .array(fc.oneof({ weight: 3, arbitrary: fc.constantFrom(...(words[file] ?? [])) }, text))
    .map((parts) => parts.join(""));
}

const repository = fc
  .dictionary(fc.constantFrom(...Object.keys(words)), fc.noShrink(fc.constant(0)), { minKeys: 1 })
  .chain((names) => fc.record(Object.fromEntries(Object.keys(names).map((name) => [name, content(name)]))));

/** Control characters other than tab, unpaired surrogates, and what turns the direction of text. */
const forbidden = /(?!\t)\p{Cc}|\p{Surrogate}|\u202e/u;

/** Lets pass what the caller words for the user; anything else is a crash. */
async function orProblem(call: () => unknown, isProblem: (error: unknown) => boolean) {
  try {
    await withinLimit(call);
  } catch (error) {
    if (!isProblem(error)) throw error;
  }
}

it("each repository gets a plan or a problem in words", { timeout: testTimeoutMs }, async () => {
  await fuzz("repositories", repository, 1_000, (files) =>
    orProblem(
      () => plan(files, { B: "b" }),
      (error) => error instanceof PlanProblem,
    ),
  );
});

it("each pasted .env gets values or faults", { timeout: testTimeoutMs }, async () => {
  await fuzz(".env files", content(".env"), 1_000, (pasted) =>
    orProblem(
      () => readPastedVariables(pasted),
      () => false,
    ),
  );
  expect(Object.getPrototypeOf({})).toBe(Object.prototype);
});

it("each line of a log becomes spans without control characters", { timeout: testTimeoutMs }, async () => {
  const sequences = [
    "\x1b[",
    "\x1b]8;;javascript:x",
    "\x07",
    "\x1b\\",
    "31;1",
    ";",
    "m",
    "K",
    "\x9b",
    "\r",
    "\n",
    "\x1b[0m",
  ];
  const line = fc
    .array(fc.oneof(fc.constantFrom(...sequences), text), { maxLength: 30 })
    .map((parts) => parts.join(""));
  await fuzz("logs", fc.array(line, { maxLength: 4 }), 1_000, async (lines) => {
    const spans = await withinLimit(() => spansOf(lines));
    const shown = spans.flat().map((span) => span.text + span.classes);
    expect(shown.filter((one) => forbidden.test(one))).toEqual([]);
  });
});

it("each delivery of a webhook is read or refused", { timeout: testTimeoutMs }, async () => {
  const key = fc.constantFrom(
    "ref",
    "before",
    "after",
    "repository",
    "deleted",
    "head_commit",
    "action",
    "number",
    "__proto__",
  );
  const names = fc.constantFrom("push", "ping", "delete", "pull_request", "__proto__");
  await fuzz("deliveries", fc.tuple(names, fc.oneof(fc.dictionary(key, value), value)), 1_000, ([name, body]) =>
    orProblem(
      () => readEvent(name, body),
      (error) => (error as Error).constructor.name === "UnreadableDelivery",
    ),
  );
});

it("each push is read or refused", { timeout: testTimeoutMs }, async () => {
  await fuzz("pushes", pushPackets, 1_000, (sent) =>
    orProblem(
      () => readPush(Readable.from(sent, { objectMode: false })),
      (error) => error instanceof BadPush,
    ),
  );
});
