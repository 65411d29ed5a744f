import type { BuildVariables } from "../../server/model/values/build-variables.ts";
import type { NoCommand } from "./no-command.ts";
import type { BuildRecipe, SourceTree } from "./plan.ts";

/** What a provider finds out about a folder: how its image is built, and facts about the service in it. */
export interface Detected {
  readonly kind: "web" | "worker";
  /** The port inside the container; null when the app takes the port from PORT. */
  readonly port: number | null;
  /** Where the port was found, for the log: "EXPOSE in Dockerfile". */
  readonly portSource: string | null;
  /** The recipe, relative to the folder unless it names a `contextFolder` around it. */
  readonly recipe: Omit<BuildRecipe, "contextFolder"> & Partial<Pick<BuildRecipe, "contextFolder">>;
  /** One line for each decision, in the order that is best to read. */
  readonly decisions: readonly string[];
  readonly warnings: readonly string[];
  /** Adapts a line of the Procfile to the image, which lacks the build tools. Without it, the line runs as written. */
  readonly lineInImage?: (line: string) => string;
  /** Whether the image holds only a web server and static files, so that it cannot run a process of a Procfile. */
  readonly servesFiles?: boolean;
  /** Set when its Dockerfile does not say what to start. */
  readonly noCommand?: NoCommand | null;
}

/** The facts about the installation that a version is built for, and about the repository around the folder. */
export interface BuildEnvironment {
  /** The installation's variables that a build gets. */
  readonly buildVariables: BuildVariables;
  /**
   * Lines of the Procfile that become services. All of them run in the same image, so it must hold what each of them
   * needs.
   */
  readonly processLines: readonly string[];
  /** Paths of mounted volumes, where written data persists. */
  readonly volumes: readonly string[];
  /** The repository and the folder in it; null when the folder is the whole repository. */
  readonly around: { readonly tree: SourceTree; readonly folder: string } | null;
}

/** Recognises and builds apps of one kind. To support a new kind, add a file and a line in providers.ts. */
export interface Provider {
  /** The files that it recognises, in words, for the message that nothing was recognised. */
  readonly looksFor: string;
  /** Returns null when the folder is not of this kind. Rejects with PlanProblem when it is, but cannot be deployed. */
  detect(tree: SourceTree, environment: BuildEnvironment): Promise<Detected | null>;
}
