import { describe, expect, it } from "vitest";
import { composeFilesIn } from "../../../../builder/compose/read/compose-files.ts";
import { tree } from "../../tree.ts";
import { projectOf } from "../composed.ts";

describe("the compose files of a folder", () => {
  it("come in the order in which Compose looks for them", () => {
    const names = ["docker-compose.yaml", "docker-compose.yml", "compose.yml", "compose.yaml"];
    for (let count = 1; count <= names.length; count++) {
      const present = names.slice(0, count);
      const files = Object.fromEntries(present.map((name) => [`app/${name}`, ""]));
      expect(composeFilesIn(tree(files), "app")).toEqual(present.toReversed());
    }
  });

  it("count once, and the log names those that do not", async () => {
    const text = "services: { web: { image: app } }";
    const { notes } = await projectOf({ "compose.yaml": text, "docker-compose.yml": text });
    expect(notes).toEqual(["docker-compose.yml is not used: compose.yaml takes precedence"]);
  });
});
