// biome-ignore-all lint/suspicious/noTemplateCurlyInString: this is how Compose writes variables.
import { describe, expect, it } from "vitest";
import { complaintsOf, projectOf } from "../composed.ts";

const main = (include: string) => `include: ${include}\nservices: { web: { image: app } }`;

describe("an included file", () => {
  it("brings its services, whose paths and .env are those of its own folder", async () => {
    const { services } = await projectOf({
      "compose.yaml": main("[db/compose.yaml]"),
      "db/compose.yaml":
        "services: { db: { image: 'postgres:${TAG}', volumes: ['data:/data', './init:/init'] } }\nvolumes: { data: }",
      "db/.env": "TAG=17",
      "db/init/a.sql": "",
    });
    expect(services.map(({ name }) => name)).toEqual(["web", "db"]);
    expect(services[1]).toMatchObject({
      source: { reference: "postgres:17" },
      container: { mounts: [{ volume: "data" }, { source: "db/init" }] },
    });
  });

  it("may be several that are merged, with a folder and variables of their own, below those of the product", async () => {
    const files = {
      "compose.yaml": main("[{ path: [db/a.yaml, db/b.yaml], project_directory: ., env_file: db/own.env }]"),
      "db/a.yaml": "services: { db: { image: 'postgres:${TAG}', build: ./app } }",
      "db/b.yaml": "services: { db: { user: '${DB_USER}' } }",
      "db/own.env": "TAG=17\nDB_USER=me",
      "app/Dockerfile": "FROM scratch",
    };
    const { services } = await projectOf(files, { variables: { DB_USER: "you" } });
    expect(services[1]).toMatchObject({ source: { context: "app" }, container: { user: "you" } });
  });

  it("may include others", async () => {
    const { services } = await projectOf({
      "compose.yaml": main("[a/compose.yaml]"),
      "a/compose.yaml": "include: [../b/compose.yaml]\nservices: { a: { image: app } }",
      "b/compose.yaml": "services: { b: { image: app } }",
    });
    expect(services.map(({ name }) => name)).toEqual(["web", "a", "b"]);
  });

  it.each([
    [
      "itself",
      { "compose.yaml": main("[compose.yaml]") },
      "include[0] goes round in a circle: compose.yaml, which includes compose.yaml",
    ],
    [
      "https://example.com/compose.yaml",
      { "compose.yaml": main("['https://example.com/compose.yaml']") },
      "include[0] names https://example.com/compose.yaml, which is fetched from elsewhere; a version contains only what is in its commit",
    ],
    [
      "oci://registry/app",
      { "compose.yaml": main("['oci://registry/app']") },
      "include[0] names oci://registry/app, which is fetched from elsewhere; a version contains only what is in its commit",
    ],
    [
      "a file that is not there",
      { "compose.yaml": main("[db.yaml]") },
      "include[0] names db.yaml, which is not a file in the repository",
    ],
    [
      "a file outside of the repository",
      { "compose.yaml": main("[{ path: ../db.yaml }]") },
      "include[0].path names ../db.yaml, which leads outside the repository",
    ],
  ])("is refused: %s", async (_, files, message) => {
    expect(await complaintsOf(files)).toEqual([`compose.yaml:1 ${message}`]);
  });

  it("is refused when files include each other without number", async () => {
    const files = Array.from({ length: 30 }, (_, index) => {
      const next = `f${index + 1}.yaml`;
      return [`f${index}.yaml`, `include: [${next}, ${next}]\nservices: { s${index}: { image: app } }`];
    });
    const complaints = await complaintsOf({
      ...Object.fromEntries(files),
      "f30.yaml": "services: { last: { image: app } }",
      "compose.yaml": main("[f0.yaml]"),
    });
    expect(complaints).toEqual([
      expect.stringMatching(/^f\d+\.yaml:1 the file is one of more than 100 included files$/),
    ]);
  });

  it("is refused with a service that is already there and differs, and not with the same one", async () => {
    const files = (image: string) => ({
      "compose.yaml": main("[other.yaml]"),
      "other.yaml": `services: { web: { image: ${image} } }`,
    });
    expect(await complaintsOf(files("other"))).toEqual([
      "compose.yaml:1 services.web is defined differently in compose.yaml and other.yaml",
    ]);
    expect(await complaintsOf(files("app"))).toEqual([]);
  });
});
