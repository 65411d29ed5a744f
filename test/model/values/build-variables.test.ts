import { expect, it } from "vitest";
import { runWithSecrets, withoutSecrets } from "../../../builder/source/build-secrets.ts";
import { buildVariablesOf } from "../../../server/model/values/build-variables.ts";
import { plannedService } from "../../builder/tree.ts";

it("a build is given the variables whose names say that everyone may know them", () => {
  const names = ["VITE_B", "NEXT_PUBLIC_A", "SECRET", "MY_VITE_X", "VITE_A B", "vite_a", "REACT_APP_C"];
  expect(buildVariablesOf(names)).toEqual({ known: ["NEXT_PUBLIC_A", "REACT_APP_C", "VITE_B"], secret: [] });
});

it("a build is given what is marked for it, as a secret unless its name is public, and not what is marked against it", () => {
  const marks = { SECRET: true, VITE_A: false, VITE_B: true, OTHER: false, MISSING: true, "A B": true };
  expect(buildVariablesOf(["VITE_A", "VITE_B", "SECRET", "OTHER", "A B", "constructor"], marks)).toEqual({
    known: ["VITE_B"],
    secret: ["SECRET"],
  });
});

it("a build is given what package managers read, as secrets, unless that is marked against it", () => {
  const names = [
    "PIP_INDEX_URL",
    "UV_INDEX_TEAM_PASSWORD",
    "GOPROXY",
    "GOFLAGS",
    "GOPHER",
    "PIPE",
    "POETRY_HTTP_BASIC_A",
  ];
  expect(buildVariablesOf(names, { GOFLAGS: false })).toEqual({
    known: [],
    secret: ["GOPROXY", "PIP_INDEX_URL", "POETRY_HTTP_BASIC_A", "UV_INDEX_TEAM_PASSWORD"],
  });
});

it("people read the command of a step, not how its secrets get there", () => {
  const line = runWithSecrets("pip install a", ["--mount=type=cache,target=/c"], ["PIP_INDEX_URL", "TOKEN"]);
  expect(withoutSecrets(`[2/3] ${line}`)).toBe("[2/3] RUN --mount=type=cache,target=/c pip install a");
  expect(withoutSecrets("RUN export A=1 && b")).toBe("RUN export A=1 && b");
});

it("a Dockerfile is given those of them that it declares", async () => {
  const { recipe } = await plannedService({ Dockerfile: "FROM a\nARG VITE_A=1\nARG SECRET\nARG VITE_C" }, [
    "VITE_A",
    "VITE_B",
    "SECRET",
  ]);
  expect(recipe.buildVariables).toEqual(["VITE_A"]);
});

it("a marked secret is mounted for install and build, and is no argument", async () => {
  const { recipe, dockerfile, decisions } = await plannedService(
    {
      "package.json": JSON.stringify({
        scripts: { build: "next build", start: "next start" },
        dependencies: { next: "15" },
      }),
      "package-lock.json": "{}",
    },
    ["NPM_TOKEN", "OTHER"],
    { NPM_TOKEN: true },
  );
  expect(recipe).toMatchObject({ buildVariables: [], buildSecrets: ["NPM_TOKEN"] });
  const mounted = `--mount=type=secret,id=NPM_TOKEN export NPM_TOKEN="$(cat /run/secrets/NPM_TOKEN)" &&`;
  expect(dockerfile).toContain(`RUN --mount=type=cache,target=/root/.npm ${mounted} npm ci`);
  // The value of a secret does not count for the build cache, so the cache needs another input that changes.
  expect(dockerfile).toContain(`ARG BATON_SECRETS_VERSION\nRUN ${mounted} npm run build`);
  expect(dockerfile).not.toContain("OTHER");
  expect(decisions).toContain("Install and build get NPM_TOKEN, which are not kept in the image");
});

it("a Dockerfile gets the marked secrets that it mounts, and a sentence about the others", async () => {
  const { recipe, warnings } = await plannedService(
    { Dockerfile: "FROM a\nRUN --mount=type=secret,id=A --mount=type=secret,target=/root/B x\nARG C" },
    ["A", "B", "C"],
    { A: true, B: true, C: true },
  );
  expect(recipe).toMatchObject({ buildVariables: [], buildSecrets: ["A", "B"] });
  expect(warnings).toEqual([
    "C is available in builds, but Dockerfile does not mount it: use RUN --mount=type=secret,id=C … and read it from /run/secrets/C. An ARG would leave it in the image",
  ]);
});

it("a Dockerfile gets the build arguments that it declares, unless the compose file sets them", async () => {
  const { recipe } = await plannedService({ Dockerfile: "FROM a\nARG BATON_COMMIT\nRUN x" });
  expect(recipe.ownArguments).toEqual(["BATON_COMMIT"]);
  const both = await plannedService({ Dockerfile: "FROM a\nARG BATON_DEPLOYMENT BATON_COMMIT\nRUN x" });
  expect(both.recipe.ownArguments).toEqual(["BATON_COMMIT", "BATON_DEPLOYMENT"]);
  const composed = {
    "compose.yaml": "services: { web: { build: { context: ., args: { BATON_COMMIT: none } }, ports: [80] } }",
    Dockerfile: "FROM a\nARG BATON_COMMIT\nRUN x",
  };
  expect((await plannedService(composed)).recipe).toMatchObject({ ownArguments: [], args: { BATON_COMMIT: "none" } });
});
