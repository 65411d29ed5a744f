import { describe, expect, it } from "vitest";
import { plan, plannedService } from "./tree.ts";

const nodeApp = { "package.json": "{}", "server.js": "" };

describe("planning a repository", () => {
  it("prefers a Dockerfile to what could be detected", async () => {
    const { recipe, decisions } = await plannedService({
      ...nodeApp,
      "index.html": "",
      Dockerfile: "FROM node:22-slim",
    });
    expect(recipe.generate).toBeNull();
    expect(recipe.dockerfile).toBe("Dockerfile");
    expect(decisions).toEqual([
      "Building with Dockerfile, on node:22-slim",
      "Port 3000 (default; given to the app as PORT)",
    ]);
  });

  it("prefers a Node app to an index.html beside it", async () => {
    const { recipe } = await plannedService({ ...nodeApp, "index.html": "" });
    expect(recipe.bases).toEqual(["node:22"]);
  });

  it("names the one stack app and its service after its kind", async () => {
    const { stacks } = await plan(nodeApp);
    expect(stacks.map(({ name, services }) => [name, services.map((service) => service.name)])).toEqual([
      ["app", ["web"]],
    ]);
  });

  it("gives a service health, limits and a time to stop", async () => {
    const { service } = await plannedService(nodeApp);
    expect(service).toMatchObject({
      kind: "web",
      port: 3000,
      portDeclared: false,
      command: null,
      environment: {},
      health: { path: "/", intervalMs: 1000, tryTimeoutMs: 5000, timeoutMs: 90_000, successes: 3 },
      stopGraceMs: 10_000,
      limits: { memoryBytes: 1024 ** 3, pids: 512, cpus: null },
    });
  });

  it("takes the stack's folder from baton.yaml, and the Dockerfile in it", async () => {
    const { service, recipe } = await plannedService({
      "baton.yaml": "stacks: { shop-front: { path: ./apps/front/, port: 4000 } }",
      "apps/front/Dockerfile": "FROM scratch",
      "apps/front/.dockerignore": "secret",
      ...nodeApp,
    });
    expect(service.name).toBe("shop-front");
    expect(service).toMatchObject({ port: 4000, portDeclared: true });
    expect(recipe).toMatchObject({ contextFolder: "apps/front", dockerfile: "Dockerfile", ignore: ["secret"] });
  });

  it("lets baton.yaml overrule what was found", async () => {
    const { service, decisions } = await plannedService({
      "baton.yaml": `
        stacks:
          api:
            kind: tcp
            command: [node, "my server.js"]
            health: { path: /ready, interval: 2s, tryTimeout: 500ms, timeout: 5m, successes: 5 }
            memory: 256m
            cpus: 1.5
      `,
      Dockerfile: "FROM scratch\nEXPOSE 5432",
    });
    expect(service).toMatchObject({
      name: "api",
      kind: "tcp",
      port: 5432,
      portDeclared: true,
      command: ["node", "my server.js"],
      health: { path: "/ready", intervalMs: 2000, tryTimeoutMs: 500, timeoutMs: 300_000, successes: 5 },
      limits: { memoryBytes: 256 * 1024 ** 2, cpus: 1.5 },
    });
    expect(decisions).toEqual([
      "Building with Dockerfile",
      "Start: node my server.js (baton.yaml)",
      "Port 5432 (EXPOSE in Dockerfile)",
    ]);
  });

  it("gives a worker no port", async () => {
    const { service } = await plannedService({ "baton.yaml": "stacks: { jobs: { kind: worker } }", ...nodeApp });
    expect(service).toMatchObject({ kind: "worker", port: null, portDeclared: false });
  });

  it("says that a compose file beside the app is not used", async () => {
    const { warnings } = await plan({ ...nodeApp, "compose.yaml": "", "package-lock.json": "" });
    expect(warnings).toEqual(["compose.yaml is not used: Baton does not deploy compose files yet"]);
  });
});

describe("a repository that cannot be planned", () => {
  const problem = (files: Record<string, string>) =>
    plan(files).then(
      () => null,
      (error: Error & { hint?: string }) => error,
    );

  it("is empty", async () => {
    expect((await problem({}))?.message).toBe("the repository of shop holds no files");
  });

  it("holds nothing that is known, which is said with what it does hold", async () => {
    const error = await problem({ "README.md": "", "src/main.c": "", "src/lib.c": "", Makefile: "" });
    expect(error?.message).toBe(
      "nothing in the repository says how to run it: Baton looked for a Dockerfile, a package.json or a server.js (Node), a requirements.txt or pyproject.toml (Python), a go.mod (Go), an index.html (static files; also in public/ or dist/) and a start.sh (shell), and found src/, Makefile and README.md",
    );
    expect(error?.hint).toBe("Add a Dockerfile: whatever it builds can be deployed.");
  });

  it("has its app one folder down, which the hint names", async () => {
    const error = await problem({ "README.md": "", "frontend/package.json": "{}" });
    expect(error?.hint).toBe(
      "If the app is the one in frontend/, say so in a baton.yaml at the root: stacks: { web: { path: frontend } }. Otherwise add a Dockerfile.",
    );
  });

  it("names no more of what it holds than can be read", async () => {
    const names = Array.from({ length: 50 }, (_, index) => [`file-${index}-${"x".repeat(60)}`, ""]);
    const error = await problem(Object.fromEntries(names));
    expect(error?.message).toMatch(/x…, .* and 38 more$/);
    expect(error?.message.length).toBeLessThan(900);
  });

  it.each([
    ["stacks: { web: { path: nowhere } }", "baton.yaml says that web lives in nowhere/, but there is nothing"],
    ["stacks: { web: { dockerfile: docker/Web } }", "there is no docker/Web, which baton.yaml names"],
    ["stacks: { web: { target: prod } }", "baton.yaml names a build stage for web, but there is no Dockerfile"],
    ["stacks: { web: { kind: worker, port: 1 } }", "baton.yaml gives web a port, but a worker has none"],
    [
      "stacks: { db: { kind: tcp } }",
      "baton.yaml says that db is of kind tcp, but nothing says on which port it listens",
    ],
  ])("says in baton.yaml what is not so: %s", async (manifest, message) => {
    expect((await problem({ "baton.yaml": manifest, ...nodeApp }))?.message).toBe(message);
  });
});
