import { describe, expect, it } from "vitest";
import { isForDevelopment } from "../../../../builder/compose/judge/for-development.ts";
import { kindOf } from "../../../../builder/compose/judge/service-kind.ts";
import { statefulReason } from "../../../../builder/compose/judge/stateful.ts";
import { composed, projectOf, withService } from "../composed.ts";

async function decisionOn(lines: string, others = "") {
  const project = await projectOf({ Dockerfile: "", "compose.yaml": `services:\n  it: ${lines}\n${others}` });
  const service = project.services.find(({ name }) => name === "it");
  return service && kindOf(service, project);
}

const web = "  front: { image: app, ports: ['80'] }\n";
const traefik = "labels: ['traefik.http.services.it.loadbalancer.server.port=8080']";

describe("what kind a service is of, rule by rule", () => {
  it.each([
    // x-baton comes first.
    ["{ image: app, x-baton: { kind: web, port: 3000 } }", "", "web", 3000, "x-baton says web"],
    ["{ image: app, x-baton: { kind: web }, ports: ['9229', '80'] }", "", "web", 80, "x-baton says web"],
    ["{ image: app, x-baton: { kind: web }, expose: ['4000'] }", "", "web", 4000, "x-baton says web"],
    ["{ image: app, x-baton: { kind: web } }", "", "web", null, "x-baton says web"],
    ["{ image: app, x-baton: { domains: [a.example.com] } }", "", "web", null, "x-baton says web"],
    ["{ image: postgres, x-baton: { kind: web }, ports: ['8080'] }", "", "web", 8080, "x-baton says web"],
    ["{ image: app, x-baton: { kind: tcp }, ports: ['4000'] }", "", "tcp", 4000, "x-baton says tcp"],
    ["{ image: redis, x-baton: { kind: tcp } }", "", "tcp", 6379, "x-baton says tcp"],
    ["{ image: app, x-baton: { kind: worker }, ports: ['80'] }", "", "worker", null, "x-baton says worker"],
    ["{ image: app, x-baton: { kind: init }, ports: ['80'] }", "", "init", null, "x-baton says init"],
    // Another service waits for its completion.
    [
      "{ image: app, ports: ['80'] }",
      "  api: { image: app, depends_on: { it: { condition: service_completed_successfully } } }\n",
      "init",
      null,
      "api waits until it has completed",
    ],
    ["{ image: app, ports: ['80'] }", "  api: { image: app, depends_on: [it] }\n", "web", 80, "publishes port 80"],
    // A one-off job among services.
    ["{ image: app, restart: 'no' }", web, "init", null, 'restart: "no" and no port: it runs once, to completion'],
    ["{ image: app, restart: 'no' }", "", "worker", null, "names no port"],
    ["{ image: app, restart: 'no' }", "  b: { image: app, restart: 'no' }\n", "worker", null, "names no port"],
    ["{ image: app, restart: on-failure }", web, "worker", null, "names no port"],
    ["{ image: app, restart: 'no', healthcheck: { test: 'true' } }", web, "worker", null, "names no port"],
    ["{ image: app, restart: 'no', ports: ['80'] }", web, "web", 80, "publishes port 80"],
    ["{ image: app, restart: 'no', x-baton: { kind: worker } }", web, "worker", null, "x-baton says worker"],
    // A port in x-baton.
    ["{ image: app, x-baton: { port: 3000 }, ports: ['80'] }", "", "web", 3000, "x-baton says port 3000"],
    ["{ image: app, x-baton: { port: 5432 } }", "", "tcp", 5432, "x-baton says port 5432"],
    ["{ image: postgres, x-baton: { port: 5000 } }", "", "tcp", 5000, "x-baton says port 5000"],
    // Images of databases and the like.
    ["{ image: postgres }", "", "tcp", 5432, "its image is a PostgreSQL database"],
    ["{ image: 'docker.io/library/postgres:17-alpine' }", "", "tcp", 5432, "its image is a PostgreSQL database"],
    ["{ image: 'registry:5000/postgis/postgis@sha256:abc' }", "", "tcp", 5432, "its image is a PostgreSQL database"],
    ["{ image: 'mysql:9', ports: ['3307:3306'] }", "", "tcp", 3306, "its image is a MySQL database"],
    ["{ image: mariadb }", "", "tcp", 3306, "its image is a MySQL database"],
    ["{ image: mongo, ports: ['27018'] }", "", "tcp", 27_018, "its image is a MongoDB database"],
    ["{ image: valkey/valkey }", "", "tcp", 6379, "its image is a Redis cache"],
    ["{ image: 'rabbitmq:4-management', ports: ['15672', '5672'] }", "", "tcp", 5672, "its image is a RabbitMQ broker"],
    ["{ image: apache/kafka }", "", "tcp", 9092, "its image is a Kafka broker"],
    ["{ image: 'elasticsearch:9', ports: ['9200'] }", "", "tcp", 9200, "its image is a search engine"],
    ["{ image: clickhouse/clickhouse-server }", "", "tcp", 8123, "its image is a ClickHouse database"],
    ["{ image: acme/postgres-exporter, ports: ['9187'] }", "", "web", 9187, "publishes port 9187"],
    ["{ build: ., image: postgres }", "", "worker", null, "names no port"],
    // Published ports.
    ["{ image: app, ports: ['8080:3000'] }", "", "web", 3000, "publishes port 3000"],
    ["{ image: app, ports: ['9229', '3000'] }", "", "web", 3000, "publishes port 3000; not served: 9229"],
    ["{ image: app, ports: ['9229'] }", "", "web", 9229, "publishes port 9229"],
    ["{ image: app, ports: ['1025', '8025'] }", "", "web", 8025, "publishes port 8025; not served: 1025"],
    ["{ build: ., ports: ['5432'] }", "", "tcp", 5432, "publishes port 5432, which is not an HTTP port"],
    ["{ image: app, ports: ['53/udp'] }", "", "worker", null, "names no port"],
    ["{ image: app, ports: ['80'], expose: ['90'] }", "", "web", 80, "publishes port 80"],
    // Labels for a proxy.
    [`{ image: app, ${traefik} }`, web, "web", 8080, "its labels tell a proxy to use port 8080"],
    // Exposed ports.
    ["{ image: app, expose: ['3000'] }", web, "tcp", 3000, "exposes port 3000 to the other services"],
    [
      "{ image: app, expose: ['3000'] }",
      "  db: { image: postgres, ports: ['5432'] }\n",
      "web",
      3000,
      "exposes port 3000, and no service of the file publishes one",
    ],
    [
      "{ image: app, expose: ['3000'] }",
      "  front: { image: app, x-baton: { kind: web } }\n",
      "tcp",
      3000,
      "exposes port 3000 to the other services",
    ],
    ["{ image: app, expose: ['5432'] }", "", "tcp", 5432, "exposes port 5432 to the other services"],
    // None of the above.
    ["{ image: app }", web, "worker", null, "names no port"],
  ] as const)("%s %s", async (lines, others, kind, port, reason) => {
    expect(await decisionOn(lines, others)).toEqual({ kind, port, reason });
  });
});

describe("a service that cannot run twice", () => {
  it.each([
    ["volumes: [data:/data]", "keeps its data in the volume data"],
    ["volumes: [data:/data, logs:/logs]", "keeps its data in the volumes data, logs"],
    ["volumes: [./uploads:/uploads]", "keeps its data in the volume uploads"],
    ["x-baton: { strategy: recreate }", "is replaced in place, because x-baton says so"],
    ["volumes: [data:/data]\nx-baton: { strategy: blue-green }", null],
    ["volumes: [data:/data:ro, /cache]\ntmpfs: /tmp", null],
    ["x-nothing: here", null],
  ])("%j", async (lines, reason) => {
    const { services } = await projectOf(`${withService(lines)}volumes: { data: , logs: }`);
    expect(services.map(statefulReason)).toEqual([reason]);
  });
});

describe("a compose file for development", () => {
  const files = { Dockerfile: "", "app/Dockerfile": "", "app/src/a.js": "", "config/a": "" };
  it.each([
    ["{ build: ., volumes: ['.:/code'] }", "the service web mounts its own source, the whole repository, at /code"],
    [
      "{ build: app, volumes: ['./app:/usr/src/app', /usr/src/app/node_modules] }",
      "the service web mounts its own source, the folder app, at /usr/src/app",
    ],
    ["{ build: app, volumes: ['.:/code'] }", "the service web mounts its own source, the whole repository, at /code"],
    ["{ image: node, volumes: ['.:/code'] }", "the service web mounts its own source, the whole repository, at /code"],
    [
      "{ image: node, working_dir: /code, volumes: ['./app:/code'] }",
      "the service web mounts its own source, the folder app, at /code",
    ],
    ["{ build: app, volumes: ['./config:/config'] }", null],
    ["{ build: ., volumes: ['./config:/config', './Dockerfile:/Dockerfile'] }", null],
    ["{ image: node, volumes: ['./app:/code'] }", null],
    ["{ build: . }", null],
  ])("%s", async (service, reason) => {
    const project = await projectOf({ ...files, "compose.yaml": `services: { web: ${service} }` });
    expect(isForDevelopment(project)).toBe(reason);
  });

  it("gives way to a Dockerfile also where it is refused for something else", async () => {
    const file = "services: { web: { build: ., privileged: true, volumes: ['.:/code'] } }";
    expect(await composed({ ...files, "compose.yaml": file })).toMatchObject({
      type: "refused",
      givesWay: "the service web mounts its own source, the whole repository, at /code",
    });
  });
});
