import type { Readable } from "node:stream";
import { type CommitSha, parseCommitSha } from "../../model/names/ids.ts";
import { BadPush, type RefUpdate } from "../../ports/git.ts";
import { MalformedPktLine, readPktLine } from "./pkt-line.ts";
import { parseCapabilities, type ReceivedPush } from "./received-push.ts";
import { holdErrors } from "./request-body.ts";

const maxUpdates = 1_000;
const maxOptions = 100;
/** The limit of all commands together, and of all push options together. */
const maxSectionBytes = 4 * 1024 * 1024;
const maxRefBytes = 1_024;

const utf8 = new TextDecoder("utf-8", { fatal: true });

/**
 * See the Git port. Resolves with null for the probe, a lone flush with which git tries out the connection before a
 * large push.
 */
export async function readPush(request: Readable): Promise<ReceivedPush | null> {
  holdErrors(request);
  try {
    const lines = await readSection(request);
    if (lines.length === 0) return null;

    const isShallow = (line: string) => line.startsWith("shallow ");
    const shallowLines = lines.filter(isShallow).map(checkShallow);
    const [first = "", ...commands] = lines.filter((line) => !isShallow(line));
    // The first command carries the client's capabilities after a NUL.
    const [command = "", words = ""] = first.split("\0");
    const updates = [command, ...commands].map(parseUpdate);
    refuseTooMany(updates);

    const granted = words.split(" ").filter((word) => word !== "");
    const capabilities = parseCapabilities(granted);
    const options = granted.includes("push-options") ? await readSection(request) : [];
    if (options.length > maxOptions) throw new BadPush(`more than ${maxOptions} push options`);
    return {
      updates,
      options,
      canShowProgress: capabilities.sideBand !== null,
      shallowLines,
      capabilities,
      pack: request,
    };
  } catch (cause) {
    if (cause instanceof MalformedPktLine) throw new BadPush(`not a git push: ${cause.message}`, { cause });
    throw cause;
  }
}

/** Reads lines up to a flush, without their line ends. */
async function readSection(request: Readable): Promise<readonly string[]> {
  const lines: string[] = [];
  for (let bytes = 0; bytes <= maxSectionBytes; ) {
    const payload = await readPktLine(request);
    if (payload === "flush") return lines;
    if (payload === "end") throw new BadPush("not a git push: it ends before its commands do");
    lines.push(decode(payload).replace(/\n$/, ""));
    bytes += payload.length;
  }
  throw new BadPush(
    `this push has more than ${maxSectionBytes / 1024 / 1024} MiB of ref names or options: push them in parts`,
  );
}

function decode(payload: Uint8Array): string {
  try {
    return utf8.decode(payload);
  } catch (cause) {
    throw new BadPush("names of refs and push options must be UTF-8", { cause });
  }
}

function checkShallow(line: string): string {
  if (parseCommitSha(line.slice("shallow ".length)) === null) throw new BadPush("a shallow line without an object id");
  return line;
}

function parseUpdate(line: string): RefUpdate {
  const [from = "", to = "", ...rest] = line.split(" ");
  const ref = rest.join(" ");
  // Git itself checks the name more closely; this only keeps line ends out of it.
  if (!/^refs\/[^\s\0]+$/.test(ref))
    throw new BadPush(`not a ref that can be pushed to: ${JSON.stringify(ref.slice(0, 200))}`);
  if (Buffer.byteLength(ref) > maxRefBytes) throw new BadPush(`a ref name of more than ${maxRefBytes} bytes`);
  return { ref, from: parseObjectId(from), to: parseObjectId(to) };
}

/** All zeros mean that there is none. */
function parseObjectId(text: string): CommitSha | null {
  const id = parseCommitSha(text);
  if (id === null) throw new BadPush(`not an object id: ${JSON.stringify(text.slice(0, 80))}`);
  return /^0+$/.test(id) ? null : id;
}

function refuseTooMany(updates: readonly RefUpdate[]): void {
  if (updates.length > maxUpdates) {
    throw new BadPush(
      `this push has ${updates.length} refs, and one push may have at most ${maxUpdates}: push them in parts`,
    );
  }
  const seen = new Set<string>();
  for (const { ref } of updates) {
    if (seen.has(ref)) throw new BadPush(`${ref} is in this push twice`);
    seen.add(ref);
  }
}
