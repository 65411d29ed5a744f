import { describe, expect, test } from "vitest";
import { createPrinter } from "../../bin/set-up/console/print.mjs";

type Announce = (doing: string) => void;

function paper({ isTTY = false, tookMs = 0 } = {}) {
  const written: string[] = [];
  const times = [0, tookMs];
  const out = { isTTY, write: (text: string) => written.push(text) };
  const { step } = createPrinter(out, () => times.shift() ?? tookMs);
  return { step, text: () => written.join("") };
}

describe("a step", () => {
  test("is one line that says what is there", async () => {
    const { step, text } = paper({ tookMs: 4_100 });
    await step("Docker", () => ({ is: "20.10.24" }));
    expect(text()).toBe("  ✓ Docker 20.10.24\n");
  });

  test("says what was done for it and how long that took", async () => {
    const { step, text } = paper({ tookMs: 4_100 });
    await step("Docker", () => ({ is: "20.10.24", did: "started" }));
    expect(text()).toBe("  ✓ Docker 20.10.24 (started, 4.1 s)\n");
  });

  test("announces what takes a while, and a log keeps both lines", async () => {
    const { step, text } = paper({ tookMs: 1_000 });
    await step("Code", (announce: Announce) => {
      announce("compiling");
      return { did: "compiled" };
    });
    expect(text()).toBe("  … Code: compiling\n  ✓ Code (compiled, 1.0 s)\n");
  });

  test("replaces the announcement on a terminal", async () => {
    const { step, text } = paper({ isTTY: true, tookMs: 1_000 });
    await step("Code", (announce: Announce) => {
      announce("compiling");
      return { did: "compiled" };
    });
    expect(text()).toBe("  … Code: compiling\n\r\u001b[1A\u001b[K  ✓ Code (compiled, 1.0 s)\n");
  });

  test("that fails is marked, and its reason goes on", async () => {
    const { step, text } = paper({ tookMs: 60_000 });
    const failing = step("Docker", () => Promise.reject(new Error("no daemon")));
    await expect(failing).rejects.toThrow("no daemon");
    expect(text()).toBe("  ✗ Docker (failed, 60.0 s)\n");
  });
});
