import { describe, expect, it } from "vitest";
import { crashCause } from "../../../server/rules/diagnosis/crash-cause.ts";

describe("why an app crashed, by its last lines", () => {
  it.each([
    [
      "Error: Cannot find module 'dotenv/config'",
      /^The package dotenv is not in the image\. .*devDependencies aren't installed/,
    ],
    [
      "Error [ERR_MODULE_NOT_FOUND]: Cannot find package '@scope/a' imported from /app/b.js",
      /^The package @scope\/a is/,
    ],
    ["Error: Cannot find module '/app/dist/server.js'", /^\/app\/dist\/server\.js is not in the image/],
    ["Error: Cannot find module './Routes'", /^\.\/Routes is not in the image.*the case of a letter differs/],
    [
      "Error: connect ECONNREFUSED 127.0.0.1:27017",
      /connect to localhost:27017, but nothing runs there inside its container/,
    ],
    [
      "MongoServerSelectionError: connect ECONNREFUSED ::1:27017, connect ECONNREFUSED 127.0.0.1:27017",
      /localhost:27017/,
    ],
    ["dial tcp 127.0.0.1:5432: connect: connection refused", /localhost:5432/],
    ["Error: getaddrinfo ENOTFOUND postgres", /^The app tries to reach postgres, but/],
    ["node: .env: not found", /^The start command reads \.env, .*--env-file-if-exists/],
    [
      "Error: querySrv ENOTFOUND _mongodb._tcp.cluster0.example.net",
      /^The app tries to reach cluster0\.example\.net, but/,
    ],
    [
      "Error: EACCES: permission denied, mkdir '/data/uploads'",
      /^The app isn't allowed to write to \/data\/uploads.*volumes:/,
    ],
    ["Error: DATABASE_URL is not set", /^Set DATABASE_URL on the product's Variables page/],
  ])("is told from %s", (line, hint) => {
    expect(crashCause(["starting", line, "    at node:internal"])).toMatch(hint);
  });

  it("is not guessed", () => {
    expect(crashCause(["TypeError: Cannot read properties of undefined (reading 'a')"])).toBeNull();
  });
});
