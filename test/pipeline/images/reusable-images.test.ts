// biome-ignore-all lint/suspicious/noTemplateCurlyInString: this is how Compose writes variables.
import { expect, test } from "vitest";
import { type DeploymentSpec, servicesOf } from "../../../server/model/deployment/spec.ts";
import type { ImageId } from "../../../server/model/names/ids.ts";
import type { DeploymentContext } from "../../../server/pipeline/context/context.ts";
import { reusableImages } from "../../../server/pipeline/images/reusable-images.ts";
import { planVersion } from "../../../server/pipeline/source/plan.ts";
import type { VersionInputs } from "../../../server/pipeline/source/version-inputs.ts";
import { createFakeGit } from "../../fakes/fake-git.ts";
import { aService, sha } from "../../model/a-deployment.ts";

const dockerfile = "FROM baton/node:22\nARG VITE_TITLE\nRUN --mount=type=secret,id=NPM_TOKEN echo\nCMD [node]\n";
const compose = [
  "services:",
  "  web: { build: { context: ., args: { FLAVOUR: '${FLAVOUR:-plain}' } }, ports: [3000:3000] }",
  "  db: { image: 'postgres:16', environment: { POSTGRES_PASSWORD: '${PASSWORD:-x}' } }",
].join("\n");

const nothingMarked = { marks: {}, rootDirectory: "" };

/** The services whose images are reused for the current variables and settings, and the lines of the log. */
async function reuse(
  then: Partial<DeploymentSpec>,
  today: Partial<VersionInputs>,
  files: Readonly<Record<string, string>> = {},
) {
  const contents = new Map(Object.entries({ Dockerfile: dockerfile, "compose.yaml": compose, ...files }));
  const said: string[] = [];
  const say = (text: string) => void said.push(text);
  const git = {
    ...createFakeGit(),
    listTree: async () =>
      [...contents].map(([path, text]) => ({ path, type: "file", object: path, sizeBytes: text.length })),
    readFile: async (_product: unknown, _commit: unknown, path: string) => Buffer.from(contents.get(path) ?? ""),
  };
  const environment = { name: "production", domain: null };
  const limits = { healthTimeoutMs: 90_000, domain: "localhost" };
  const journal = { stage() {}, note: say, warn: say };
  const context = {
    ...{ git, engine: { machine: async () => null }, limits },
    product: { id: 1, slug: "shop" },
    environment,
    installation: { id: 1 },
    journal,
    signal: new AbortController().signal,
  } as unknown as DeploymentContext;
  const services = [aService({ name: "web" }), aService({ name: "db", pulledAs: "postgres:16" })];
  const spec = { commit: sha, stacks: [{ name: "app", services }], variables: {}, routes: [], ...then };
  const inputs = { variables: {}, plainVariables: [], settings: new Map(), buildSettings: nothingMarked, ...today };
  const planned = await planVersion(context, sha, inputs);
  said.length = 0;
  const reusable = await reusableImages(context, spec, inputs, planned);
  expect(
    servicesOf(spec).every(({ name, image }) => [undefined, image as ImageId].includes(reusable.get(name)?.image)),
  ).toBe(true);
  return { reused: [...reusable.keys()], said };
}

const allAgain = { reused: ["web", "db"], said: ["Its images are still here, so nothing is built"] };

test("what only the running app gets builds nothing", async () => {
  expect(await reuse({}, { variables: { LOG_LEVEL: "debug", PASSWORD: "y" } })).toEqual(allAgain);
  expect(await reuse({ variables: { VITE_TITLE: "a" } }, { variables: { VITE_TITLE: "a", B: "1" } })).toEqual(allAgain);
});

test("a changed variable that is part of a build builds that service again, and the log says which", async () => {
  expect(await reuse({ variables: { VITE_TITLE: "a" } }, { variables: { VITE_TITLE: "b" } })).toEqual({
    reused: ["db"],
    said: ["web is rebuilt: VITE_TITLE changed and is part of its build"],
  });
  expect((await reuse({ variables: { VITE_TITLE: "a" } }, {})).reused).toEqual(["db"]);
});

test("so does an argument of the build that a variable fills in, and a secret of the build", async () => {
  expect(await reuse({}, { variables: { FLAVOUR: "hot" } })).toEqual({
    reused: ["db"],
    said: ["web is rebuilt: the input of its build changed"],
  });
  const buildSettings = { marks: { NPM_TOKEN: true }, rootDirectory: "" };
  const then = { variables: { NPM_TOKEN: "a" }, buildSettings };
  expect((await reuse(then, { variables: { NPM_TOKEN: "b" }, buildSettings })).reused).toEqual(["db"]);
});

test("a variable that is given to builds from today on builds again, unless the version is older than such notes", async () => {
  const variables = { NPM_TOKEN: "a" };
  const today = { variables, buildSettings: { marks: { NPM_TOKEN: true }, rootDirectory: "" } };
  expect((await reuse({ variables, buildSettings: nothingMarked }, today)).said).toEqual([
    "web is rebuilt: NPM_TOKEN changed and is part of its build",
  ]);
  expect(await reuse({ variables }, today)).toEqual(allAgain);
});

test("another root directory builds again", async () => {
  const today = { buildSettings: { marks: {}, rootDirectory: "next" } };
  const files = { "next/Dockerfile": dockerfile, "next/compose.yaml": compose };
  expect((await reuse({ buildSettings: nothingMarked }, today, files)).reused).toEqual(["db"]);
});
