import { describe, expect, it } from "vitest";
import { complaintsOf, projectOf } from "../composed.ts";

describe("a service that extends another", () => {
  it("takes what it does not say itself from one of the same file", async () => {
    const { services } = await projectOf(`
services:
  base: { image: app, user: me, environment: { A: 1, B: 1 }, profiles: [never] }
  web: { extends: base, environment: { B: 2 }, profiles: !reset [] }
  api: { extends: { service: web }, user: you, command: [serve] }
`);
    expect(services.map(({ name, container: { user }, environment }) => ({ name, user, environment }))).toEqual([
      { name: "web", user: "me", environment: { A: "1", B: "2" } },
      { name: "api", user: "you", environment: { A: "1", B: "2" } },
    ]);
  });

  it("takes it from another file, whose paths start there", async () => {
    const { services } = await projectOf({
      "compose.yaml": "services: { web: { extends: { file: shared/base.yaml, service: base } } }",
      "shared/base.yaml":
        "services: { base: { extends: common, build: ./app, env_file: base.env }, common: { user: me } }",
      "shared/app/Dockerfile": "FROM scratch",
      "shared/base.env": "A=1",
    });
    expect(services[0]).toMatchObject({
      source: { context: "shared/app" },
      environment: { A: "1" },
      container: { user: "me" },
    });
  });

  it.each([
    [
      "circles in one file",
      { "compose.yaml": "services:\n  a: { image: x, extends: b }\n  b: { extends: a }" },
      /compose\.yaml:2 services\.a\.extends goes round in a circle: a in compose\.yaml, which extends b/,
    ],
    [
      "circles through two files",
      {
        "compose.yaml": "services: { a: { image: x, extends: { file: b.yaml, service: b } } }",
        "b.yaml": "services: { b: { extends: { file: compose.yaml, service: a } } }",
      },
      /compose\.yaml:1 services\.a\.extends goes round in a circle: a in compose\.yaml, which extends b in b\.yaml/,
    ],
    [
      "services that are not there",
      { "compose.yaml": "services: { a: { image: x, extends: b } }" },
      /names the service b, which compose\.yaml does not have/,
    ],
    [
      "files that are not there",
      { "compose.yaml": "services: { a: { image: x, extends: { file: b.yaml, service: b } } }" },
      /names b\.yaml, which is not a file in the repository/,
    ],
    [
      "files outside of the repository",
      { "compose.yaml": "services: { a: { image: x, extends: { file: ../b.yaml, service: b } } }" },
      /names \.\.\/b\.yaml, which leads outside the repository/,
    ],
    [
      "files of the host",
      { "compose.yaml": "services: { a: { image: x, extends: { file: /etc/b.yaml, service: b } } }" },
      /names \/etc\/b\.yaml, which is a path on the host/,
    ],
  ])("is refused: %s", async (_, files, complaint) => {
    expect(await complaintsOf(files)).toEqual([expect.stringMatching(complaint)]);
  });

  it("is refused when the way is endless", async () => {
    const services = Array.from({ length: 300 }, (_, index) => `  s${index}: { image: x, extends: s${index + 1} }`);
    const complaints = await complaintsOf(`services:\n${services.join("\n")}\n  s300: { image: x }`);
    expect(complaints).toContain("compose.yaml:23 services.s21.extends extends through more than 20 services");
  });

  it("is refused for what the other one asks for, in the other one's file", async () => {
    const complaints = await complaintsOf({
      "compose.yaml": "services: { web: { image: x, extends: { file: base.yaml, service: base } } }",
      "base.yaml": "services:\n  base:\n    privileged: true\n",
    });
    expect(complaints).toEqual(["base.yaml:3 services.web.privileged gives the container control of the whole host"]);
  });
});
