import { describe, expect, it } from "vitest";
import { makeableBases } from "../../../../builder/images/base-images.ts";
import type { ServicePlan } from "../../../../builder/plan/plan.ts";
import { nothingSet } from "../../../../server/model/service-settings.ts";
import { plan } from "../../tree.ts";

type Files = Readonly<Record<string, string>>;

async function planned(repository: Files | string, variables: Files = {}) {
  const files = typeof repository === "string" ? { "compose.yaml": repository } : repository;
  const { stacks, decisions, warnings } = await plan(files, variables);
  const services = stacks.flatMap((stack) => stack.services);
  return { stacks, services, decisions, warnings, named: (name: string) => found(services, name) };
}

function found(services: readonly ServicePlan[], name: string): ServicePlan {
  const service = services.find((each) => each.name === name);
  if (!service) throw new Error(`no service ${name} was planned`);
  return service;
}

async function refusal(repository: Files | string) {
  const error = await planned(repository).catch((reason: unknown) => reason);
  if (error instanceof Error && "hint" in error) return { message: error.message, hint: String(error.hint) };
  throw new Error(`not refused: ${error}`);
}

/** The service `web` of a file that has these lines below its image. */
async function web(lines: string, files: Files = {}) {
  const indented = lines.replace(/^(?=.)/gm, "    ");
  const { named } = await planned({ ...files, "compose.yaml": `services:\n  web:\n    image: shop\n${indented}\n` });
  return named("web");
}

describe("a service of a compose file", () => {
  it("becomes one of Baton's with the usual limits, when it says nothing of its own", async () => {
    const { stacks } = await planned('services: { web: { image: shop, ports: ["8080:3000"] } }');
    expect(stacks).toEqual([
      {
        name: "app",
        services: [
          {
            name: "web",
            kind: "web",
            kindReason: "publishes port 3000",
            port: 3000,
            portDeclared: true,
            command: null,
            environment: {},
            takesVariables: false,
            health: { path: "/", intervalMs: 1000, tryTimeoutMs: 5000, timeoutMs: 90_000, successes: 3 },
            stopGraceMs: 10_000,
            limits: { memoryBytes: 1024 ** 3, pids: 512, cpus: null },
            settings: { set: nothingSet, inRepository: [] },
            dependsOn: [],
            stateful: null,
            strategy: null,
            container: {
              entrypoint: null,
              user: null,
              workingDir: null,
              hostname: null,
              aliases: [],
              init: false,
              stopSignal: null,
              shmSizeBytes: null,
              ulimits: {},
              sysctls: {},
              readOnly: false,
              capabilities: { drop: [], add: [] },
              healthcheck: null,
              mounts: [],
            },
            domains: [],
            source: { type: "image", reference: "shop" },
            at: { file: "compose.yaml", line: 1 },
          },
        ],
      },
    ]);
  });

  it("keeps all that it asks of its container", async () => {
    const service = await web(`command: serve --all
entrypoint: [/run]
environment: { A: 1 }
user: "1000:1000"
working_dir: /srv
hostname: shop
networks: { default: { aliases: [store] } }
init: true
stop_signal: SIGINT
stop_grace_period: 1m
shm_size: 64m
ulimits: { nofile: { soft: 1024, hard: -1 } }
sysctls: { net.core.somaxconn: 1024 }
read_only: true
cap_drop: [ALL]
cap_add: [CHOWN]
deploy: { resources: { limits: { memory: 256m, cpus: "0.5", pids: 64 } } }
healthcheck: { test: [CMD, check], interval: 10s, retries: 2 }`);
    expect(service).toMatchObject({
      command: ["serve", "--all"],
      environment: { A: "1" },
      stopGraceMs: 60_000,
      limits: { memoryBytes: 256 * 1024 ** 2, cpus: 0.5, pids: 64 },
      container: {
        entrypoint: ["/run"],
        user: "1000:1000",
        workingDir: "/srv",
        hostname: "shop",
        aliases: ["store"],
        init: true,
        stopSignal: "SIGINT",
        shmSizeBytes: 64 * 1024 ** 2,
        ulimits: { nofile: { soft: 1024, hard: -1 } },
        sysctls: { "net.core.somaxconn": "1024" },
        readOnly: true,
        capabilities: { drop: ["ALL"], add: ["CHOWN"] },
        healthcheck: { isDisabled: false, test: ["CMD", "check"], intervalMs: 10_000, timeoutMs: null, retries: 2 },
      },
    });
  });

  it("mounts volumes, files of the commit, texts and variables", async () => {
    const { named } = await planned(
      {
        "conf/nginx.conf": "",
        "word.txt": "",
        "compose.yaml": `
services:
  web:
    image: shop
    volumes:
      - data:/data
      - ./conf:/etc/conf
      - ./conf/nginx.conf:/nginx.conf:rw
      - /cache
      - { type: tmpfs, target: /tmp, tmpfs: { size: 1m } }
    configs: [motd]
    secrets: [word, { source: token, target: /token, mode: 0400 }]
volumes: { data: }
configs: { motd: { content: hello } }
secrets: { word: { file: word.txt }, token: { environment: TOKEN } }
`,
      },
      { TOKEN: "t" },
    );
    expect(named("web").container.mounts).toEqual([
      { type: "volume", volume: "data", path: "/data", readOnly: false },
      { type: "repository", source: "conf", digest: "", path: "/etc/conf", readOnly: true },
      { type: "repository", source: "conf/nginx.conf", digest: "", path: "/nginx.conf", readOnly: false },
      { type: "anonymous", path: "/cache" },
      { type: "tmpfs", path: "/tmp", sizeBytes: 1024 ** 2 },
      { type: "text", text: "hello", path: "/motd", mode: 0o444 },
      { type: "repository", source: "word.txt", digest: "", path: "/run/secrets/word", readOnly: true },
      { type: "variable", variable: "TOKEN", path: "/token", mode: 0o400 },
    ]);
  });

  it("is checked as x-baton says, by Baton's own measure where that says nothing", async () => {
    const service = await web(
      "x-baton: { port: 80, health: { path: /ready, timeout: 5m, tryTimeout: 2s, interval: 3s, successes: 1 }, domains: [a.example.com] }",
    );
    expect(service).toMatchObject({
      kind: "web",
      port: 80,
      health: { path: "/ready", intervalMs: 3000, tryTimeoutMs: 2000, timeoutMs: 300_000, successes: 1 },
      domains: ["a.example.com"],
    });
  });

  it.each([
    ["{ test: check }", 90_000],
    ["{ test: check, interval: 5s, retries: 5, start_period: 10s }", 90_000],
    ["{ test: check, start_period: 2m, interval: 10s, retries: 6 }", 180_000],
    ["{ disable: true, start_period: 10m }", 90_000],
  ])("is given the time that its own health check gives it: %s", async (healthcheck, timeoutMs) => {
    expect((await web(`healthcheck: ${healthcheck}`)).health.timeoutMs).toBe(timeoutMs);
  });

  it("is replaced in place when it keeps data, unless it runs to its end anyway", async () => {
    const { named } = await planned(`
services:
  db: { image: "postgres:17", volumes: ["data:/var/lib/postgresql/data"] }
  migrate: { image: shop, volumes: ["data:/data"] }
  web: { image: shop, depends_on: { migrate: { condition: service_completed_successfully } } }
volumes: { data: }
`);
    expect(named("db").stateful).toBe("keeps its data in the volume data");
    expect(named("migrate")).toMatchObject({ kind: "init", stateful: null });
    expect(named("web").dependsOn).toEqual([{ service: "migrate", condition: "completed", required: true }]);
  });

  it("is given the product's variables when it is built, and only what the file says when others made its image", async () => {
    const { named } = await planned({
      "compose.yaml": "services: { web: { build: ., ports: [80] }, db: { image: postgres } }",
      Dockerfile: "FROM a",
    });
    expect(named("web")).toMatchObject({ takesVariables: true, container: { init: true } });
    expect(named("db")).toMatchObject({ takesVariables: false, container: { init: false } });
  });

  it("is refused when somebody waits for the end of what never ends", async () => {
    const { message } = await refusal(`services:
  jobs: { image: a, x-baton: { kind: worker } }
  web: { image: a, depends_on: { jobs: { condition: service_completed_successfully } } }`);
    expect(message).toBe(
      "compose.yaml, line 3: services.web.depends_on.jobs waits until jobs has completed, but x-baton makes it a worker service",
    );
  });
});

describe("a service of a compose file that is built", () => {
  const built = (service: string, files: Files) =>
    planned({ "compose.yaml": `services: { web: ${service} }`, ...files }).then(({ services: [service] }) => {
      if (service?.source.type !== "build") throw new Error("it is not built");
      return { service, recipe: service.source.recipe };
    });

  it("is built like any Dockerfile, anywhere in the repository", async () => {
    const { service, recipe } = await built(
      "{ build: { context: ./apps/web, dockerfile: prod/Dockerfile, target: run, args: { A: 1 } }, ports: [80] }",
      {
        "apps/web/prod/Dockerfile": "FROM baton/node:22 AS run\nARG A\nRUN <<EOF\ntrue\nEOF",
        "apps/web/.dockerignore": "secret",
      },
    );
    expect(recipe).toEqual({
      contextFolder: "apps/web",
      dockerfile: "prod/Dockerfile",
      generate: null,
      bases: ["node:22"],
      extraFiles: new Map(),
      ignore: ["secret"],
      target: "run",
      args: { A: "1" },
      buildVariables: [],
      buildSecrets: [],
      newerSyntax: [{ line: 3, feature: "a here-document (RUN <<EOF)", since: "23.0" }],
      neededStages: null,
      written: { text: expect.stringContaining("FROM baton/node:22"), shownAs: "apps/web/prod/Dockerfile" },
      basedOn: "baton/node:22",
      ownArguments: [],
    });
    expect(service).toMatchObject({ kind: "web", port: 80 });
  });

  it("knows its base when an argument of the file names it", async () => {
    const { recipe } = await built("{ build: { context: ., args: { BASE: baton/python:3.11 } } }", {
      Dockerfile: "ARG BASE=python:3.12\nFROM $BASE",
      "baton.yaml": "stacks: { app: { compose: compose.yaml } }",
    });
    expect(recipe.bases).toEqual(["python:3.11"]);
  });

  it("may have its Dockerfile in the compose file", async () => {
    const { recipe } = await built('{ build: { context: app, dockerfile_inline: "FROM baton/debian:12" } }', {
      "app/Dockerfile": "FROM other",
    });
    expect(recipe).toMatchObject({ contextFolder: "app", dockerfile: ".baton/Dockerfile", bases: ["debian:12"] });
    expect([...recipe.extraFiles]).toEqual([[".baton/Dockerfile", "FROM baton/debian:12"]]);
  });

  it("is given public variables that it declares, the file's own arguments before them", async () => {
    const { named } = await planned(
      {
        "compose.yaml": 'services: { web: { build: { context: app, args: { VITE_A: "1" } } } }',
        "app/Dockerfile": "FROM a\nARG VITE_A\nARG VITE_B\nARG SECRET",
      },
      { VITE_A: "2", VITE_B: "3", SECRET: "4", VITE_C: "5" },
    );
    expect(named("web").source).toMatchObject({ recipe: { args: { VITE_A: "1" }, buildVariables: ["VITE_B"] } });
  });

  it("shares its image with services that are built in the same way, or run it by its name", async () => {
    const { named, decisions } = await planned({
      "compose.yaml": `
services:
  web: { build: app, image: "shop:latest", ports: [80] }
  worker: { build: ./app, command: work }
  clock: { image: shop, command: tick }
  other: { build: { context: app, target: other } }
`,
      "app/Dockerfile": "FROM a AS other\nFROM b",
    });
    const recipe = (name: string) => {
      const { source } = named(name);
      return source.type === "build" ? source.recipe : null;
    };
    expect(recipe("worker")).toBe(recipe("web"));
    expect(recipe("clock")).toBe(recipe("web"));
    expect(named("clock").takesVariables).toBe(true);
    expect(recipe("other")).not.toBe(recipe("web"));
    expect(decisions).toContain("Building with app/Dockerfile, on b, for web, worker, clock");
  });

  it("takes its port from the Dockerfile where x-baton names only the kind", async () => {
    const { service } = await built("{ build: ./app, x-baton: { kind: web } }", {
      "app/Dockerfile": "FROM a\nEXPOSE 8000",
    });
    expect(service).toMatchObject({ port: 8000, portDeclared: true });
  });

  it("has a port that only its image can tell when the Dockerfile does not say", async () => {
    const { service } = await built("{ build: ./app, x-baton: { kind: web } }", { "app/Dockerfile": "FROM nginx" });
    expect(service).toMatchObject({ kind: "web", port: null, portDeclared: false });
  });

  it("is what users see when it is the only one whose Dockerfile exposes a port, and the file names none", async () => {
    const files = { "app/Dockerfile": "FROM a\nEXPOSE 8000" };
    const { named } = await planned({
      ...files,
      "compose.yaml":
        "services: { app: { build: app }, worker: { build: app, command: work }, db: { image: postgres } }",
    });
    expect(named("app")).toMatchObject({
      kind: "web",
      port: 8000,
      kindReason: "its Dockerfile exposes port 8000, and no service of the file publishes one",
    });
    expect(named("worker").kind).toBe("worker");
    const two = await planned({ ...files, "compose.yaml": "services: { a: { build: app }, b: { build: app } }" });
    expect(two.services.map(({ kind }) => kind)).toEqual(["worker", "worker"]);
    const published = await planned({
      ...files,
      "compose.yaml": "services: { a: { build: app }, b: { image: nginx, ports: [80] } }",
    });
    expect(published.named("a").kind).toBe("worker");
  });

  it("is refused with the line of its service when its Dockerfile cannot be built", async () => {
    const { message, hint } = await refusal({
      "compose.yaml": `services:
  a: { build: { context: a, target: prod } }
  b: { build: b }
  c: { image: "baton/ruby:3" }`,
      "a/Dockerfile": "FROM a AS dev",
      "b/Dockerfile": "FROM baton/node:18",
    });
    const bases = `These are: ${makeableBases.map((base) => `baton/${base}`).join(", ")}.`;
    expect(message).toBe(
      '3 problems prevent this deployment. The first: compose.yaml, line 2: services.a.build: a/Dockerfile has no stage "prod", which is set as the target: it has dev',
    );
    expect(hint.split("\n")).toEqual([
      'compose.yaml:2: services.a.build: a/Dockerfile has no stage "prod", which is set as the target: it has dev',
      `compose.yaml:3: services.b.build: b/Dockerfile names baton/node:18, which is not one of the images that Baton builds. ${bases}`,
      `compose.yaml:4: services.c.image: this names baton/ruby:3, which is not one of the images that Baton builds. ${bases}`,
    ]);
  });
});

describe("what the log says of a compose file", () => {
  it("is how images are built, what each service is and why, and what is done in another way", async () => {
    const { decisions, warnings } = await planned({
      "compose.yaml": `
services:
  web:
    build: app
    container_name: shop-web
    ports: ["80:3000"]
    environment: { PASSWORD: $PASSWORD }
    depends_on: { migrate: { condition: service_completed_successfully } }
  migrate: { build: app, command: migrate }
  worker: { build: app, command: work, container_name: shop-worker }
  db: { image: "postgres:17", volumes: ["data:/var/lib/postgresql/data"] }
  debug: { image: adminer, profiles: [debug] }
volumes: { data: }
`,
      "app/Dockerfile": "FROM node:22-slim\nCMD node web.js",
    });
    expect(decisions).toEqual([
      "Building with app/Dockerfile, on node:22-slim, for web, migrate, worker",
      "web: web on port 3000 (publishes port 3000)",
      "migrate: init (web waits until it has completed)",
      "worker: worker (names no port)",
      "db: tcp on port 5432 (its image is a PostgreSQL database), runs postgres:17, keeps its data in the volume data",
      "compose.yaml: services.debug is left out: it runs only with the profile debug (variable COMPOSE_PROFILES)",
      "compose.yaml: services.web.container_name is replaced, because two versions run side by side; other services can still reach this one by that name (the same goes for services.worker.container_name)",
      "compose.yaml: services.web.ports asks for port 80 on the host: Baton chooses the port itself",
    ]);
    expect(warnings).toEqual(["compose.yaml: PASSWORD is not set and has no default: it is empty"]);
  });

  it("is a warning where nobody can see the product", async () => {
    const { warnings } = await planned("services: { db: { image: postgres } }");
    expect(warnings).toEqual(["compose.yaml has no service of kind web, so it gets no address"]);
  });

  it("does not tell values of variables that a problem is not about", async () => {
    const { decisions, warnings } = await planned(
      'services: { web: { image: shop, ports: [80], environment: { TOKEN: $TOKEN }, command: "run $TOKEN" } }',
      { TOKEN: "hunter2" },
    );
    expect([...decisions, ...warnings].join("\n")).not.toContain("hunter2");
  });
});
