import type { BuildVariables } from "../../server/model/values/build-variables.ts";
import type { NoCommand } from "./no-command.ts";
import type { BuildRecipe, SourceTree } from "./plan.ts";

/** What a provider makes of a folder: how its image is built, and what is known of the service in it. */
export interface Detected {
  readonly kind: "web" | "worker";
  /** The port inside the container; null when the app is told by PORT which one to take. */
  readonly port: number | null;
  /** Where the port was found, for the log: "EXPOSE in Dockerfile". */
  readonly portSource: string | null;
  /** Relative to the folder, unless it names a `contextFolder` around it. */
  readonly recipe: Omit<BuildRecipe, "contextFolder"> & Partial<Pick<BuildRecipe, "contextFolder">>;
  /** One line for each decision, in the order in which a person wants to read them. */
  readonly decisions: readonly string[];
  readonly warnings: readonly string[];
  /** What a line of the Procfile becomes in its image, which lacks what builds programs; none: it runs as it is written. */
  readonly lineInImage?: (line: string) => string;
  /** Its image holds a web server and pages, and nothing that could run a process of a Procfile. */
  readonly servesFiles?: boolean;
  /** Its Dockerfile does not say what to start. */
  readonly noCommand?: NoCommand | null;
}

/** What is known of the installation that a version is built for, and of the folder around the one that is read. */
export interface BuildEnvironment {
  /** Those of its variables that a build gets. */
  readonly buildVariables: BuildVariables;
  /** Lines of the Procfile that become services: whichever of them starts the image, the others need what they run in it, too. */
  readonly processLines: readonly string[];
  /** Where volumes are mounted: what is written there stays. */
  readonly volumes: readonly string[];
  /** The repository and the folder in it that is looked at; null when that is all of it. */
  readonly around: { readonly tree: SourceTree; readonly folder: string } | null;
}

/** Knows one way in which apps are written. A new way is one new file, and a line in providers.ts. */
export interface Provider {
  /** The files that it goes by, in words, for the sentence that says nothing was recognised. */
  readonly looksFor: string;
  /** Null: this folder is none of its business. Rejects with PlanProblem when it is, but cannot be deployed. */
  detect(tree: SourceTree, environment: BuildEnvironment): Promise<Detected | null>;
}
