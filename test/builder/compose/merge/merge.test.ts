import { describe, expect, it } from "vitest";
import { complaintsOf, projectOf } from "../composed.ts";

/** The service `web` of a file of one service and an override of it. */
async function merged(below: string, above: string) {
  const { services } = await projectOf({ "compose.yaml": file(below), "compose.override.yaml": file(above) });
  return services[0];
}

function file(lines: string): string {
  return `services:\n  web:\n${lines.replace(/^/gm, "    ")}\n`;
}

describe("an override file", () => {
  it.each([
    ["replaces single values", "image: a", "image: b", { source: { reference: "b" } }],
    ["replaces commands whole", "image: a\ncommand: [run, slowly]", "command: [walk]", { command: ["walk"] }],
    [
      "merges variables by name, in both forms",
      "image: a\nenvironment: { A: 1, B: 2 }",
      "environment:\n  - B=3\n  - C=4",
      { environment: { A: "1", B: "3", C: "4" } },
    ],
    [
      "adds ports and tmpfs",
      'image: a\nports: ["80"]\ntmpfs: /tmp',
      'ports: ["81"]\ntmpfs: [/run]',
      { ports: [{ container: 80 }, { container: 81 }], container: { mounts: [{ path: "/tmp" }, { path: "/run" }] } },
    ],
    [
      "replaces the mount at the same place",
      "image: a\nvolumes: [/cache, /data]",
      "volumes:\n  - { type: tmpfs, target: /data }",
      {
        container: {
          mounts: [
            { type: "anonymous", path: "/cache" },
            { type: "tmpfs", path: "/data" },
          ],
        },
      },
    ],
    [
      "replaces a health check's command and keeps its times",
      "image: a\nhealthcheck: { test: [CMD, a], interval: 5s }",
      "healthcheck: { test: [CMD, b] }",
      { container: { healthcheck: { test: ["CMD", "b"], intervalMs: 5000 } } },
    ],
    ["takes a value away with !reset", "image: a\nuser: me", "user: !reset null", { container: { user: null } }],
    ["takes a list away with !reset", 'image: a\nports: ["80"]', "ports: !reset []", { ports: [] }],
    [
      "replaces a whole list with !override",
      'image: a\nports: ["80"]',
      'ports: !override\n  - "81"',
      { ports: [{ container: 81 }] },
    ],
    ["says nothing with an empty key", "image: a\ncommand: [run]", "command:", { command: ["run"] }],
  ])("%s", async (_, below, above, expected) => {
    expect(await merged(below, above)).toMatchObject(expected);
  });

  it("knows both forms of a build", async () => {
    const files = {
      "app/Dockerfile": "FROM a",
      "app/Dockerfile.dev": "FROM b",
      "compose.yaml": file("build: ./app"),
      "compose.override.yaml": file("build: { dockerfile: Dockerfile.dev, args: [A=1] }"),
    };
    const { services } = await projectOf(files);
    expect(services[0]?.source).toMatchObject({ context: "app", dockerfile: "Dockerfile.dev", args: { A: "1" } });
  });

  it("adds services, and dependencies by name", async () => {
    const { services } = await projectOf({
      "compose.yaml": "services:\n  web: { image: a, depends_on: [db] }\n  db: { image: b }",
      "compose.override.yaml":
        "services:\n  web: { depends_on: { db: { condition: service_healthy }, mail: { condition: service_started } } }\n  mail: { image: c }",
    });
    expect(services.map(({ name }) => name)).toEqual(["web", "db", "mail"]);
    expect(services[0]?.dependsOn).toEqual([
      { service: "db", condition: "healthy", required: true },
      { service: "mail", condition: "started", required: true },
    ]);
  });

  it("is named where its lines are wrong", async () => {
    const files = { "compose.yaml": file("image: a"), "compose.override.yaml": file("ipc: host") };
    expect(await complaintsOf(files)).toEqual([
      "compose.override.yaml:3 services.web.ipc shares memory with the host or with another container",
    ]);
  });

  it("is left alone when the file was named, and the log says so when it is merged", async () => {
    const files = { "compose.yaml": file("image: a"), "compose.override.yaml": file("image: b") };
    const alone = await projectOf(files, { withOverride: false });
    expect(alone.services[0]?.source).toMatchObject({ reference: "a" });
    const { notes } = await projectOf(files);
    expect(notes).toContain("compose.override.yaml is merged over compose.yaml, as by docker compose up");
  });

  it("does not count for a file of another name", async () => {
    const files = { "prod.yaml": file("image: a"), "compose.override.yaml": file("image: b") };
    const { services } = await projectOf(files, { file: "prod.yaml" });
    expect(services[0]?.source).toMatchObject({ reference: "a" });
  });
});
