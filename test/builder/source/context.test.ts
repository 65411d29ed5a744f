import { describe, expect, it } from "vitest";
import { type ContextEntry, contextEntries } from "../../../builder/source/context.ts";

const file = (path: string): ContextEntry => ({ path, type: "file" });
const recipe = { contextFolder: "", dockerfile: "Dockerfile", ignore: [] as string[] };
const chosen = (paths: string[], change: Partial<typeof recipe>) =>
  contextEntries(paths.map(file), { ...recipe, ...change }).entries.map(({ path }) => path);

describe("the build context", () => {
  it("is the whole repository unless something says otherwise", () => {
    expect(chosen(["a", "b/c", ".env"], {})).toEqual(["a", "b/c", ".env"]);
  });

  it("is what lies in its folder, with paths as they are in the repository", () => {
    expect(chosen(["web/a", "web/b/c", "web2/d", "e"], { contextFolder: "web" })).toEqual(["web/a", "web/b/c"]);
  });

  it("leaves out what .dockerignore names, relative to its folder", () => {
    const paths = ["web/node_modules/a", "web/src/node_modules/b", "node_modules/c"];
    expect(chosen(paths, { contextFolder: "web", ignore: ["node_modules"] })).toEqual(["web/src/node_modules/b"]);
  });

  it("always holds the Dockerfile and .dockerignore", () => {
    const paths = ["docker/Web", "docker/Web.dockerignore", ".dockerignore", "src/a"];
    expect(chosen(paths, { dockerfile: "docker/Web", ignore: ["*"] })).toEqual(paths.slice(0, 3));
  });

  it("leaves out submodules and says so", () => {
    const entries: ContextEntry[] = [
      file("a"),
      { path: "lib/other", type: "submodule" },
      { path: "b", type: "symlink" },
    ];
    const result = contextEntries(entries, recipe);
    expect(result.entries.map(({ path }) => path)).toEqual(["a", "b"]);
    expect(result.warnings).toEqual([
      "lib/other is a Git submodule: its files are not part of this repository and are left out",
    ]);
  });

  it("says nothing of a submodule that is left out anyway", () => {
    expect(contextEntries([{ path: "lib", type: "submodule" }], { ...recipe, ignore: ["lib"] }).warnings).toEqual([]);
  });
});
