import { Readable, type Writable } from "node:stream";
import { pipeline } from "node:stream/promises";
import type { GitService } from "../../ports/git.ts";
import type { GitProcesses } from "../process/git-process.ts";
import { flushPkt, pktLine } from "./pkt-line.ts";
import { pour } from "./request-body.ts";

interface Served {
  readonly repository: string;
  /** The client's `Git-Protocol` header. */
  readonly protocol: string | null;
}

/** See the Git port. */
export function advertise(
  processes: GitProcesses,
  { repository, protocol, service }: Served & { readonly service: GitService },
  signal: AbortSignal,
): Readable {
  async function* advertisement(): AsyncGenerator<Buffer> {
    yield pktLine(`# service=${service}\n`);
    yield flushPkt;
    const args = [service.replace(/^git-/, ""), "--stateless-rpc", "--advertise-refs", repository];
    await using git = processes.spawn({ repository, args, protocol }, signal);
    yield* git.stdout;
    await git.succeeded();
  }
  return Readable.from(advertisement(), { objectMode: false });
}

/** See the Git port. */
export async function uploadPack(
  processes: GitProcesses,
  { repository, protocol }: Served,
  request: Readable,
  answer: Writable,
  signal: AbortSignal,
): Promise<void> {
  const args = ["upload-pack", "--stateless-rpc", repository];
  await using git = processes.spawn({ repository, args, protocol }, signal);
  await Promise.all([pour(request, git.stdin), pipeline(git.stdout, answer)]);
  await git.succeeded();
}
