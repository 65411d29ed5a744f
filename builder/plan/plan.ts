import type { ServiceSpec } from "../../server/model/deployment/spec.ts";
import type { NewerSyntax } from "../dockerfile/newer-syntax.ts";
import type { SourceLocation } from "../source/source-location.ts";

/** A repository as the builder sees it: a listing, and a few files on request. */
export interface SourceTree {
  /** Every file, `/` between folders, relative to the root; symlinks and submodules apart. */
  readonly files: ReadonlyMap<string, SourceFile>;
  /** Text of a file; null when it is not there. Rejects above 1 MiB, and a lockfile above 16 MiB. */
  read(path: string): Promise<string | null>;
}

export interface SourceFile {
  readonly sizeBytes: number;
  readonly executable: boolean;
}

/** What a version is made of before its images exist. */
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

/** A service whose image is still to be had: built by a recipe, or pulled by its reference. Digests of its mounts are still empty. */
export type ServicePlan = Omit<ServiceSpec, "image" | "pulledAs" | "basedOn" | "keptFrom"> & {
  readonly source: ImageSource;
  /** Where the repository says that there is this service; null: nowhere, it was found. */
  readonly at: SourceLocation | null;
};

export type ImageSource =
  | { readonly type: "build"; readonly recipe: BuildRecipe }
  /** `baton/…` is made here, everything else is pulled. */
  | { readonly type: "image"; readonly reference: string };

export interface BuildRecipe {
  /** The folder that is the build context; empty for the root of the repository. */
  readonly contextFolder: string;
  /** Path of the Dockerfile inside the context. */
  readonly dockerfile: string;
  /** Text of a Dockerfile that Baton generates, given where each of `bases` can be had; null: the repository's own. */
  readonly generate: ((baseReference: (base: BaseName) => string) => string) | null;
  /** Images that a generated Dockerfile stands on, and `baton/…` ones that the user's own Dockerfile names. */
  readonly bases: readonly BaseName[];
  /** Further files that Baton adds to the context (a static server's configuration), by path in it. */
  readonly extraFiles: ReadonlyMap<string, string>;
  /** Lines of the .dockerignore that holds for this context; empty: all goes in. */
  readonly ignore: readonly string[];
  readonly target: string | null;
  readonly args: Readonly<Record<string, string>>;
  /** Names of the installation's variables that the build is given as arguments, beside `args`: public ones, never secrets. */
  readonly buildVariables?: readonly string[];
  /** Names of those that the build gets as secrets, by their names as ids: mounted for single commands, and in no layer. */
  readonly buildSecrets?: readonly string[];
  /** What Baton itself tells the build as arguments. */
  readonly told?: readonly OwnWord[];
  /** What it tells as secrets, which do not count for the cache: an unchanged build keeps what it was told first. */
  readonly toldInSecret?: readonly OwnWord[];
  /** What a Dockerfile of the user's has that old engines do not understand. */
  readonly newerSyntax?: NewerSyntax | null;
  /** Whether a symlink of the context is kept, by its path and its target; not there: all are. */
  readonly keepsLink?: (path: string, target: string) => boolean;
  /** What a generated Dockerfile makes sure that the build has made, and what to do where it has not. */
  readonly expected?: { readonly path: string; readonly hint: string } | null;
  /** Text that takes the place of a Dockerfile of the user's where the builder makes stages that nothing needs; null: it needs all. */
  readonly neededStages?: string | null;
  /** The image that a Dockerfile of the user's stands on; null: none is known. */
  readonly basedOn?: string | null;
  /** The user's own Dockerfile, and what a person knows it by; not there: Baton generates it. */
  readonly written?: { readonly text: string; readonly shownAs: string };
}

/** What running apps find in their environment, too. */
export type OwnWord = "BATON_COMMIT" | "BATON_DEPLOYMENT";

/** `node:22`, `static:1`, `debian:12`: a base image without its `baton/`. */
export type BaseName = `${string}:${string}`;

/** One thing that keeps a repository from being deployed: what was found, and what to do about it. */
export interface Finding {
  /** The file that it is about, and the line in it (from 1), as far as either can be named. */
  readonly file: string | null;
  readonly line: number | null;
  readonly message: string;
  readonly hint: string | null;
}

/** The repository cannot be deployed as it is. One clear sentence each: what was found, and what is accepted. */
export class PlanProblem extends Error {
  override readonly name = "PlanProblem";
  /** Where there are several findings, a line for each. */
  readonly hint: string | null;
  readonly findings: readonly Finding[];
  constructor(message: string, hint: string | null = null, findings?: readonly Finding[]) {
    super(message);
    this.hint = hint;
    this.findings = findings ?? [{ file: null, line: null, message, hint }];
  }
}
