import { describe, expect, it } from "vitest";
import { plan } from "./tree.ts";

const shop = {
  "baton.yaml": `stacks:
  backend:
    compose: backend/compose.yaml
  frontend:
    path: frontend
    volumes: { uploads: /data/ }
    domains: [shop.example.com]
`,
  "backend/compose.yaml": `services:
  api:
    build: .
    ports: ["8080:8000"]
    environment: { DATABASE_URL: "postgres://db/$DB_NAME" }
    depends_on: { migrate: { condition: service_completed_successfully } }
  migrate:
    build: .
    command: [python3, manage.py, migrate]
    depends_on: { db: { condition: service_healthy } }
  worker: { build: ., command: [celery, worker] }
  db:
    image: postgres:17
    volumes: ["data:/var/lib/postgresql/data"]
    healthcheck: { test: pg_isready }
volumes: { data: }
`,
  "backend/compose.override.yaml": "services: { api: { privileged: true } }",
  "backend/Dockerfile": "FROM python:3.11-slim\nCMD python app.py",
  "frontend/package.json": JSON.stringify({ scripts: { start: "node server.js" } }),
  "frontend/Procfile": "web: node server.js\nworker: node mail.js\nrelease: node warm.js",
};

describe("a product of two stacks", () => {
  it("has all of their services, each with its own name", async () => {
    const { stacks } = await plan(shop, { DB_NAME: "shop" });
    const outline = stacks.map(({ name, services }) => ({
      name,
      services: services.map(({ name, kind, port, stateful, dependsOn }) => [
        name,
        kind,
        port,
        stateful,
        dependsOn.map(({ service, condition }) => `${service} ${condition}`),
      ]),
    }));
    expect(outline).toEqual([
      {
        name: "backend",
        services: [
          ["api", "web", 8000, null, ["migrate completed"]],
          ["migrate", "init", null, null, ["db healthy"]],
          ["worker", "worker", null, null, []],
          ["db", "tcp", 5432, "keeps its data in the volume data", []],
        ],
      },
      {
        name: "frontend",
        services: [
          ["frontend", "web", 3000, "keeps its data in the volume uploads", ["frontend-release completed"]],
          ["frontend-worker", "worker", null, "keeps its data in the volume uploads", ["frontend-release completed"]],
          ["frontend-release", "init", null, null, []],
        ],
      },
    ]);
    const [backend, frontend] = stacks;
    expect(backend?.services[0]?.environment).toEqual({ DATABASE_URL: "postgres://db/shop" });
    expect(frontend?.services[0]?.domains).toEqual(["shop.example.com"]);
    for (const { container } of frontend?.services ?? []) {
      expect(container.mounts).toEqual([{ type: "volume", volume: "uploads", path: "/data", readOnly: false }]);
    }
  });

  it("says of each line which stack it is about, and nothing of an override that nobody named", async () => {
    const { decisions, warnings } = await plan(shop, { DB_NAME: "shop" });
    expect(decisions).toEqual([
      "backend: Building with backend/Dockerfile, on python:3.11-slim, for api, migrate, worker",
      "backend: api: web on port 8000 (publishes port 8000)",
      "backend: migrate: init (api waits until it has completed)",
      "backend: worker: worker (names no port)",
      "backend: db: tcp on port 5432 (its image is a PostgreSQL database), runs postgres:17, keeps its data in the volume data",
      "backend: backend/compose.yaml: services.api.ports asks for port 8080 on the host: Baton chooses the port itself",
      "frontend: Node 22 (default)",
      "frontend: No dependencies, so nothing is installed",
      "frontend: Start: node server.js (web in Procfile)",
      "frontend: Port 3000 (default; given to the app as PORT)",
      "frontend: The service keeps its data in the volume uploads",
      "frontend: frontend-worker: worker (worker in the Procfile: node mail.js)",
      "frontend: frontend-release: init (release in the Procfile: node warm.js), runs to completion before the others start",
    ]);
    expect(warnings).toEqual([]);
  });
});

const refusal = async (files: Readonly<Record<string, string>>) => {
  const error = await plan(files).catch((reason: unknown) => reason);
  if (!(error instanceof Error) || !("hint" in error)) throw new Error(`not refused: ${error}`);
  return { message: error.message, lines: String(error.hint).split("\n") };
};

describe("what keeps a product of several stacks from being deployed", () => {
  it("is reported all at once, whatever file it is in", async () => {
    const { message, lines } = await refusal({
      "baton.yaml": `stacks:
  one: { compose: one/compose.yaml }
  two: { path: two }
  three: { compose: three }
  four: { path: four, kind: worker, port: 80 }
`,
      "one/compose.yaml":
        "services:\n  web:\n    image: a\n    privileged: true\n    volumes: [/var/run/docker.sock:/s]\n",
      "two/README.md": "",
      "three/compose.yml": "services: { db: { image: postgres } }",
      "four/index.html": "",
    });
    expect(message).toBe(
      "5 problems prevent this deployment. The first: one/compose.yaml, line 4: services.web.privileged gives the container control of the whole host",
    );
    expect(lines).toEqual([
      expect.stringMatching(
        /^one\/compose\.yaml:4: services\.web\.privileged gives the container control of the whole host\. \S/,
      ),
      expect.stringMatching(
        /^one\/compose\.yaml:5: services\.web\.volumes\[0\] mounts the Docker socket.*\. Remove it/,
      ),
      expect.stringMatching(/^baton\.yaml:3: two: Baton couldn't tell how to run two\//),
      "baton.yaml:4: stacks.three.compose names three, which is not a file in the repository. Name the file: three/compose.yml.",
      "baton.yaml:5: four: baton.yaml gives four a port, but a worker has none. Remove port:.",
    ]);
  });

  it("is one name for two services, in two files", async () => {
    const { message, lines } = await refusal({
      "baton.yaml": "stacks:\n  a: { compose: a.yaml }\n  b: { compose: b/compose.yaml }\n  web: { path: web }",
      "a.yaml": "services:\n  web: { image: a }\n  db: { image: postgres }",
      "b/compose.yaml": "services:\n  db: { image: postgres }",
      "web/index.html": "",
    });
    expect(message).toBe(
      "2 problems prevent this deployment. The first: b/compose.yaml, line 2: there are two services named db: in a.yaml (line 3) and in b/compose.yaml (line 2)",
    );
    expect(lines[1]).toBe(
      "baton.yaml:4: there are two services named web: in a.yaml (line 2) and in baton.yaml (line 4). Rename one of them: services of a product reach each other by name.",
    );
  });

  it("is differ only in upper and lower case, and one domain for two services", async () => {
    const { lines } = await refusal({
      "compose.yaml": `services:
  my-web: { image: a, x-baton: { domains: [a.example.com] } }
  My-Web: { image: a, x-baton: { domains: [a.example.com] } }`,
    });
    expect(lines).toEqual([
      "compose.yaml:3: the names of the services my-web and My-Web differ only in upper and lower case: in compose.yaml (line 2) and in compose.yaml (line 3). Rename one of them: services of a product reach each other by name.",
      "compose.yaml:3: the domain a.example.com is used twice: by my-web and My-Web. Remove one of them: each domain is served by one service.",
    ]);
  });
});

it("a service is refused whose name is too long for the name of a file", async () => {
  const long = "x".repeat(201);
  const { message, lines } = await refusal({ "compose.yaml": `services:\n  _: { image: a }\n  ${long}: { image: a }` });
  expect([message, ...lines]).toEqual([
    `compose.yaml, line 3: the name of the service ${"x".repeat(40)}… has 201 characters`,
    "Give it one of at most 200.",
  ]);
});

describe("services of a product", () => {
  it("are not known by a further name that another one has", async () => {
    const { stacks, decisions } = await plan({
      "compose.yaml": `services:
  web: { image: a, ports: [80], networks: { default: { aliases: [db, shop] } } }
  db: { image: postgres }`,
    });
    expect(stacks[0]?.services[0]?.container.aliases).toEqual(["shop"]);
    expect(decisions).toContain("web can't also be called db: there is a service with that name");
  });

  it("leave a compose file alone that no stack names, and say so", async () => {
    const { warnings } = await plan({
      "baton.yaml": "stacks: { web: { path: web }, api: { compose: compose.yaml }, root: {} }",
      "web/index.html": "",
      "web/compose.yaml": "",
      "compose.yaml": "services: { api: { image: a, ports: [80] } }",
      "index.html": "",
    });
    expect(warnings).toEqual(["web/compose.yaml is not used. To use it, add a stack with compose: web/compose.yaml"]);
  });
});
