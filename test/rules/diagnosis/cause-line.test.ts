import { expect, it, test } from "vitest";
import { causeLine, withCause } from "../../../server/rules/diagnosis/cause-line.ts";

test.each([
  [
    "Node",
    [
      "/app/server.js:3",
      "    throw new Error('x')",
      "Error: DATABASE_URL is not set",
      "    at Object.<anonymous> (/app/server.js:3:9)",
      "Node.js v22.0.0",
    ],
    "Error: DATABASE_URL is not set",
  ],
  [
    "Python",
    ["Traceback (most recent call last):", '  File "app.py", line 1, in <module>', "KeyError: 'DATABASE_URL'"],
    "KeyError: 'DATABASE_URL'",
  ],
  [
    "a Python library",
    ["Traceback (most recent call last):", "psycopg2.OperationalError: connection refused"],
    "psycopg2.OperationalError: connection refused",
  ],
  ["Go", ["panic: no PORT", "", "goroutine 1 [running]:"], "panic: no PORT"],
  [
    "the Go compiler",
    ["# app", "./main.go:4:2: undefined: x", "./main.go:9:2: undefined: y"],
    "./main.go:4:2: undefined: x",
  ],
  [
    "TypeScript",
    ["src/a.ts(1,7): error TS2322: Type 'string' is not assignable to type 'number'.", "npm error code 2"],
    "TS2322: Type 'string' is not assignable to type 'number'.",
  ],
  [
    "Java",
    [
      'Exception in thread "main" java.lang.RuntimeException: x',
      "\tat Main.main(Main.java:3)",
      "Caused by: java.io.IOException: no config",
    ],
    "Caused by: java.io.IOException: no config",
  ],
  [
    "Ruby",
    ['app.rb:2:in `fetch\': key not found: "DB" (KeyError)'],
    'app.rb:2:in `fetch\': key not found: "DB" (KeyError)',
  ],
  [
    "a check of variables",
    ["booting", "Missing required environment variable: STRIPE_KEY"],
    "Missing required environment variable: STRIPE_KEY",
  ],
  [
    "an error after a variable that has a default",
    ["Missing environment variable LOG_LEVEL, using info", "fatal: cannot bind"],
    "fatal: cannot bind",
  ],
  ["a shell", ["sh: wget: not found"], "sh: wget: not found"],
  [
    "Node, with a cause",
    [
      "Error: Cannot find module @rollup/rollup-linux-x64-gnu. npm has a bug related to optional dependencies.",
      "  [cause]: Error: Cannot find module '@rollup/rollup-linux-x64-gnu'",
      "  Require stack:",
    ],
    "Error: Cannot find module '@rollup/rollup-linux-x64-gnu'",
  ],
  ["Node, with properties", ["AppError: no port {", "  code: 'E_PORT'"], "AppError: no port"],
  [
    "nginx",
    ['2026/01/01 00:00:00 [emerg] 1#1: unknown directive "x" in /etc/nginx/nginx.conf:3'],
    '[emerg] 1#1: unknown directive "x" in /etc/nginx/nginx.conf:3',
  ],
  [
    "a database",
    ['2026-01-01 UTC [1] FATAL:  password authentication failed for user "app"'],
    'FATAL: password authentication failed for user "app"',
  ],
  ["colours", ["\u001b[31mError: \u001b[1mno\u001b[0m"], "Error: no"],
  ["nothing", ["listening on 3000", "0 errors"], null],
])("the cause is the line that says why: %s", (_of, lines, cause) => {
  expect(causeLine(lines)).toBe(cause);
});

const failure = {
  stage: "health",
  service: "web",
  message: "web crashed 4 times on startup (exit code 1)",
  hint: null,
  lastLines: ["Error: DATABASE_URL is not set"],
  exitCode: 1,
  outOfMemory: false,
  lastProbe: null,
} as const;

it("stands in the sentence of a crash, once", () => {
  const explained = withCause(failure);
  expect(explained.message).toBe("web crashed 4 times on startup (exit code 1): Error: DATABASE_URL is not set");
  expect(withCause(explained)).toEqual(explained);
});

it("is not looked for where no program failed by itself", () => {
  const message = "nothing listens on port 3000";
  expect(withCause({ ...failure, message }).message).toBe(message);
  expect(withCause({ ...failure, message: "web exited with code 137", outOfMemory: true }).message).not.toContain(
    "Error",
  );
});
