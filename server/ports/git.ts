import type { Readable, Writable } from "node:stream";
import type { Commit } from "../model/deployment/deployment.ts";
import type { CommitSha, DeploymentId, ProductId } from "../model/names/ids.ts";

/**
 * What Baton asks of Git: one bare repository per product, read without a working tree, and served over
 * smart HTTP. Names that came from outside are resolved to an object id once and never used again.
 * Every method that meets a missing repository treats it as an empty one.
 */
export interface Git {
  /** Makes the bare repository with Baton's settings when it is not there; brings the settings up to date when it is. */
  ensureRepository(product: ProductId): Promise<void>;
  removeRepository(product: ProductId): Promise<void>;
  listRepositories(): Promise<readonly ProductId[]>;

  /** The commit that a branch, tag or full id names; null when there is none. */
  resolve(product: ProductId, revision: string, signal: AbortSignal): Promise<Commit | null>;
  /** The ids of commits that begin with these 4 to 64 hexadecimal digits, in upper or lower case. Two mean that there are several. */
  commitsStartingWith(product: ProductId, digits: string, signal: AbortSignal): Promise<readonly CommitSha[]>;
  /** Branch tips by short name. */
  branches(product: ProductId): Promise<ReadonlyMap<string, CommitSha>>;
  isAncestor(product: ProductId, ancestor: CommitSha, descendant: CommitSha): Promise<boolean>;
  /** Commits that `to` has and `from` has not, newest first, at most `limit`. Empty when either is not there. */
  commitsBetween(
    product: ProductId,
    from: CommitSha,
    to: CommitSha,
    limit: number,
    signal: AbortSignal,
  ): Promise<readonly Commit[]>;
  /**
   * Makes a commit of these files, by path, that follows on nothing, and the branch that ends in it: what a first push
   * would bring. Rejects, with nothing changed, when the branch is there already.
   */
  commitFiles(
    product: ProductId,
    commit: {
      readonly branch: string;
      readonly files: ReadonlyMap<string, Buffer>;
      readonly message: string;
      readonly at: Date;
    },
    signal: AbortSignal,
  ): Promise<CommitSha>;
  /** Moves (or makes) a branch, and makes it what a clone checks out. */
  moveBranch(product: ProductId, branch: string, commit: CommitSha): Promise<void>;
  /** Keeps a commit from garbage collection for as long as the deployment exists (refs/deployments/<id>). */
  keepCommit(product: ProductId, deployment: DeploymentId, commit: CommitSha): Promise<void>;
  releaseCommit(product: ProductId, deployment: DeploymentId): Promise<void>;
  /** Deployments whose commit is kept. */
  keptCommits(product: ProductId): Promise<readonly DeploymentId[]>;

  /**
   * Brings a branch or tag of a remote repository here, with all that it reaches, and resolves with the commit it
   * stands for there now. A branch is moved, also backwards, to where it stands there. Commits that are kept stay.
   * Rejects with FetchFailed, or the signal's reason; nothing of git runs on then.
   */
  fetch(product: ProductId, request: FetchRequest, signal: AbortSignal): Promise<CommitSha>;
  /** A pair of keys for ssh (ed25519, OpenSSH's formats); the comment ends the public line. */
  newDeployKey(comment: string): { readonly publicKey: string; readonly privateKey: string };
  /** Asks a remote repository where its branches stand; nothing is brought here. Rejects like `fetch`. */
  lookAt(request: RemoteRequest, signal: AbortSignal): Promise<RemoteBranches>;

  /**
   * The whole tree of a commit, streamed from `ls-tree` and stopped at the limits.
   * Rejects with TreeTooLarge, which says which limit.
   */
  listTree(
    product: ProductId,
    commit: CommitSha,
    limits: TreeLimits,
    signal: AbortSignal,
  ): Promise<readonly TreeEntry[]>;
  /** One file as bytes; null when it is not there or not a file. Rejects with TreeTooLarge above `maxBytes`. */
  readFile(
    product: ProductId,
    commit: CommitSha,
    path: string,
    maxBytes: number,
    signal: AbortSignal,
  ): Promise<Buffer | null>;
  /**
   * A tar stream of the given entries (already listed and chosen) and of files made on the spot, without
   * a checkout. Paths in the tar lose `stripPrefix`. Modes are 0644, 0755 and symlinks; times are the commit's.
   */
  archive(product: ProductId, commit: CommitSha, request: ArchiveRequest, signal: AbortSignal): Readable;

  /** `info/refs?service=…`: the whole answer's body, the service line included. Deployments' refs are hidden. A product that does not exist yet (null) looks empty. */
  advertise(
    product: ProductId | null,
    service: GitService,
    protocol: string | null,
    signal: AbortSignal,
  ): Promise<Readable>;
  /** `git-upload-pack`: request body in (not compressed), answer out, and its end. Resolves when git has ended; rejects when the client goes away first. */
  uploadPack(
    product: ProductId,
    request: Readable,
    answer: Writable,
    protocol: string | null,
    signal: AbortSignal,
  ): Promise<void>;

  /** Reads the commands of a `git-receive-pack` request (not compressed), up to where the pack begins. Rejects with BadPush. Null: the 4-byte probe that git sends before large pushes. */
  readPush(request: Readable): Promise<PushRequest | null>;
  /**
   * Stores the push. `redirect`, by full name, sends a branch's new commit to deployments' refs instead of the branch
   * (`refs/deployments/<id>`, one for each): the branch itself does not move, and its deletion is accepted and ignored.
   * Git's own progress goes to `onProgress`. Resolves with what git says of each ref; a branch that was redirected is
   * accepted only when all of its refs are and git would have moved it now. Rejects, with nothing stored, when the
   * client goes away before it has sent everything.
   */
  receive(
    product: ProductId,
    push: PushRequest,
    redirect: ReadonlyMap<string, readonly DeploymentId[]>,
    onProgress: (text: string) => void,
    signal: AbortSignal,
  ): Promise<PushResult>;
  /** Writes pkt-lines of the answer to a push: progress lines as they come, at the end the report. */
  answerPush(push: PushRequest, out: Writable): PushAnswer;
}

/** Where a repository is, apart from who may read it. */
export interface RemoteRepository {
  readonly protocol: "https" | "http" | "ssh";
  /** Of ssh. */
  readonly user: string | null;
  /** A name, or an address (IPv6 in brackets). */
  readonly host: string;
  readonly port: number;
  readonly path: string;
}

export interface RemoteRequest {
  readonly remote: RemoteRepository;
  /** A password for https; null: none. */
  readonly token: string | null;
  /** For ssh, in OpenSSH's format; null: none. */
  readonly privateKey: string | null;
  /** The host's key that was seen first, as `onHostKey` was given it; null: any is taken, and told. */
  readonly hostKey: string | null;
  readonly onHostKey: (hostKey: string) => void;
}

export interface FetchRequest extends RemoteRequest {
  /** Full name: `refs/heads/main`. */
  readonly ref: string;
}

export interface RemoteBranches {
  /** The branch that a clone checks out; null: it is not said. */
  readonly defaultBranch: string | null;
  /** By short name. */
  readonly tips: ReadonlyMap<string, CommitSha>;
}

export type FetchTrouble =
  | "authentication"
  | "not-found"
  | "no-ref"
  | "refused-address"
  | "unreachable"
  | "redirect"
  | "host-key"
  | "too-large"
  | "too-slow"
  | "other";

/** Both sentences are for people and hold no secret. */
export class FetchFailed extends Error {
  override readonly name = "FetchFailed";
  readonly trouble: FetchTrouble;
  readonly hint: string | null;
  constructor(trouble: FetchTrouble, message: string, hint: string | null, options?: ErrorOptions) {
    super(message, options);
    this.trouble = trouble;
    this.hint = hint;
  }
}

export type GitService = "git-upload-pack" | "git-receive-pack";

export interface TreeEntry {
  /** Relative to the repository's root, `/` between folders. */
  readonly path: string;
  readonly type: "file" | "executable" | "symlink" | "submodule";
  readonly object: string;
  readonly sizeBytes: number;
}

export interface TreeLimits {
  readonly maxEntries: number;
  readonly maxFileBytes: number;
  readonly maxTotalBytes: number;
}

export interface ArchiveRequest {
  readonly entries: readonly TreeEntry[];
  /** A folder, e.g. `frontend`; empty for the root. */
  readonly stripPrefix: string;
  /** Files that are not in the repository (a generated Dockerfile); they win over entries of the same path (after stripping). */
  readonly extraFiles: ReadonlyMap<string, string | Buffer>;
  /** By a symlink's path, after stripping, and its target: whether it goes in; not there: all do. */
  readonly keepsLink?: (path: string, target: string) => boolean;
}

/** One ref that the client wants to change. */
export interface RefUpdate {
  /** Full name: `refs/heads/main`. */
  readonly ref: string;
  /** Null: the ref is new. */
  readonly from: CommitSha | null;
  /** Null: the ref is to be deleted. */
  readonly to: CommitSha | null;
}

/** Only `readPush` makes it: `receive` and `answerPush` find in it what they need of the request. */
export interface PushRequest {
  readonly updates: readonly RefUpdate[];
  /** Values of `git push -o`. */
  readonly options: readonly string[];
  /** True when the client can show progress (side-band-64k). */
  readonly canShowProgress: boolean;
}

/** null: accepted; otherwise git's reason in a few words. */
export interface PushResult {
  readonly unpackError: string | null;
  readonly refs: ReadonlyMap<string, string | null>;
}

export interface PushAnswer {
  /** Text for the terminal, shown after `remote: `; whole lines ending in \n, or \r for a line that is overwritten. */
  progress(text: string): void;
  /** Keeps proxies and the client waiting; call every 5 s. */
  keepAlive(): void;
  /** The final word on every ref, then the end of the stream. */
  finish(result: PushResult): void;
}

export class TreeTooLarge extends Error {
  override readonly name = "TreeTooLarge";
}

/** The request is not what a git client sends, or breaks a limit; the message says which. */
export class BadPush extends Error {
  override readonly name = "BadPush";
}
