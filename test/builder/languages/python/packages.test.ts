import { describe, expect, it } from "vitest";
import { plan, plannedService } from "../../tree.ts";

/** The stage that installs packages, without its first lines, which are always the same. */
async function packagesStage(files: Readonly<Record<string, string>>, variables: readonly string[] = []) {
  const { dockerfile, recipe, decisions } = await plannedService({ "app.py": "app = Flask()", ...files }, variables);
  const stage = dockerfile?.split("\nFROM ")[1]?.split("RUN python3 -m venv /opt/venv\n")[1] ?? "";
  return { stage: stage.trimEnd().split("\n"), recipe, decisions };
}

const mounts = "--mount=type=cache,target=/root/.cache";
const flask = "flask==3.1.0\ngunicorn==23.0.0\n";
const packaged = '[build-system]\n[project]\nname = "shop"\ndependencies = ["flask", "gunicorn"]\n';

describe("packages of a Python app", () => {
  it("are reinstalled only when one of the lists has changed", async () => {
    const { stage } = await packagesStage({
      "requirements.txt": "-r requirements/web.txt",
      "requirements/web.txt": flask,
    });
    expect(stage).toEqual([
      "COPY requirements.txt ./",
      "COPY requirements/web.txt ./requirements/",
      `RUN ${mounts} pip install --requirement requirements.txt`,
    ]);
  });

  it("come after the source where they are part of it", async () => {
    const { stage } = await packagesStage({ "requirements.txt": `${flask}-e .\n`, "pyproject.toml": packaged });
    expect(stage).toEqual(["COPY . .", `RUN ${mounts} pip install --requirement requirements.txt`]);
  });

  it("are taken out of pyproject.toml, which changes for many reasons", async () => {
    const { stage, recipe } = await packagesStage({ "pyproject.toml": packaged });
    expect(stage).toEqual([
      "COPY .baton/requirements.txt ./.baton/",
      `RUN ${mounts} pip install --requirement .baton/requirements.txt`,
    ]);
    expect(recipe.extraFiles.get(".baton/requirements.txt")).toBe("flask\ngunicorn\n");
  });

  it("are followed by the app itself where it lies in src/", async () => {
    const { stage, decisions } = await packagesStage({ "pyproject.toml": packaged, "src/shop/__init__.py": "" });
    expect(stage.slice(-2)).toEqual(["COPY . .", `RUN ${mounts} pip install --no-deps --editable .`]);
    expect(decisions).toContain("The app itself is installed too, in place");
  });

  it("are installed by uv, which stays apart, in the Python that is there", async () => {
    const { stage } = await packagesStage({ "pyproject.toml": packaged, "uv.lock": "", "src/shop/__init__.py": "" });
    expect(stage).toEqual([
      "RUN python3 -m venv /opt/uv",
      `RUN ${mounts} /opt/uv/bin/pip install uv`,
      "ENV UV_PROJECT_ENVIRONMENT=/opt/venv UV_PYTHON=/opt/venv/bin/python3 UV_PYTHON_DOWNLOADS=never",
      "ENV UV_LINK_MODE=copy UV_COMPILE_BYTECODE=1",
      "COPY pyproject.toml uv.lock ./",
      `RUN ${mounts} /opt/uv/bin/uv sync --locked --no-dev --inexact --no-install-project`,
      "COPY . .",
      `RUN ${mounts} /opt/uv/bin/uv sync --locked --no-dev --inexact`,
    ]);
  });

  it("of a workspace of uv's are checked against the lockfile once all of its members are there", async () => {
    const workspace = `${packaged}[tool.uv.workspace]\nmembers = ["packages/*"]\n`;
    const { stage } = await packagesStage({ "pyproject.toml": workspace, "uv.lock": "" });
    expect(stage.slice(-4)).toEqual([
      "COPY pyproject.toml uv.lock ./",
      `RUN ${mounts} /opt/uv/bin/uv sync --frozen --no-dev --inexact --no-install-workspace`,
      "COPY . .",
      `RUN ${mounts} /opt/uv/bin/uv sync --locked --no-dev --inexact`,
    ]);
  });

  it("are installed by Poetry, development apart", async () => {
    const project =
      '[build-system]\n[tool.poetry]\nname = "shop"\n[tool.poetry.dependencies]\nflask = "3"\ngunicorn = "*"\n';
    const { stage } = await packagesStage({ "pyproject.toml": project, "poetry.lock": "", "src/shop/__init__.py": "" });
    expect(stage).toEqual([
      "RUN python3 -m venv /opt/poetry",
      `RUN ${mounts} /opt/poetry/bin/pip install poetry`,
      "COPY pyproject.toml poetry.lock ./",
      `RUN ${mounts} /opt/poetry/bin/poetry install --no-interaction --no-ansi --only main --no-root`,
      "COPY . .",
      `RUN ${mounts} /opt/poetry/bin/poetry install --no-interaction --no-ansi --only-root`,
    ]);
  });

  it.each([
    [{ "Pipfile.lock": "{}" }, "--deploy"],
    [{}, "--skip-lock"],
  ])("are installed by Pipenv: %j", async (files, flag) => {
    const { stage } = await packagesStage({ Pipfile: "flask\ngunicorn", ...files });
    expect(stage.at(-1)).toBe(`RUN ${mounts} /opt/pipenv/bin/pipenv install ${flag}`);
  });

  it("come from an index of one's own, whose token no layer holds", async () => {
    const { stage, recipe } = await packagesStage({ "requirements.txt": flask }, ["PIP_INDEX_URL", "SECRET_KEY"]);
    const secret = '--mount=type=secret,id=PIP_INDEX_URL export PIP_INDEX_URL="$(cat /run/secrets/PIP_INDEX_URL)" &&';
    expect(stage.at(-1)).toBe(`RUN ${mounts} ${secret} pip install --requirement requirements.txt`);
    expect(recipe.buildSecrets).toEqual(["PIP_INDEX_URL"]);
  });

  it("whose lockfile stands alone are asked for the rest", async () => {
    await expect(plan({ "app.py": "", "uv.lock": "" })).rejects.toThrow(
      "uv.lock exists, but the pyproject.toml that it belongs to does not",
    );
  });
});
