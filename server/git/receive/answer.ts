import type { Writable } from "node:stream";
import type { PushAnswer } from "../../ports/git.ts";
import { flushPkt, pktLine } from "./pkt-line.ts";
import type { ReceivedPush } from "./received-push.ts";
import { formatReport } from "./report.ts";
import { bands, sideBandBytes, sideBandPkts } from "./side-band.ts";

/**
 * How much output may wait for a client that reads slowly; progress beyond it is dropped, and the client is told so.
 */
const maxWaitingBytes = 1024 * 1024;

/** See the Git port. Once the client is gone, everything is accepted and discarded. */
export function answerPush(push: ReceivedPush, out: Writable): PushAnswer {
  const { sideBand, wantsReport } = push.capabilities;
  const maxBytes = sideBand === null ? null : sideBandBytes[sideBand];
  let leftOut = false;
  out.on("error", () => {});

  const send = (bytes: Buffer) => {
    if (out.writable) out.write(bytes);
  };
  const show = (text: string) => {
    if (maxBytes === null) return;
    for (const packet of sideBandPkts(bands.progress, Buffer.from(text), maxBytes)) send(packet);
  };

  return {
    progress(text) {
      if (out.writableLength > maxWaitingBytes) {
        leftOut = true;
        return;
      }
      if (leftOut) show("(some lines were left out: the connection is too slow for them)\n");
      leftOut = false;
      show(text);
    },
    keepAlive() {
      if (maxBytes !== null && out.writableLength === 0) send(pktLine(Uint8Array.of(bands.progress)));
    },
    finish(result) {
      const report = wantsReport ? formatReport(push.updates, result) : Buffer.alloc(0);
      if (maxBytes === null) send(report);
      else {
        for (const packet of sideBandPkts(bands.data, report, maxBytes)) send(packet);
        send(flushPkt);
      }
      if (out.writable) out.end();
    },
  };
}
