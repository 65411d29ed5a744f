import { describe, expect, it } from "vitest";
import { plan, plannedService } from "../tree.ts";

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

  it.each(["dockerfile", "Containerfile"])(
    "takes a file called %s for a Dockerfile, as docker build does",
    async (name) => {
      const { recipe, decisions } = await plannedService({ ...nodeApp, [name]: "FROM node:22\nCMD node a.js" });
      expect(recipe).toMatchObject({ dockerfile: name, generate: null });
      expect(decisions[0]).toBe(`Building with ${name}, on node:22`);
      const both = await plannedService({ Dockerfile: "FROM a", [name]: "FROM b" });
      expect(both.recipe.dockerfile).toBe("Dockerfile");
      const compose = { "compose.yaml": "services: { web: { build: ., ports: [80] } }", [name]: "FROM a" };
      expect((await plannedService(compose)).recipe.dockerfile).toBe(name);
    },
  );

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
      "apps/front/Dockerfile": "FROM scratch\nCMD web",
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
      Dockerfile: "FROM scratch\nCMD db\nEXPOSE 5432",
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
});

describe("a compose file without baton.yaml", () => {
  const outline = async (files: Readonly<Record<string, string>>) => {
    const { stacks, decisions } = await plan(files);
    return { services: stacks.flatMap(({ services }) => services.map(({ name }) => name)), decisions };
  };
  const Dockerfile = "FROM a";

  it("is the one stack, before a Dockerfile and before what could be detected", async () => {
    const compose = "services: { shop: { image: a, ports: [80] } }";
    expect((await outline({ "compose.yaml": compose, Dockerfile, ...nodeApp })).services).toEqual(["shop"]);
    expect((await outline({ "docker-compose.yml": compose, ...nodeApp })).services).toEqual(["shop"]);
  });

  it("is merged with its override, as docker compose up does", async () => {
    const { services, decisions } = await outline({
      "compose.yaml": "services: { shop: { image: a, ports: [80] } }",
      "compose.override.yaml": "services: { more: { image: b } }",
    });
    expect(services).toEqual(["shop", "more"]);
    expect(decisions).toContain(
      "compose.yaml: compose.override.yaml is merged over compose.yaml, as by docker compose up",
    );
  });

  it.each([
    ["", "it names no service"],
    [
      "services: { web: { build: ., volumes: ['.:/app'] } }",
      "the service web mounts its own source, the whole repository, at /app",
    ],
    [
      "services: { web: { build: ., privileged: true, volumes: ['.:/app'] } }",
      "the service web mounts its own source, the whole repository, at /app",
    ],
    [
      "services: { db: { image: postgres }, cache: { image: 'redis:7' } }",
      "it has only databases and the like, not the app itself (stacks: { data: { compose: compose.yaml }, app: {} } in a baton.yaml deploys both)",
    ],
    [
      "services: { web: { build: ., profiles: [dev] }, job: { build: ., scale: 0 } }",
      "it starts none of its services: each belongs to a profile that is off (variable COMPOSE_PROFILES) or is scaled to zero",
    ],
  ])("gives way to a Dockerfile that says more of production: %j", async (compose, reason) => {
    const { services, decisions } = await outline({ "compose.yaml": compose, Dockerfile });
    expect(services).toEqual(["web"]);
    expect(decisions[0]).toBe(`compose.yaml gives way to the Dockerfile: ${reason}`);
  });

  it.each(["# later", "services: {}", "volumes: { data: {} }"])(
    "gives way to whatever else is there, where it names no service: %j",
    async (compose) => {
      const { services, decisions } = await outline({ "compose.yaml": compose, ...nodeApp });
      expect(services).toEqual(["web"]);
      expect(decisions[0]).toBe("compose.yaml gives way to the app beside it: it names no service");
      const alone = plan({ "compose.yaml": compose, "README.md": "" });
      await expect(alone).rejects.toThrow("compose.yaml, line 1: the file names no service");
    },
  );

  const database = "services: { db: { image: 'postgres:17' } }";

  it("gives way to an app that can be recognised, where it holds only what that stores its data in", async () => {
    const { services, decisions } = await outline({ "compose.yaml": database, ...nodeApp });
    expect(services).toEqual(["web"]);
    expect(decisions[0]).toMatch(/^compose\.yaml gives way to the app beside it: it has only databases and the like/);
    const both = "stacks: { data: { compose: compose.yaml }, app: {} }";
    expect(decisions[0]).toContain(both);
    expect((await outline({ "compose.yaml": database, "baton.yaml": both, ...nodeApp })).services).toEqual([
      "db",
      "app",
    ]);
  });

  it("gives way to an app in a language that is not built here, and the refusal names the way out", async () => {
    await expect(plan({ "compose.yaml": database, Gemfile: "" })).rejects.toMatchObject({
      message: expect.stringContaining("Baton does not build Ruby"),
      hint: expect.stringContaining("add a baton.yaml: stacks: { data: { compose: compose.yaml } }"),
    });
  });

  it.each([
    ["nothing else is there", {}],
    ["what is there starts nothing", { "package.json": '{ "devDependencies": { "prettier": "3" } }' }],
  ])("is deployed with its databases alone where %s", async (_, files) => {
    expect((await outline({ "compose.yaml": database, ...files })).services).toEqual(["db"]);
  });

  it("counts where there is no Dockerfile to give way to", async () => {
    const files = {
      "compose.yaml": "services: { dev: { image: node, ports: [80], volumes: ['.:/app'] } }",
      ...nodeApp,
    };
    const { stacks, warnings } = await plan(files);
    expect(stacks[0]?.services[0]?.name).toBe("dev");
    expect(warnings).toEqual([
      "compose.yaml seems to be meant for development: the service dev mounts its own source, the whole repository, at /app. The mounted files come from the commit",
    ]);
  });

  it("that is refused names the way out where a Dockerfile stands beside it", async () => {
    const files = { "compose.yaml": "services: { web: { image: a, privileged: true } }", Dockerfile };
    const error = await plan(files).catch((reason) => reason);
    expect(error.hint.split("\n").at(-1)).toBe(
      "To deploy the Dockerfile instead, add a baton.yaml: stacks: { app: {} }",
    );
    expect((await outline({ ...files, "baton.yaml": "stacks: { app: {} }" })).services).toEqual(["app"]);
  });
});

describe("a stack of baton.yaml", () => {
  it("keeps data in named volumes, and is replaced in place for that", async () => {
    const { service, decisions } = await plannedService({
      "baton.yaml": "stacks: { shop: { volumes: { uploads: /data, cache: /cache/ } } }",
      ...nodeApp,
    });
    expect(service.stateful).toBe("keeps its data in the volumes uploads, cache");
    expect(service.container.mounts).toEqual([
      { type: "volume", volume: "uploads", path: "/data", readOnly: false },
      { type: "volume", volume: "cache", path: "/cache", readOnly: false },
    ]);
    expect(decisions).toContain("The service keeps its data in the volumes uploads, cache");
  });

  it.each([
    ["{ volumes: { a: /a }, strategy: blue-green }", null],
    ["{ strategy: recreate }", "is replaced in place, because baton.yaml says so"],
    ["{ kind: init, volumes: { a: /a } }", null],
  ])("says how it is replaced: %s", async (stack, stateful) => {
    const { service } = await plannedService({ "baton.yaml": `stacks: { shop: ${stack} }`, ...nodeApp });
    expect(service.stateful).toBe(stateful);
  });

  it("may be one that runs to its end before the others", async () => {
    const { service, decisions } = await plannedService({
      "baton.yaml": "stacks: { migrate: { kind: init, command: [node, migrate.js] } }",
      ...nodeApp,
    });
    expect(service).toMatchObject({ kind: "init", kindReason: "baton.yaml says init", port: null });
    expect(decisions).toContain("No port: it runs to completion before the others start");
  });

  it("has domains when it is a web service", async () => {
    const files = { "baton.yaml": "stacks: { shop: { domains: [shop.example.com] } }", ...nodeApp };
    expect((await plannedService(files)).service.domains).toEqual(["shop.example.com"]);
  });
});

describe("a repository that cannot be planned", () => {
  const problem = (files: Record<string, string>) =>
    plan(files).then(
      () => null,
      (error: Error & { hint?: string }) => error,
    );

  it("is empty", async () => {
    expect((await problem({}))?.message).toBe("the repository is empty");
  });

  it("holds nothing that is known, which is said with what it does hold", async () => {
    const error = await problem({ "README.md": "", "src/main.c": "", "src/lib.c": "", Makefile: "" });
    expect(error?.message).toBe(
      "Baton couldn't tell how to run the repository. It looked for a Dockerfile, a package.json or a server.js (Node), a requirements.txt or pyproject.toml (Python), a go.mod (Go), an index.html (static files; also in public/ or dist/) and a start.sh (shell), but found only src/, Makefile and README.md",
    );
    expect(error?.hint).toBe("Add a Dockerfile: Baton can deploy whatever it builds.");
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
    ["stacks: { web: { path: nowhere } }", "baton.yaml says that web is in nowhere/, but there is nothing there"],
    ["stacks: { web: { dockerfile: docker/Web } }", "baton.yaml names docker/Web, which does not exist"],
    ["stacks: { web: { target: prod } }", "baton.yaml names a build stage for web, but there is no Dockerfile"],
    [
      "stacks: { web: { kind: worker, domains: [a.example.com] } }",
      "baton.yaml gives web domains, but a service of kind worker has none",
    ],
    ["stacks: { web: { kind: init, port: 1 } }", "baton.yaml gives web a port, but an init service has none"],
    [
      "stacks: { web: { compose: nowhere.yaml } }",
      "baton.yaml, line 1: stacks.web.compose names nowhere.yaml, which is not a file in the repository",
    ],
    ["stacks: { web: { kind: worker, port: 1 } }", "baton.yaml gives web a port, but a worker has none"],
    [
      "stacks: { db: { kind: tcp } }",
      "baton.yaml says that db is of kind tcp, but nothing says which port it listens on",
    ],
  ])("says in baton.yaml what is not so: %s", async (manifest, message) => {
    expect((await problem({ "baton.yaml": manifest, ...nodeApp }))?.message).toBe(message);
  });
});
