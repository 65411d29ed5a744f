import type { Readable, Writable } from "node:stream";
import type { Commit } from "../model/deployment/deployment.ts";
import type { CommitSha, DeploymentId, ProductId } from "../model/names/ids.ts";

/**
 * What Baton needs from git: one bare repository per product, read without a working tree and served over smart HTTP. A
 * name from outside is resolved to an object id once and not used again. Every method treats a missing repository as an
 * empty one.
 */
export interface Git {
  /** Creates the bare repository with Baton's settings, or updates the settings of an existing one. */
  ensureRepository(product: ProductId): Promise<void>;
  removeRepository(product: ProductId): Promise<void>;
  listRepositories(): Promise<readonly ProductId[]>;
  /** What its files take on disk. 0 when there is no repository. */
  repositoryBytes(product: ProductId): Promise<number>;

  /** The commit that a branch, tag or full id names, or null. */
  resolve(product: ProductId, revision: string, signal: AbortSignal): Promise<Commit | null>;
  /**
   * The ids of commits that begin with these 4 to 64 hexadecimal digits, in either case. Two ids mean that there are
   * several.
   */
  commitsStartingWith(product: ProductId, digits: string, signal: AbortSignal): Promise<readonly CommitSha[]>;
  /** The tips of branches by short name. */
  branches(product: ProductId): Promise<ReadonlyMap<string, CommitSha>>;
  isAncestor(product: ProductId, ancestor: CommitSha, descendant: CommitSha): Promise<boolean>;
  /**
   * Commits that are reachable from `to` and not from `from`, newest first, at most `limit`. Empty when either is
   * missing.
   */
  commitsBetween(
    product: ProductId,
    from: CommitSha,
    to: CommitSha,
    limit: number,
    signal: AbortSignal,
  ): Promise<readonly Commit[]>;
  /**
   * Creates a root commit of these files, by path, and a branch that points to it, as a first push would. Rejects, with
   * nothing changed, when the branch exists.
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
  /** Moves or creates a branch, and makes it the one that a clone checks out. */
  moveBranch(product: ProductId, branch: string, commit: CommitSha): Promise<void>;
  /** Protects a commit from garbage collection as long as the deployment exists (refs/deployments/<id>). */
  keepCommit(product: ProductId, deployment: DeploymentId, commit: CommitSha): Promise<void>;
  releaseCommit(product: ProductId, deployment: DeploymentId): Promise<void>;
  /** Deployments whose commit is protected. */
  keptCommits(product: ProductId): Promise<readonly DeploymentId[]>;

  /**
   * Fetches a branch or tag of a remote repository with everything reachable from it, and resolves with its current
   * commit. A branch may move backwards; protected commits stay. Rejects with FetchFailed or the signal's reason; no
   * git process is left running then.
   */
  fetch(product: ProductId, request: FetchRequest, signal: AbortSignal): Promise<CommitSha>;
  /** Creates an ssh key pair (ed25519, in OpenSSH's formats); the public line ends with the comment. */
  newDeployKey(comment: string): { readonly publicKey: string; readonly privateKey: string };
  /** Lists the branches of a remote repository without fetching anything. Rejects like `fetch`. */
  lookAt(request: RemoteRequest, signal: AbortSignal): Promise<RemoteBranches>;

  /** Lists the whole tree of a commit and stops at the limits. Rejects with TreeTooLarge, which says which limit. */
  listTree(
    product: ProductId,
    commit: CommitSha,
    limits: TreeLimits,
    signal: AbortSignal,
  ): Promise<readonly TreeEntry[]>;
  /** Reads one file. Null when it does not exist or is no file. Rejects with TreeTooLarge above `maxBytes`. */
  readFile(
    product: ProductId,
    commit: CommitSha,
    path: string,
    maxBytes: number,
    signal: AbortSignal,
  ): Promise<Buffer | null>;
  /**
   * Streams a tar of the given entries (already listed and chosen) and of generated files, without a checkout. Paths
   * lose `stripPrefix`. Modes are 0644, 0755 and symlinks; times are the commit's.
   */
  archive(product: ProductId, commit: CommitSha, request: ArchiveRequest, signal: AbortSignal): Readable;

  /**
   * The whole body of `info/refs?service=…`, service line included. Refs of deployments are hidden. A product that does
   * not exist yet (null) looks empty.
   */
  advertise(
    product: ProductId | null,
    service: GitService,
    protocol: string | null,
    signal: AbortSignal,
  ): Promise<Readable>;
  /**
   * Serves `git-upload-pack`: reads the uncompressed request body and streams the answer. Resolves when git has exited;
   * rejects when the client disconnects first.
   */
  uploadPack(
    product: ProductId,
    request: Readable,
    answer: Writable,
    protocol: string | null,
    signal: AbortSignal,
  ): Promise<void>;

  /**
   * Reads the commands of an uncompressed `git-receive-pack` request up to the pack. Null for the 4-byte probe that git
   * sends before large pushes. Rejects with BadPush.
   */
  readPush(request: Readable): Promise<PushRequest | null>;
  /**
   * Stores the push. `redirect`, by full name, sends a branch's new commit to deployments' refs
   * (`refs/deployments/<id>`, one each) instead of the branch: the branch itself does not move, and its deletion is
   * accepted and ignored. Git's own progress goes to `onProgress`. Resolves with git's verdict on each ref; a
   * redirected branch is accepted only when all of its refs are and git would have moved it now. Rejects, with nothing
   * stored, when the client disconnects before it has sent everything.
   */
  receive(
    product: ProductId,
    push: PushRequest,
    redirect: ReadonlyMap<string, readonly DeploymentId[]>,
    onProgress: (text: string) => void,
    signal: AbortSignal,
  ): Promise<PushResult>;
  /** Writes the answer to a push as pkt-lines: progress lines as they come, and the report at the end. */
  answerPush(push: PushRequest, out: Writable): PushAnswer;
}

/** The location of a repository, apart from credentials. */
export interface RemoteRepository {
  readonly protocol: "https" | "http" | "ssh";
  /** The ssh user. */
  readonly user: string | null;
  /** A name or an address, IPv6 in brackets. */
  readonly host: string;
  readonly port: number;
  readonly path: string;
}

export interface RemoteRequest {
  readonly remote: RemoteRepository;
  /** A password for https, or null. */
  readonly token: string | null;
  /** A key for ssh in OpenSSH's format, or null. */
  readonly privateKey: string | null;
  /** The host key that `onHostKey` got at the first connection. Null accepts any key and reports it. */
  readonly hostKey: string | null;
  readonly onHostKey: (hostKey: string) => void;
}

export interface FetchRequest extends RemoteRequest {
  /** Full name: `refs/heads/main`. */
  readonly ref: string;
}

export interface RemoteBranches {
  /** The branch that a clone checks out. Null when the remote does not say. */
  readonly defaultBranch: string | null;
  /** Commits by short branch name. */
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

/** Both sentences are for people and contain no secret. */
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
  /** Relative to the repository's root, with `/` between folders. */
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
  /**
   * Files that are not in the repository, such as a generated Dockerfile. They replace entries of the same path (after
   * stripping).
   */
  readonly extraFiles: ReadonlyMap<string, string | Buffer>;
  /** Whether to include a symlink, by its path after stripping and its target. Without it, all are included. */
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

/** Only `readPush` creates it. `receive` and `answerPush` find what they need of the request in it. */
export interface PushRequest {
  readonly updates: readonly RefUpdate[];
  /** The values of `git push -o`. */
  readonly options: readonly string[];
  /** Whether the client can show progress (side-band-64k). */
  readonly canShowProgress: boolean;
}

/** Null means accepted; otherwise git's reason in a few words. */
export interface PushResult {
  readonly unpackError: string | null;
  readonly refs: ReadonlyMap<string, string | null>;
}

export interface PushAnswer {
  /** Shows text in the terminal after `remote: `: whole lines ending in \n, or in \r to be overwritten. */
  progress(text: string): void;
  /** Keeps proxies and the client from timing out. Call it every 5 s. */
  keepAlive(): void;
  /** Sends the verdict on every ref and ends the stream. */
  finish(result: PushResult): void;
}

export class TreeTooLarge extends Error {
  override readonly name = "TreeTooLarge";
}

/** The request is not what a git client sends, or exceeds a limit; the message says which. */
export class BadPush extends Error {
  override readonly name = "BadPush";
}
