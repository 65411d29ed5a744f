import { describe, expect, it } from "vitest";
import { complaintsOf, composed, problemsOf, withService } from "../composed.ts";

describe("a file that is not what the Compose Specification describes", () => {
  it.each([
    ["imag: app", "4 services.web.imag is not a Compose key here"],
    ["user: 1000", "4 services.web.user must be a string"],
    ["init: [1]", "4 services.web.init must be true or false or a string"],
    ["ports: 80", "4 services.web.ports must be a list"],
    ["ports:\n  - { target: 80, hots: 1 }", "5 services.web.ports[0].hots is not a Compose key here"],
    [
      "depends_on:\n  db:\n    condition: ready",
      "6 services.web.depends_on.db.condition must be one of service_started, service_healthy, service_completed_successfully",
    ],
    ["depends_on: { db: {} }", "4 services.web.depends_on.db lacks condition"],
    ["environment:\n  A: [1]", "5 services.web.environment.A must be a string or a number or true or false or empty"],
    [
      "volumes:\n  - { type: volum, target: /a }",
      "5 services.web.volumes[0].type must be one of bind, volume, tmpfs, cluster, npipe, image",
    ],
    ["volumes:\n  - { target: /a }", "5 services.web.volumes[0] lacks type"],
    ["healthcheck: { interval: 5 }", "4 services.web.healthcheck.interval must be a string"],
    ['expose: ["80", "80"]', "4 services.web.expose lists the same thing twice"],
    ["build: [.]", "4 services.web.build must be a string or a mapping"],
    ["build:\n  contxt: .", "5 services.web.build.contxt is not a Compose key here"],
  ])("%j is refused", async (lines, message) => {
    expect(await complaintsOf(withService(lines))).toContain(`compose.yaml:${message}`);
  });

  it.each([
    [
      "services: { db: { image: app } }\nwebsite: { image: app }",
      "website is not a Compose key here",
      "If it is a service, indent it under `services:`. Otherwise remove it, or start it with x- if it is not meant for Compose.",
    ],
    ["ervices: { web: { image: app } }", "ervices is not a Compose key here", "Did you mean services?"],
    ["services: { web: { imgae: app } }", "services.web.imgae is not a Compose key here", "Did you mean image?"],
    [
      "services: { web: { image: a, replicas_wanted: 1 } }",
      "services.web.replicas_wanted is not a Compose key here",
      "Remove it, or start it with x- if it is not meant for Compose.",
    ],
    [
      "services: { 'my web': { image: app } }",
      "services.my web is not a name that Compose allows under services",
      "Use letters, digits, dots, underscores and hyphens.",
    ],
    [
      "services: [web]",
      "services must be a mapping",
      "See https://docs.docker.com/reference/compose-file/ for the values it accepts.",
    ],
    [
      "services: { web: }",
      "services.web must be a mapping",
      "See https://docs.docker.com/reference/compose-file/ for the values it accepts.",
    ],
    [
      withService("environment:\n  - A: b"),
      "services.web.environment[0] must be a string",
      'Write the item as "NAME=value", in quotes, or write all of them without hyphens, as NAME: value.',
    ],
    [
      withService("ports: 8080:3000"),
      "services.web.ports must be a list",
      "Write it in brackets, [ … ], or each value on a line of its own after a hyphen.",
    ],
    ["- web", "the file is not a compose file: it doesn't contain a mapping", "Begin it with services:"],
    [
      "services: { web: { user: me } }",
      "services.web has neither an image nor a build",
      "Write image: with a reference such as postgres:17, or build: with a folder.",
    ],
  ])("%j has a hint", async (file, message, hint) => {
    expect(await problemsOf(file)).toContainEqual(expect.objectContaining({ message, hint }));
  });

  it("reports the problems of the schema, the allow-list and the readers at once, by line", async () => {
    const complaints = await complaintsOf({
      "compose.yaml": `services:
  web:
    imag: app
    privileged: true
    ports: ["eighty"]
    volumes:
      - /etc:/etc
      - { type: bind, source: ./a, target: /a, content: x }
      - data:/data
    env_file: missing.env
    x-baton: { kind: website }
  db:
    image: postgres
    depends_on: [nobody]
    healthcheck: { test: ls, interval: soon }
`,
    });
    expect(complaints.map((complaint) => `${complaint.split(" ")[0]} ${complaint.split(" ")[1]}`)).toEqual([
      "compose.yaml:2 services.web",
      "compose.yaml:3 services.web.imag",
      "compose.yaml:4 services.web.privileged",
      "compose.yaml:5 services.web.ports[0]",
      "compose.yaml:7 services.web.volumes[0]",
      "compose.yaml:8 services.web.volumes[1].content",
      "compose.yaml:9 services.web.volumes[2]",
      "compose.yaml:10 services.web.env_file",
      "compose.yaml:11 services.web.x-baton.kind",
      "compose.yaml:14 services.db.depends_on[0]",
      "compose.yaml:15 services.db.healthcheck.interval",
    ]);
  });

  it("reports the first 200 of its problems when it has thousands", async () => {
    const complaints = await complaintsOf(withService(`environment:\n${"  - [x]\n".repeat(900)}`));
    expect(complaints).toHaveLength(201);
    expect(complaints[0]).toBe("compose.yaml:1 the file has 700 more problems");
  });

  it("is not asked for its version", async () => {
    expect(await complaintsOf("version: 3\nservices: { web: { image: app } }")).toEqual([]);
  });

  it("may be empty, and then gives way to a Dockerfile; a mistake does not", async () => {
    const givesWay = async (file: string) => {
      const result = await composed(file);
      return result.type === "refused" ? result.givesWay : "a project";
    };
    expect(await givesWay("# nothing yet")).toBe("it names no service");
    expect(await givesWay("services: {}")).toBe("it names no service");
    expect(await givesWay("ervices: { web: { image: app } }")).toBeNull();
    expect(await givesWay("services: [")).toBeNull();
    expect((await problemsOf("")).map(({ message }) => message)).toEqual(["the file names no service"]);
  });
});
