import { describe, expect, test } from "vitest";
import type { ImageId } from "../../server/model/ids.ts";
import { interruptions } from "../../server/rules/interruptions.ts";
import { aService, aSpec } from "../model/a-deployment.ts";

const db = aService({ name: "db", kind: "tcp", stateful: "keeps its data in the volume db" });
const other = { ...db, image: `sha256:${"2".repeat(64)}` as ImageId };

describe("a service is interrupted", () => {
  test("when it cannot run twice and is another one than before", () => {
    expect(interruptions(aSpec([aService(), db]), aSpec([aService(), other]), false)).toEqual([
      { service: "db", why: "keeps its data in the volume db" },
    ]);
  });

  test("when everything is made anew", () => {
    expect(interruptions(aSpec([aService(), db]), aSpec([aService(), db]), true)).toHaveLength(1);
  });

  test("not when it is kept as it is", () => {
    expect(interruptions(aSpec([db]), aSpec([{ ...db, kindReason: "publishes port 5432" }]), false)).toEqual([]);
  });

  test("not when the new one runs beside the old", () => {
    expect(interruptions(aSpec(), aSpec([aService({ port: 4000 })]), true)).toEqual([]);
  });

  test("not when there was none, or nothing is live", () => {
    expect(interruptions(aSpec(), aSpec([aService(), db]), true)).toEqual([]);
    expect(interruptions(null, aSpec([db]), true)).toEqual([]);
  });
});
