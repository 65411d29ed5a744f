import type { BuildVariables } from "../../../server/model/values/build-variables.ts";
import { localBase, recipeOf } from "../../dockerfile/from-dockerfile.ts";
import type { NoCommand } from "../../plan/no-command.ts";
import type { ImageSource, SourceTree } from "../../plan/plan.ts";
import { subtree } from "../../source/source-tree.ts";
import { inFolder } from "../read/compose-files.ts";
import type { ComposeBuild, ComposeProject, ComposeService } from "./compose-project.ts";

/** Where a service's image comes from, and what its Dockerfile says of it. */
export interface ServiceImage {
  readonly source: ImageSource;
  /** The first TCP port that its Dockerfile exposes; null: none, or it is not built here. */
  readonly exposed: number | null;
  /** For the log: how it is built, or what it is called. */
  readonly summary: string;
  /** Set where its Dockerfile does not say what to start. */
  readonly noCommand: NoCommand | null;
}

/** Where a Dockerfile that is no file of the context is put in it. */
const writtenDockerfile = ".baton/Dockerfile";

/** Finds the images of a project's services. Those that are built in the same way share one recipe, and so one image. */
export function createImageSources(tree: SourceTree, project: ComposeProject, buildVariables: BuildVariables) {
  const built = new Map<string, Promise<ServiceImage>>();
  return {
    /** Rejects with PlanProblem when it cannot be built. */
    async imageOf(service: ComposeService): Promise<ServiceImage> {
      const build = buildOf(service, project);
      if (build === null) return pulled(service);
      const { tag: _, ...recipe } = build;
      const key = JSON.stringify(recipe);
      const image = built.get(key) ?? builtImage(tree, build, buildVariables);
      built.set(key, image);
      return image;
    },
  };
}

/** A service may run what another one builds, by the name that the file gives to it. */
export function buildOf({ source }: ComposeService, { services }: ComposeProject): ComposeBuild | null {
  if (source.type === "build") return source;
  const name = withTag(source.reference);
  const builder = services.find((other) => {
    return other.source.type === "build" && other.source.tag !== null && withTag(other.source.tag) === name;
  });
  return builder?.source.type === "build" ? builder.source : null;
}

function withTag(reference: string): string {
  return /[:@][^/]*$/.test(reference) ? reference : `${reference}:latest`;
}

function pulled({ source }: ComposeService): ServiceImage {
  if (source.type !== "image") throw new Error("it is built");
  const { reference } = source;
  localBase(reference, "this");
  return { source: { type: "image", reference }, exposed: null, summary: reference, noCommand: null };
}

async function builtImage(
  tree: SourceTree,
  build: ComposeBuild,
  buildVariables: BuildVariables,
): Promise<ServiceImage> {
  const { context: contextFolder, target, args, dockerfileInline } = build;
  const context = subtree(tree, contextFolder);
  const isWritten = dockerfileInline !== null;
  const shownAs = isWritten ? "the Dockerfile in the compose file" : inFolder(contextFolder, build.dockerfile);
  const text = dockerfileInline ?? (await context.read(build.dockerfile)) ?? "";
  const dockerfile = isWritten ? writtenDockerfile : build.dockerfile;
  const request = { context, dockerfile, text, shownAs, target, args };
  const { recipe, port, summary, noCommand } = await recipeOf(request, buildVariables);
  const extraFiles = new Map(isWritten ? [[dockerfile, text]] : []);
  return {
    source: { type: "build", recipe: { contextFolder, ...recipe, extraFiles } },
    exposed: port,
    summary,
    noCommand,
  };
}
