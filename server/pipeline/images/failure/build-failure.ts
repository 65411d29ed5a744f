import { missingPath, whyMissing } from "../../../../builder/dockerfile/missing-source.ts";
import { nearestBase } from "../../../../builder/images/nearest-base.ts";
import { omittingAmong } from "../../../../builder/languages/node/package/omit-development.ts";
import type { BuildRecipe } from "../../../../builder/plan/plan.ts";
import { secretsVersionArgument, withoutSecrets } from "../../../../builder/source/build-secrets.ts";
import { contextEntries } from "../../../../builder/source/context.ts";
import type { Failure } from "../../../model/deployment/deployment.ts";
import type { BuildFailed } from "../../../ports/engine/images.ts";
import type { TreeEntry } from "../../../ports/git.ts";
import { DeploymentFailed } from "../../deployment-failed.ts";
import { buildDifferences, buildHint } from "./build-hint.ts";

/** npm prints the error first and then its usage. */
export const linesThatExplain = 60;

/** The known facts of a failed build. */
export interface FailedBuild {
  readonly service: string;
  readonly recipe: BuildRecipe;
  /** The product's own files. */
  readonly entries: readonly TreeEntry[];
  /** Names of the variables and secrets that it got. */
  readonly variables: readonly string[];
  /** The last lines that it printed, at most `linesThatExplain`. */
  readonly lines: readonly string[];
  /** A better explanation, if there is one. */
  readonly explained: Pick<Failure, "message" | "hint"> | null;
  /** The text of its Dockerfile, and of the .gitignore at the root; null when it cannot be read. */
  readonly dockerfile: string | null;
  readonly gitignore: string | null;
}

/** The error that ends a deployment whose build failed. Pure. */
export function buildFailure(error: BuildFailed, build: FailedBuild): DeploymentFailed {
  const { service, recipe, lines, explained } = build;
  const common = { stage: "build", service, exitCode: error.exitCode, lastLines: lines.slice(-50) } as const;
  if (explained) return new DeploymentFailed({ ...common, ...explained }, { cause: error });
  if (error.missingBase !== null) {
    return new DeploymentFailed(
      {
        ...common,
        message: `the base image ${error.missingBase} cannot be pulled: ${withoutDetails(error.message)}`,
        hint: missingBaseHint(error.missingBase),
      },
      { cause: error },
    );
  }
  if (error.step !== null && error.exitCode !== null) {
    const step = withoutSecrets(error.step);
    const text = [step, ...lines].join("\n");
    const variables = build.variables.filter((name) => name !== secretsVersionArgument && !ownNames.test(name));
    const leftOut = filesIn(build).length - contextEntries(build.entries, recipe).entries.length;
    const hint = buildHint({
      ...common,
      message: `${step}\n${error.message}`,
      lastLines: lines,
      differences: buildDifferences({ variables, leftOut, text }),
      leavesOutDevelopment: omittingAmong(variables).length > 0 || omits(build.dockerfile),
    });
    return new DeploymentFailed(
      { ...common, message: `\`${step}\` exited with code ${error.exitCode}`, hint },
      { cause: error },
    );
  }
  // For a missing file or a syntax error, the builder's own sentence explains it.
  return new DeploymentFailed(
    { ...common, message: error.message, hint: missingSourceHint(error, build) },
    { cause: error },
  );
}

/** The variables that Baton itself passes to builds. */
const ownNames = /^BATON_(?:COMMIT|DEPLOYMENT)$/;

function omits(dockerfile: string | null): boolean {
  return /NODE_ENV[= ]"?production|--omit[= ]dev|--production(?!=false)|--only[= ]prod|NPM_CONFIG_(?:OMIT|PRODUCTION)/i.test(
    dockerfile ?? "",
  );
}

function missingSourceHint({ step, message }: BuildFailed, build: FailedBuild): string | null {
  const { recipe, entries } = build;
  const wanted = /^(?:COPY|ADD)\b/i.test(step ?? "") ? missingPath(message) : null;
  if (wanted === null) return null;
  const stage = /--from=(\S+)/.exec(step ?? "")?.[1];
  if (stage !== undefined) {
    return `${wanted} is not in ${stage}: the stage or image that --from names. Check the path, and that an earlier step creates it.`;
  }
  const prefix = recipe.contextFolder === "" ? "" : `${recipe.contextFolder}/`;
  const own = `${recipe.dockerfile}.dockerignore`;
  return whyMissing({
    wanted,
    files: entries.map(({ path }) => path),
    sent: contextEntries(entries, recipe).entries.map(({ path }) => path.slice(prefix.length)),
    contextFolder: recipe.contextFolder,
    ignoreFile: entries.some(({ path }) => path === prefix + own) ? own : ".dockerignore",
    ignore: recipe.ignore,
    gitignore: (build.gitignore ?? "").split(/\r?\n/),
  });
}

function filesIn({ entries, recipe: { contextFolder } }: FailedBuild): readonly TreeEntry[] {
  const prefix = contextFolder === "" ? "" : `${contextFolder}/`;
  return entries.filter(({ path, type }) => type !== "submodule" && path.startsWith(prefix));
}

function missingBaseHint(reference: string): string {
  if (reference.startsWith("baton/")) {
    return "Baton builds the images with such names itself, and this one isn't among them. See the README for the list.";
  }
  const base = nearestBase(reference);
  const without =
    base === null
      ? "Images such as baton/node:22, baton/static:1 and baton/debian:12 are built on this server and need no registry."
      : `FROM baton/${base} needs no registry: that image is built on this server.`;
  return `Check its name and tag, and that this server can reach its registry. ${without}`;
}

/** The sentence without its parentheses: the log just above has the whole text. */
function withoutDetails(message: string): string {
  return message.replace(/ \(.*$/s, "").replace(/\.$/, "");
}
