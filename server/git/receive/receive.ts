import type { CommitSha, DeploymentId } from "../../model/names/ids.ts";
import type { PushResult, RefUpdate } from "../../ports/git.ts";
import type { GitProcesses } from "../process/git-process.ts";
import { noObject } from "../read/object-id.ts";
import { openTransaction, type RefTransaction, rehearseUpdate, removeRefs } from "../repository/ref-transaction.ts";
import { flushPkt, pktLine } from "./pkt-line.ts";
import type { ReceivedPush } from "./received-push.ts";
import { type RoutedPush, resultForClient, routePush } from "./redirect.ts";
import { parseReport } from "./report.ts";
import { pour } from "./request-body.ts";
import { readSideBands } from "./side-band.ts";

const cleanUpTimeoutMs = 10_000;

export interface ReceivePackRequest {
  readonly repository: string;
  readonly push: ReceivedPush;
  readonly redirect: ReadonlyMap<string, readonly DeploymentId[]>;
  /** The current tips of branches, by full name. */
  readonly tips: ReadonlyMap<string, CommitSha>;
}

/**
 * See the Git port. Git moves a ref before it reports, so a push that may be refused after its deployment cannot be
 * passed to git unchanged. The command for a redirected branch becomes one that creates deployments' refs, and Baton
 * itself reports the branch's result to the client.
 */
export async function receive(
  processes: GitProcesses,
  { repository, push, redirect, tips }: ReceivePackRequest,
  onProgress: (text: string) => void,
  signal: AbortSignal,
): Promise<PushResult> {
  const routed = routePush(push.updates, redirect, tips);
  if (routed.commands.length === 0) {
    push.pack.resume();
    return { unpackError: null, refs: routed.settled };
  }
  try {
    // One is needed when git has stored the push, and waits until then.
    await using waiting = routed.redirected.length > 0 ? openTransaction(processes, repository, signal) : null;
    const passedOn = { ...push, updates: routed.commands };
    const reported = await receivePack(processes, repository, passedOn, onProgress, signal);
    return await verify({ processes, repository, waiting }, routed, reported, signal);
  } catch (error) {
    // The push may have been aborted just after git created the refs; a deployment that is never queued must not keep a
    // commit.
    const standIns = routed.redirected.flatMap((branch) => branch.standIns);
    await removeRefs(processes, repository, standIns, AbortSignal.timeout(cleanUpTimeoutMs)).catch(() => {});
    throw error;
  }
}

async function receivePack(
  processes: GitProcesses,
  repository: string,
  push: ReceivedPush,
  onProgress: (text: string) => void,
  signal: AbortSignal,
): Promise<PushResult> {
  // Clients cannot name these refs, because routePush has refused them.
  const config = { "receive.hideRefs": "!refs/deployments" };
  const args = ["receive-pack", "--stateless-rpc", repository];
  // A signal would race with the child that still writes into the quarantine that git removes.
  await using git = processes.spawn({ repository, args, config, endsWithInput: true }, signal);
  git.stdin.write(formatCommands(push));

  const client = { brokeOff: null as unknown };
  void pour(push.pack, git.stdin).catch((cause: unknown) => {
    client.brokeOff = cause;
  });
  const report: Buffer[] = [];
  try {
    await readSideBands(git.stdout, {
      data: (bytes) => report.push(bytes),
      progress: onProgress,
      error: onProgress,
    });
  } catch (error) {
    signal.throwIfAborted();
    throw error;
  }
  git.stdout.resume();
  await git.succeeded();

  const reported = parseReport(Buffer.concat(report));
  if (reported.unpackError !== null && client.brokeOff !== null) {
    throw new Error("the client disconnected during the push", { cause: client.brokeOff });
  }
  return reported;
}

/**
 * Formats the commands for git. Push options are left out, because clients get no hooks; the report and the side bands
 * are for Baton.
 */
function formatCommands({ updates, shallowLines, capabilities }: ReceivedPush): Buffer {
  const words = ["report-status", "side-band-64k", ...capabilities.forGit].join(" ");
  const commands = updates.map(formatUpdate);
  return Buffer.concat([
    ...shallowLines.map((line) => pktLine(line)),
    ...commands.map((command, index) => pktLine(index === 0 ? `${command}\0${words}` : command)),
    flushPkt,
  ]);
}

function formatUpdate({ ref, from, to }: RefUpdate): string {
  return `${from ?? noObject} ${to ?? noObject} ${ref}`;
}

/**
 * Checks whether the client could have moved the branches to the deployments' commits. If not, the deployments' refs
 * are removed again.
 */
async function verify(
  place: {
    readonly processes: GitProcesses;
    readonly repository: string;
    /** Serves the first rehearsal. */
    readonly waiting: RefTransaction | null;
  },
  routed: RoutedPush,
  reported: PushResult,
  signal: AbortSignal,
): Promise<PushResult> {
  const { processes, repository } = place;
  let { waiting } = place;
  const result = resultForClient(routed, reported);
  const refs = new Map(result.refs);

  async function rehearse(update: RefUpdate): Promise<string | null> {
    await using transaction = waiting ?? openTransaction(processes, repository, signal);
    waiting = null;
    return await rehearseUpdate(transaction, update);
  }

  for (const update of routed.commands) {
    // Git only reports "failed to update ref"; asked again, it says why.
    if (refs.get(update.ref) !== "failed to update ref") continue;
    refs.set(update.ref, (await rehearse(update)) ?? "failed to update ref");
  }
  for (const { update, standIns } of routed.redirected) {
    if (result.unpackError !== null || standIns.length === 0) continue;
    const reason = refs.get(update.ref) ?? (await rehearse(update));
    refs.set(update.ref, reason);
    if (reason !== null) await removeRefs(processes, repository, standIns, signal);
  }
  return { unpackError: result.unpackError, refs };
}
