import { expect, it } from "vitest";
import { plannedService } from "../../tree.ts";

const app = { "app.py": "app = Flask(__name__)" };

it.each([
  [{ "requirements.txt": "flask\nshared @ git+https://example.com/team/shared.git@v1.2\n" }, "shared"],
  [{ "requirements.txt": "-e git+ssh://git@example.com/team/lib@main#egg=lib\n" }, "lib"],
  [
    {
      "pyproject.toml": '[tool.uv.sources]\nshared = { git = "https://example.com/team/shared", tag = "1" }',
      "uv.lock": "",
    },
    "shared",
  ],
])("packages that are fetched by git are installed where there is git: %j", async (files, name) => {
  const { recipe, dockerfile, decisions } = await plannedService({ ...app, ...files });
  expect(decisions).toContain(`Packages are installed in an image with git, for ${name}`);
  expect(recipe.bases).toEqual(["python:3.11-full", "python:3.11"]);
  expect(dockerfile).toContain("FROM python:3.11-full AS packages\n");
  expect(dockerfile).toContain("\nFROM python:3.11\n");
});

it("all others are installed where they run", async () => {
  const { recipe } = await plannedService({ ...app, "requirements.txt": "flask\ngitpython\n" });
  expect(recipe.bases).toEqual(["python:3.11"]);
});
