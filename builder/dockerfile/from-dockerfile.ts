import type { BuildVariables } from "../../server/model/values/build-variables.ts";
import { makeableBases } from "../images/base-images.ts";
import type { BuildEnvironment, Detected } from "../plan/detected.ts";
import { type NoCommand, noCommandOf } from "../plan/no-command.ts";
import { type BaseName, type BuildRecipe, PlanProblem, type SourceTree } from "../plan/plan.ts";
import { firstOf } from "../source/source-tree.ts";
import { readDockerfile } from "./dockerfile.ts";
import { neededStages } from "./needed-stages.ts";
import { newerSyntaxIn } from "./newer-syntax.ts";

/** A build from a Dockerfile in the repository or in a compose file. */
export interface DockerfileBuild {
  readonly context: SourceTree;
  /** The Dockerfile's path in the context. */
  readonly dockerfile: string;
  readonly text: string;
  /** The Dockerfile's name for people: its path in the repository. */
  readonly shownAs: string;
  readonly target: string | null;
  readonly args: Readonly<Record<string, string>>;
}

export interface DockerfileOutcome {
  readonly recipe: Omit<BuildRecipe, "contextFolder">;
  /** The first TCP port that it exposes; null when it exposes none. */
  readonly port: number | null;
  /** A summary for the log: "Dockerfile, stage prod, on node:22-slim". */
  readonly summary: string;
  /** A sentence for each variable that is marked for builds but not used by the Dockerfile. */
  readonly warnings: readonly string[];
  /** Set when the Dockerfile does not say what to start. */
  readonly noCommand: NoCommand | null;
}

/**
 * Detects a folder by the user's own Dockerfile. Rejects with PlanProblem when it does not exist or cannot be built.
 */
export async function fromDockerfile(
  tree: SourceTree,
  dockerfile: string,
  target: string | null,
  { buildVariables }: BuildEnvironment,
): Promise<Detected> {
  const text = await tree.read(dockerfile);
  if (text === null) throw new PlanProblem(`baton.yaml names ${dockerfile}, which does not exist`);
  const build = { context: tree, dockerfile, text, shownAs: dockerfile, target, args: {} };
  const { recipe, port, summary, warnings, noCommand } = await recipeOf(build, buildVariables);
  return {
    kind: "web",
    port,
    portSource: port === null ? null : `EXPOSE in ${dockerfile}`,
    recipe,
    decisions: [
      `Building with ${summary}`,
      ...(recipe.buildSecrets && recipe.buildSecrets.length > 0
        ? [`The build gets ${recipe.buildSecrets.join(", ")} as secrets, which are not kept in the image`]
        : []),
    ],
    warnings,
    noCommand,
  };
}

/** Returns the recipe of a build. Rejects with PlanProblem when it cannot be built. */
export async function recipeOf(build: DockerfileBuild, buildVariables: BuildVariables): Promise<DockerfileOutcome> {
  const { context, dockerfile, text, shownAs, target, args } = build;
  const facts = readDockerfile(text, target, args);
  if (facts.stages.length === 0) throw new PlanProblem(`${shownAs} has no FROM, so there is nothing to build on`);
  if (target !== null && !facts.stages.includes(target.toLowerCase())) {
    const names = facts.stages.filter((name) => name !== null);
    const known = names.length > 0 ? `it has ${names.join(", ")}` : "its stages have no names";
    throw new PlanProblem(`${shownAs} has no stage "${target}", which is set as the target: ${known}`);
  }
  const isMounted = (name: string) => facts.secrets.includes(name);
  const passed = (name: string) => facts.declared.includes(name) && !Object.hasOwn(args, name);
  return {
    recipe: {
      dockerfile,
      generate: null,
      bases: facts.references.flatMap((reference) => localBase(reference, shownAs) ?? []),
      extraFiles: new Map(),
      ignore: await readIgnoreFile(context, dockerfile),
      target,
      args,
      buildVariables: buildVariables.known.filter(passed),
      buildSecrets: buildVariables.secret.filter(isMounted),
      ownArguments: (["BATON_COMMIT", "BATON_DEPLOYMENT"] as const).filter(passed),
      newerSyntax: newerSyntaxIn(text),
      neededStages: neededStages(text, facts.needed),
      written: { text, shownAs },
      basedOn: facts.base,
    },
    port: facts.exposed.find(({ protocol }) => protocol === "tcp")?.port ?? null,
    noCommand: noCommandOf(text, target, shownAs),
    summary: summaryOf(shownAs, target, facts.references),
    warnings: buildVariables.secret
      .filter((name) => !isMounted(name))
      .map(
        (name) =>
          `${name} is available in builds, but ${shownAs} does not mount it: use RUN --mount=type=secret,id=${name} … and read it from /run/secrets/${name}. An ARG would leave it in the image`,
      ),
  };
}

function summaryOf(dockerfile: string, target: string | null, references: readonly string[]): string {
  const stage = target === null ? "" : `, stage ${target}`;
  const bases = references.length > 0 ? `, on ${references.join(", ")}` : "";
  return `${dockerfile}${stage}${bases}`;
}

/**
 * Returns `node:22` for `baton/node:22`, an image that Baton makes itself when it is missing. Null for any other image.
 * Throws PlanProblem.
 */
export function localBase(reference: string, namedBy: string): BaseName | null {
  if (!reference.startsWith("baton/")) return null;
  const base = makeableBases.find((name) => reference === `baton/${name}`);
  if (base) return base;
  throw new PlanProblem(
    `${namedBy} names ${reference}, which is not one of the images that Baton builds`,
    `These are: ${makeableBases.map((name) => `baton/${name}`).join(", ")}.`,
  );
}

/** Reads the .dockerignore. Docker prefers one that belongs to this Dockerfile alone. */
export async function readIgnoreFile(tree: SourceTree, dockerfile: string | null): Promise<readonly string[]> {
  const own = dockerfile === null ? [] : [`${dockerfile}.dockerignore`];
  const file = firstOf(tree, [...own, ".dockerignore"]);
  return file === null ? [] : ((await tree.read(file)) ?? "").split(/\r?\n/);
}
