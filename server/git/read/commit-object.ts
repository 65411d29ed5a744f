import type { Commit } from "../../model/deployment/deployment.ts";

/** What Baton shows and uses of a commit's content. */
export interface CommitFacts extends Pick<Commit, "message" | "author"> {
  /** The committer's time. */
  readonly at: Date;
}

const maxMessageChars = 300;
const maxAuthorChars = 100;

/**
 * Parses the beginning of a commit object: headers, an empty line, and the message. A commit may say in which encoding
 * its text is. Pure.
 */
export function parseCommit(content: Buffer): CommitFacts {
  const end = content.indexOf("\n\n");
  const head = end < 0 ? content : content.subarray(0, end);
  const headers = headersOf(head.toString("latin1"));
  const decode = decoderOf(headers.get("encoding"));
  const text = (name: string) => decode(Buffer.from(headers.get(name) ?? "", "latin1"));
  return {
    message: shortened(subjectOf(end < 0 ? "" : decode(content.subarray(end + 2))), maxMessageChars),
    author: shortened(nameOf(text("author")), maxAuthorChars),
    at: timeOf(text("committer")),
  };
}

/** The first of each name counts. The lines of a signature begin with a space. */
function headersOf(head: string): ReadonlyMap<string, string> {
  const headers = new Map<string, string>();
  for (const line of head.split("\n")) {
    const [, name, value] = /^([a-z][a-z-]*) (.*)$/.exec(line) ?? [];
    if (name !== undefined && value !== undefined && !headers.has(name)) headers.set(name, value);
  }
  return headers;
}

/** Text in an encoding that is unknown here is read as UTF-8. */
function decoderOf(encoding: string | undefined): (bytes: Buffer) => string {
  try {
    const decoder = new TextDecoder(encoding);
    return (bytes) => decoder.decode(bytes);
  } catch {
    return (bytes) => bytes.toString("utf8");
  }
}

/** The first paragraph on one line, as git understands a subject. */
function subjectOf(message: string): string {
  const [paragraph = ""] = message.replace(/^(?:[^\S\n]*\n)+/, "").split(/\n[^\S\n]*(?:\n|$)/, 1);
  return paragraph
    .split("\n")
    .map((line) => line.trimEnd())
    .join(" ")
    .trim();
}

/** Parses `Ada Löwe <ada@example.org> 1767225600 +0100`. */
function nameOf(person: string): string {
  return /^(.*?)\s*</.exec(person)?.[1]?.trim() ?? "";
}

function timeOf(person: string): Date {
  return new Date(Number(/> (\d{1,12})(?: |$)/.exec(person)?.[1] ?? 0) * 1_000);
}

function shortened(text: string, maxChars: number): string {
  const chars = [...text];
  return chars.length <= maxChars ? text : `${chars.slice(0, maxChars - 2).join("")}..`;
}
