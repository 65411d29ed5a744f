import { describe, expect, it } from "vitest";
import { readPyproject } from "../../../../builder/languages/python/pyproject.ts";
import { tree } from "../../tree.ts";

const read = (text: string) => readPyproject(tree({ "pyproject.toml": text }));

describe("pyproject.toml", () => {
  it("says what a project depends on, as the standard has it", async () => {
    const text = `
      build-system.requires = ["hatchling"]
      [project]
      name = "shop"
      requires-python = ">=3.11"
      dependencies = ["flask>=3", 'redis; sys_platform != "win32"'] # two
      scripts = { shop = "shop:main" }
    `;
    expect(await read(text)).toEqual({
      name: "shop",
      requiresPython: ">=3.11",
      dependencies: ["flask>=3", 'redis; sys_platform != "win32"'],
      hasDynamicDependencies: false,
      scripts: ["shop"],
      hasBuildSystem: true,
      poetry: null,
      uv: null,
      hasLocalPackages: false,
    });
  });

  it("says it as Poetry has it", async () => {
    const text = `
      [tool.poetry]
      name = "shop"
      package-mode = false
      [tool.poetry.dependencies]
      python = "^3.12"
      shared = { path = "../shared" }
    `;
    expect(await read(text)).toMatchObject({
      name: "shop",
      requiresPython: "^3.12",
      dependencies: null,
      poetry: { isPackage: false },
      hasLocalPackages: true,
    });
  });

  it("may be a workspace of uv's, and say that it is no package", async () => {
    const text = "[build-system]\n[tool.uv]\npackage = false\n[tool.uv.workspace]\nmembers = ['packages/*']";
    expect(await read(text)).toMatchObject({ uv: { isWorkspace: true }, hasBuildSystem: false });
  });

  it("counts for nothing where its types are wrong", async () => {
    expect(await read("[project]\nname = 1\ndependencies = 'flask'\n[tool]\nuv = 1")).toMatchObject({
      name: null,
      dependencies: null,
      uv: null,
    });
  });

  it("that cannot be read is refused with its line", async () => {
    await expect(read('[project]\nname = "shop\n')).rejects.toThrow(/^pyproject\.toml, line 2: \w/);
  });
});
