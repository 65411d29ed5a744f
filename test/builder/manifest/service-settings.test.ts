import { describe, expect, it } from "vitest";
import { planTree } from "../../../builder/plan/plan-tree.ts";
import { nothingSet, type ServiceSettings } from "../../../server/model/service-settings.ts";
import { tree } from "../tree.ts";

const mebibyte = 1024 ** 2;

function plan(
  files: Readonly<Record<string, string>>,
  settings: Readonly<Record<string, Partial<ServiceSettings>>> = {},
) {
  const all = Object.entries(settings).map(([name, changes]) => [name, { ...nothingSet, ...changes }] as const);
  return planTree(tree(files), { healthTimeoutMs: 90_000, variables: {}, settings: new Map(all) });
}

const everything: ServiceSettings = {
  path: "/set",
  intervalMs: 2000,
  tryTimeoutMs: 3000,
  timeoutMs: 240_000,
  successes: 7,
  memoryBytes: 256 * mebibyte,
  cpus: 0.25,
};

describe("what is set beside the repository", () => {
  it("counts where the repository says nothing, and the log says so", async () => {
    const { stacks, decisions } = await plan({ "index.html": "" }, { web: everything });
    expect(stacks[0]?.services[0]).toMatchObject({
      health: { path: "/set", intervalMs: 2000, tryTimeoutMs: 3000, timeoutMs: 240_000, successes: 7 },
      limits: { memoryBytes: 256 * mebibyte, pids: 512, cpus: 0.25 },
      settings: { set: everything, inRepository: [] },
    });
    expect(decisions.slice(-7)).toEqual([
      "web: health path /set (settings)",
      "web: a check at least every 2s (settings)",
      "web: 3s for one check (settings)",
      "web: healthy within 4m (settings)",
      "web: 7 checks in a row (settings)",
      "web: at most 256m of memory (settings)",
      "web: at most 0.25 CPUs (settings)",
    ]);
  });

  it("gives way, thing by thing, to what baton.yaml says", async () => {
    const manifest = "stacks: { shop: { health: { path: /ready, successes: 1 }, memory: 2g } }";
    const { stacks, decisions } = await plan(
      { "index.html": "", "baton.yaml": manifest },
      { shop: { path: "/set", timeoutMs: 60_000, memoryBytes: 256 * mebibyte } },
    );
    expect(stacks[0]?.services[0]).toMatchObject({
      health: { path: "/ready", timeoutMs: 60_000, successes: 1 },
      limits: { memoryBytes: 2048 * mebibyte },
      settings: { inRepository: ["path", "successes", "memoryBytes"] },
    });
    expect(decisions.slice(-3)).toEqual([
      "shop: health path /ready (the repository sets it, which takes precedence over the settings)",
      "shop: healthy within 1m (settings)",
      "shop: at most 2g of memory (the repository sets it, which takes precedence over the settings)",
    ]);
  });

  it("gives way to x-baton and to limits in a compose file, and is stronger than the patience of its health check", async () => {
    const compose = `services:
  web:
    image: baton/static:1
    ports: ["80"]
    mem_limit: 64m
    healthcheck: { test: [CMD, "true"], interval: 60s, retries: 10 }
    x-baton: { health: { path: /ready } }
  worker:
    image: baton/static:1
`;
    const { stacks } = await plan({ "compose.yaml": compose }, { web: everything, worker: { cpus: 2 } });
    const [web, worker] = stacks[0]?.services ?? [];
    expect(web).toMatchObject({
      health: { path: "/ready", timeoutMs: 240_000, successes: 7 },
      limits: { memoryBytes: 64 * mebibyte, cpus: 0.25 },
      settings: { inRepository: ["path", "memoryBytes"] },
    });
    expect(worker).toMatchObject({ limits: { memoryBytes: 1024 * mebibyte, cpus: 2 } });
  });

  it("waits where there is no such service", async () => {
    const { decisions } = await plan({ "index.html": "" }, { api: { successes: 1 } });
    expect(decisions.at(-1)).toBe("The settings of api are not applied: this version has no such service");
  });

  it("is nothing where nothing is set", async () => {
    const { stacks } = await plan({ "index.html": "" });
    expect(stacks[0]?.services[0]?.settings).toEqual({ set: nothingSet, inRepository: [] });
  });
});
