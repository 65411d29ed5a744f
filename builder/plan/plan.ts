import type { ServiceSpec } from "../../server/model/deployment/spec.ts";
import type { NewerSyntax } from "../dockerfile/newer-syntax.ts";
import type { SourceLocation } from "../source/source-location.ts";

/** A repository as the builder sees it: a list of files, and the content of some on request. */
export interface SourceTree {
  /** Every file by its path relative to the root, with `/` between folders. Symlinks and submodules are left out. */
  readonly files: ReadonlyMap<string, SourceFile>;
  /** Reads a file as text; null when it does not exist. Rejects above 1 MiB, for a lockfile above 16 MiB. */
  read(path: string): Promise<string | null>;
}

export interface SourceFile {
  readonly sizeBytes: number;
  readonly executable: boolean;
}

/** The content of a version before its images exist. */
export interface Plan {
  readonly stacks: readonly StackPlan[];
  /** One line for each decision, for the log: "Node 22, from engines in package.json". */
  readonly decisions: readonly string[];
  readonly warnings: readonly string[];
}

export interface StackPlan {
  readonly name: string;
  readonly services: readonly ServicePlan[];
}

/**
 * A service whose image does not exist yet: it is built by a recipe, or pulled by its reference. The digests of its
 * mounts are still empty.
 */
export type ServicePlan = Omit<ServiceSpec, "image" | "pulledAs" | "basedOn" | "keptFrom"> & {
  readonly source: ImageSource;
  /** The place in the repository that defines the service; null when it was detected. */
  readonly at: SourceLocation | null;
};

export type ImageSource =
  | { readonly type: "build"; readonly recipe: BuildRecipe }
  /** A `baton/…` image is made here; any other is pulled. */
  | { readonly type: "image"; readonly reference: string };

export interface BuildRecipe {
  /** The folder that is the build context; empty for the repository's root. */
  readonly contextFolder: string;
  /** The path of the Dockerfile inside the context. */
  readonly dockerfile: string;
  /**
   * Generates the Dockerfile's text from the references of `bases`; null when the repository has its own Dockerfile.
   */
  readonly generate: ((baseReference: (base: BaseName) => string) => string) | null;
  /** The base images of a generated Dockerfile, and the `baton/…` images that the user's own Dockerfile names. */
  readonly bases: readonly BaseName[];
  /** Files that Baton adds to the context, by path in it, such as a static server's configuration. */
  readonly extraFiles: ReadonlyMap<string, string>;
  /** The lines of the context's .dockerignore; empty when everything goes in. */
  readonly ignore: readonly string[];
  readonly target: string | null;
  readonly args: Readonly<Record<string, string>>;
  /**
   * Names of the installation's variables that the build gets as arguments in addition to `args`. They are public ones,
   * never secrets.
   */
  readonly buildVariables?: readonly string[];
  /**
   * Names of variables that the build gets as secrets, with the name as the id. They are mounted for single commands
   * and are in no layer.
   */
  readonly buildSecrets?: readonly string[];
  /** Baton's own variables that the build gets as arguments. */
  readonly ownArguments?: readonly OwnWord[];
  /**
   * Baton's own variables that the build gets as secrets. They do not count for the cache, so an unchanged build keeps
   * the first values.
   */
  readonly ownSecrets?: readonly OwnWord[];
  /** Syntax in the user's Dockerfile that not every engine understands. */
  readonly newerSyntax?: readonly NewerSyntax[];
  /** Whether a symlink of the context is kept, by its path and target. By default all are. */
  readonly keepsLink?: (path: string, target: string) => boolean;
  /** The path that a generated Dockerfile checks after the build, and a hint for when it is missing. */
  readonly expected?: { readonly path: string; readonly hint: string } | null;
  /**
   * The text to build instead of the user's Dockerfile where the builder would make stages that nothing needs; null
   * when all stages are needed.
   */
  readonly neededStages?: string | null;
  /** The base image of the user's Dockerfile; null when it is unknown. */
  readonly basedOn?: string | null;
  /** The user's own Dockerfile and its name for people; absent when Baton generates the Dockerfile. */
  readonly written?: { readonly text: string; readonly shownAs: string };
}

/** Variables that Baton sets for builds and for running apps. */
export type OwnWord = "BATON_COMMIT" | "BATON_DEPLOYMENT";

/** A base image's name without `baton/`: `node:22`, `static:1`, `debian:12`. */
export type BaseName = `${string}:${string}`;

/** One problem that keeps a repository from being deployed, and what to do about it. */
export interface Finding {
  /** The file that has the problem. It and the line (from 1) are null where they cannot be named. */
  readonly file: string | null;
  readonly line: number | null;
  readonly message: string;
  readonly hint: string | null;
}

/**
 * The repository cannot be deployed as it is. The message is one clear sentence that says what was found and what is
 * accepted.
 */
export class PlanProblem extends Error {
  override readonly name = "PlanProblem";
  /** The hint; it has a line for each finding when there are several. */
  readonly hint: string | null;
  readonly findings: readonly Finding[];
  constructor(message: string, hint: string | null = null, findings?: readonly Finding[]) {
    super(message);
    this.hint = hint;
    this.findings = findings ?? [{ file: null, line: null, message, hint }];
  }
}
