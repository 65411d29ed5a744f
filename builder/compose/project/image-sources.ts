import type { BuildVariables } from "../../../server/model/values/build-variables.ts";
import { localBase, recipeOf } from "../../dockerfile/from-dockerfile.ts";
import type { NoCommand } from "../../plan/no-command.ts";
import type { ImageSource, SourceTree } from "../../plan/plan.ts";
import { subtree } from "../../source/source-tree.ts";
import { inFolder } from "../read/compose-files.ts";
import type { ComposeBuild, ComposeProject, ComposeService } from "./compose-project.ts";

/** The source of a service's image, and the facts that its Dockerfile gives. */
export interface ServiceImage {
  readonly source: ImageSource;
  /** The first TCP port that its Dockerfile exposes. Null when it exposes none, or when the image is not built here. */
  readonly exposed: number | null;
  /** The log shows this: how the image is built, or its name. */
  readonly summary: string;
  /** Set when its Dockerfile does not say what to start. */
  readonly noCommand: NoCommand | null;
}

/** The path in the context of a Dockerfile that is not a file of the context. */
const writtenDockerfile = ".baton/Dockerfile";

/**
 * Finds the images of a project's services. Services that are built in the same way share one recipe, and so one image.
 */
export function createImageSources(tree: SourceTree, project: ComposeProject, buildVariables: BuildVariables) {
  const built = new Map<string, Promise<ServiceImage>>();
  return {
    /** Rejects with PlanProblem when the image cannot be built. */
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

/**
 * Returns the build of a service. A service may run the image that another one builds, by the name that the file gives
 * it.
 */
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
