import type { PushResult, RefUpdate } from "../../ports/git.ts";
import { flushPkt, pktLine, pktLinesOf } from "./pkt-line.ts";

// "report-status" of gitprotocol-pack: the result of the pack, then of each ref.

const maxReasonChars = 500;

export function formatReport(updates: readonly RefUpdate[], result: PushResult): Buffer {
  const { unpackError, refs } = result;
  const lines = updates.map(({ ref }) => {
    const reason = unpackError === null ? (refs.get(ref) ?? null) : "unpacker error";
    const known = unpackError !== null || refs.has(ref);
    if (!known) return `ng ${ref} its outcome is unknown\n`;
    return reason === null ? `ok ${ref}\n` : `ng ${ref} ${oneLine(reason)}\n`;
  });
  const all = [`unpack ${unpackError === null ? "ok" : oneLine(unpackError)}\n`, ...lines];
  return Buffer.concat([...all.map((line) => pktLine(line)), flushPkt]);
}

/** Throws MalformedPktLine when git's report is cut off. */
export function parseReport(report: Buffer): PushResult {
  const refs = new Map<string, string | null>();
  let unpackError: string | null = "git has not reported";
  for (const payload of pktLinesOf(report)) {
    const [word, name = "", ...reason] = payload.toString().trimEnd().split(" ");
    if (word === "unpack") unpackError = name === "ok" ? null : [name, ...reason].join(" ");
    else if (word === "ok") refs.set(name, null);
    else if (word === "ng") refs.set(name, reason.join(" ") || "refused");
  }
  return { unpackError, refs };
}

function oneLine(text: string): string {
  return (
    text
      .replace(/[\s\0]+/g, " ")
      .trim()
      .slice(0, maxReasonChars) || "refused"
  );
}
