import { describe, expect, it } from "vitest";
import { readManifest } from "../../../builder/manifest/manifest.ts";
import { PlanProblem } from "../../../builder/plan/plan.ts";
import { tree } from "../tree.ts";

const read = (text: string) => readManifest(tree({ "baton.yaml": text }));

async function refusal(text: string): Promise<string> {
  const error = await read(text).catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(PlanProblem);
  return error instanceof Error ? error.message : "";
}

describe("baton.yaml", () => {
  it("is optional", async () => {
    expect(await readManifest(tree({ "index.html": "" }))).toBeNull();
  });

  it("may say nothing of a stack but its name", async () => {
    expect(await read("stacks: { web: {} }")).toMatchObject([{ name: "web", path: "", port: undefined, health: {} }]);
  });

  it("may be called baton.yml", async () => {
    expect(await readManifest(tree({ "baton.yml": "stacks: { web: {} }" }))).toHaveLength(1);
  });

  it("is refused with its line when it is not YAML", async () => {
    expect(await refusal("stacks:\n  web:\n    port: [80\n")).toMatch(
      /^baton\.yaml, line \d: a \{ or \[ is opened and never closed$/,
    );
  });

  it.each([
    ["", "baton.yaml: it names no stack"],
    ["- web", "baton.yaml: it names no stack"],
    ["stacks: {}", "baton.yaml, line 1: stacks names no stack"],
    [
      "stacks:\n  Web_1: {}",
      "baton.yaml, line 2: stacks.Web_1 is not a valid name: use at most 40 lower-case letters, digits and single hyphens",
    ],
    ["stacks:\n  web:\n    prot: 80", 'baton.yaml, line 3: unknown key "prot" in stacks.web'],
    ["stacks:\n  web:\n    health:\n      paht: /", 'baton.yaml, line 4: unknown key "paht" in stacks.web.health'],
    ["stacks:\n  web:\n    port: eighty", "baton.yaml, line 3: stacks.web.port must be a whole number from 1 to 65535"],
    ["stacks:\n  web:\n    port: 70000", "baton.yaml, line 3: stacks.web.port must be a whole number from 1 to 65535"],
    ["stacks:\n  web:\n    kind: http", "baton.yaml, line 3: stacks.web.kind must be web, tcp, worker or init"],
    [
      "stacks:\n  web:\n    command: node x",
      'baton.yaml, line 3: stacks.web.command must be a list of words such as ["node", "server.js"]',
    ],
    [
      "stacks:\n  web:\n    health: { timeout: 90 }",
      "baton.yaml, line 3: stacks.web.health.timeout must be a duration such as 500ms, 5s or 10m",
    ],
    [
      "stacks:\n  web:\n    health: { timeout: 5 minutes }",
      "baton.yaml, line 3: stacks.web.health.timeout must be a duration such as 500ms, 5s or 10m",
    ],
    [
      "stacks:\n  web:\n    health: { path: ready }",
      "baton.yaml, line 3: stacks.web.health.path must be a path that begins with a slash",
    ],
    ["stacks:\n  web:\n    memory: lots", "baton.yaml, line 3: stacks.web.memory must be a size such as 512m or 1g"],
    ["stacks:\n  web:\n    path: ../other", "baton.yaml, line 3: stacks.web.path must be a path inside the repository"],
    ["stacks:\n  web:\n    path: /etc", "baton.yaml, line 3: stacks.web.path must be a path inside the repository"],
    [
      "stacks:\n  web:\n    compose: compose.yaml\n    port: 80",
      "baton.yaml, line 4: stacks.web.port cannot be combined with compose: set it in the compose file, under x-baton if Compose has no key for it",
    ],
    [
      "stacks:\n  web:\n    compose: ../compose.yaml",
      "baton.yaml, line 3: stacks.web.compose must be a path inside the repository",
    ],
    [
      "stacks:\n  web:\n    volumes: [/data]",
      "baton.yaml, line 3: stacks.web.volumes must hold a folder for each name, such as { uploads: /data }",
    ],
    [
      "stacks:\n  web:\n    volumes: { data: data }",
      "baton.yaml, line 3: stacks.web.volumes.data must be an absolute path such as /data, outside /proc and /sys",
    ],
    [
      "stacks:\n  web:\n    volumes: { data: / }",
      "baton.yaml, line 3: stacks.web.volumes.data must be an absolute path such as /data, outside /proc and /sys",
    ],
    [
      "stacks:\n  web:\n    volumes: { data: /a/../b }",
      "baton.yaml, line 3: stacks.web.volumes.data must be an absolute path such as /data, outside /proc and /sys",
    ],
    [
      "stacks:\n  web:\n    volumes: { data: /proc/sys }",
      "baton.yaml, line 3: stacks.web.volumes.data must be an absolute path such as /data, outside /proc and /sys",
    ],
    [
      "stacks:\n  web:\n    volumes: { a/b: /data }",
      "baton.yaml, line 3: stacks.web.volumes.a/b is not a valid volume name: use letters, digits, dots, underscores and hyphens",
    ],
    [
      "stacks:\n  web:\n    volumes: { a: /data, b: /data/ }",
      "baton.yaml, line 3: stacks.web.volumes mounts two volumes in one folder",
    ],
    [
      "stacks:\n  web:\n    domains: [Shop.example.com]",
      "baton.yaml, line 3: stacks.web.domains.0 must be a host name in lower case, such as shop.example.com",
    ],
    [
      "stacks:\n  web:\n    processes: web",
      "baton.yaml, line 3: stacks.web.processes must be a list of process types such as [web, worker]",
    ],
    ["stacks:\n  web:\n    strategy: canary", "baton.yaml, line 3: stacks.web.strategy must be blue-green or recreate"],
    ["stacks:\n  web:", "baton.yaml, line 2: stacks.web must hold keys such as path and port; {} will do"],
  ])("is refused: %j", async (text, message) => {
    expect(await refusal(text)).toBe(message);
  });

  it("is refused with a line for each thing that is wrong", async () => {
    const problem = await read("stacks:\n  web:\n    port: 0\n    memory: 1\n    colour: red").catch((error) => error);
    expect(problem.message).toBe(
      "3 problems prevent this deployment. The first: baton.yaml, line 3: stacks.web.port must be a whole number from 1 to 65535",
    );
    expect(problem.hint.split("\n")).toEqual([
      "baton.yaml:3: stacks.web.port must be a whole number from 1 to 65535",
      "baton.yaml:4: stacks.web.memory must be a size such as 512m or 1g",
      'baton.yaml:5: unknown key "colour" in stacks.web',
    ]);
  });

  it("has stacks of two sorts, in its order", async () => {
    const text = "stacks:\n  back:\n    compose: ./back/compose.yaml\n  front: { path: front }";
    expect(await read(text)).toMatchObject([
      { type: "compose", name: "back", file: "back/compose.yaml", at: { file: "baton.yaml", line: 2 } },
      { type: "folder", name: "front", path: "front", at: { file: "baton.yaml", line: 4 } },
    ]);
  });

  it("is not brought down by aliases that multiply", async () => {
    const levels = Array.from(
      { length: 12 },
      (_, n) =>
        `a${n}: &a${n} [${Array(9)
          .fill(n ? `*a${n - 1}` : "x")
          .join(", ")}]`,
    );
    const text = `${levels.join("\n")}\nstacks: { web: {} }`;
    expect(await refusal(text)).toMatch(/^baton\.yaml: it cannot be read: Excessive alias count/);
  });
});
