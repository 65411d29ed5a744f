import { describe, expect, it } from "vitest";
import { plan } from "../tree.ts";

const nothing = "Dockerfile has no CMD and no ENTRYPOINT, so nothing says what to start";

describe("a Dockerfile without CMD and ENTRYPOINT", () => {
  it("is refused where its base is empty", async () => {
    await expect(plan({ Dockerfile: "FROM scratch\nCOPY a /a" })).rejects.toThrow(nothing);
    const inCompose = {
      "compose.yaml": "services:\n  web:\n    build: .\n    ports: [3000]",
      Dockerfile: "FROM scratch",
    };
    await expect(plan(inCompose)).rejects.toThrow(`compose.yaml, line 2: services.web.build: ${nothing}`);
  });

  it("is warned of where its base starts only a prompt", async () => {
    const { warnings } = await plan({ Dockerfile: "FROM node:22 AS base\nFROM base\nCOPY . ." });
    expect(warnings).toEqual([
      'Dockerfile has no CMD and no ENTRYPOINT, and the default command of node:22 exits at once. Add a CMD to it, such as CMD ["node", "server.js"], or set command: in the compose file or baton.yaml.',
    ]);
  });

  it.each([
    ['FROM scratch\nENTRYPOINT ["/a"]'],
    ["FROM node:22 AS base\nCMD node a.js\nFROM base"],
    ["FROM nginx\nCOPY . /usr/share/nginx/html"],
    ["ARG BASE=node:22\nFROM $BASE"],
  ])("is left alone where it says what to start, or its base may: %j", async (Dockerfile) => {
    expect((await plan({ Dockerfile })).warnings).toEqual([]);
  });

  it("is left alone where somebody else says what to start", async () => {
    const named = await plan({ Dockerfile: "FROM scratch", "baton.yaml": 'stacks: { web: { command: ["/a"] } }' });
    expect(named.warnings).toEqual([]);
    const composed = {
      "compose.yaml": "services: { web: { build: ., command: /a, ports: [80] } }",
      Dockerfile: "FROM scratch",
    };
    expect((await plan(composed)).warnings).toEqual([]);
  });
});
