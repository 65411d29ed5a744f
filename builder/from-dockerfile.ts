import { makeableBases } from "./base-images.ts";
import type { Detected, Installation } from "./detected.ts";
import { readDockerfile } from "./dockerfile.ts";
import { newerSyntaxIn } from "./newer-syntax.ts";
import { type BaseName, PlanProblem, type SourceTree } from "./plan.ts";
import { firstOf } from "./source-tree.ts";

/** A Dockerfile of the user's own. Rejects with PlanProblem when it is not there, or cannot be built. */
export async function fromDockerfile(
  tree: SourceTree,
  dockerfile: string,
  target: string | null,
  installation: Installation,
): Promise<Detected> {
  const text = await tree.read(dockerfile);
  if (text === null) throw new PlanProblem(`there is no ${dockerfile}, which baton.yaml names`);
  const facts = readDockerfile(text, target);
  if (facts.stages.length === 0) throw new PlanProblem(`${dockerfile} has no FROM, so there is nothing to build on`);
  if (target !== null && !facts.stages.includes(target.toLowerCase())) {
    const names = facts.stages.filter((name) => name !== null);
    const known = names.length > 0 ? `it has ${names.join(", ")}` : "its stages have no names";
    throw new PlanProblem(`${dockerfile} has no stage "${target}", which baton.yaml names as target: ${known}`);
  }

  const [secrets, unmounted] = partition(installation.buildSecrets, (name) => facts.secrets.includes(name));
  const port = facts.exposed.find(({ protocol }) => protocol === "tcp")?.port ?? null;
  return {
    kind: "web",
    port,
    portSource: port === null ? null : `EXPOSE in ${dockerfile}`,
    recipe: {
      dockerfile,
      generate: null,
      bases: facts.references.flatMap((reference) => localBase(reference, dockerfile) ?? []),
      extraFiles: new Map(),
      ignore: await readIgnoreFile(tree, dockerfile),
      target,
      args: {},
      buildVariables: installation.buildVariables.filter((name) => facts.declared.includes(name)),
      buildSecrets: secrets,
      newerSyntax: newerSyntaxIn(text),
    },
    decisions: [
      describe(dockerfile, target, facts.references),
      ...(secrets.length > 0
        ? [`The build gets ${secrets.join(", ")} as secrets, and the image does not keep them`]
        : []),
    ],
    warnings: unmounted.map(
      (name) =>
        `${name} is marked for builds, but ${dockerfile} does not mount it: RUN --mount=type=secret,id=${name} …, which finds it in /run/secrets/${name}. An ARG would keep it in the image`,
    ),
  };
}

function partition<Item>(items: readonly Item[], belongs: (item: Item) => boolean): [fitting: Item[], others: Item[]] {
  return [items.filter(belongs), items.filter((item) => !belongs(item))];
}

function describe(dockerfile: string, target: string | null, references: readonly string[]): string {
  const stage = target === null ? "" : `, stage ${target}`;
  const bases = references.length > 0 ? `, on ${references.join(", ")}` : "";
  return `Building with ${dockerfile}${stage}${bases}`;
}

/** `baton/node:22` is `node:22`: an image that Baton makes itself when it is not there. */
function localBase(reference: string, dockerfile: string): BaseName | null {
  if (!reference.startsWith("baton/")) return null;
  const base = makeableBases.find((name) => reference === `baton/${name}`);
  if (base) return base;
  throw new PlanProblem(
    `${dockerfile} names ${reference}, which is not one of the images that Baton makes`,
    `These are: ${makeableBases.map((name) => `baton/${name}`).join(", ")}.`,
  );
}

/** Docker prefers the one that belongs to this Dockerfile alone. */
export async function readIgnoreFile(tree: SourceTree, dockerfile: string | null): Promise<readonly string[]> {
  const own = dockerfile === null ? [] : [`${dockerfile}.dockerignore`];
  const file = firstOf(tree, [...own, ".dockerignore"]);
  return file === null ? [] : ((await tree.read(file)) ?? "").split(/\r?\n/);
}
