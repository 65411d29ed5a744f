import { describe, expect, it } from "vitest";
import { createSharedWork } from "../../../../server/pipeline/images/base/shared-work.ts";

const never = new AbortController().signal;

/** Work whose start, progress and end the test controls. */
function workshop() {
  const share = createSharedWork<string, string>();
  const begun: { report: (message: string) => void; end: (result: string) => void; signal: AbortSignal }[] = [];
  const start = (report: (message: string) => void, signal: AbortSignal) =>
    new Promise<string>((end, fail) => {
      signal.addEventListener("abort", () => fail(signal.reason));
      begun.push({ report, end, signal });
    });
  const join = (signal: AbortSignal = never, key = "a") => {
    const heard: string[] = [];
    return { heard, result: share(key, start, (message) => heard.push(message), signal) };
  };
  return { begun, join };
}

describe("shared work", () => {
  it("is done once for all who wait, and all hear of it", async () => {
    const { begun, join } = workshop();
    const first = join();
    begun[0]?.report("begun");
    const second = join();
    begun[0]?.report("going on");
    begun[0]?.end("done");
    expect(await Promise.all([first.result, second.result])).toEqual(["done", "done"]);
    expect([first.heard, second.heard]).toEqual([
      ["begun", "going on"],
      ["begun", "going on"],
    ]);
    expect(begun).toHaveLength(1);
  });

  it("starts again once it is over, and runs separately under another key", async () => {
    const { begun, join } = workshop();
    const [first, other] = [join(), join(never, "b")];
    begun[0]?.end("one");
    begun[1]?.end("two");
    expect(await Promise.all([first.result, other.result])).toEqual(["one", "two"]);
    const again = join();
    begun[2]?.end("three");
    expect(await again.result).toBe("three");
  });

  it("goes on for the others when one is cancelled", async () => {
    const { begun, join } = workshop();
    const cancel = new AbortController();
    const [first, second] = [join(cancel.signal), join()];
    cancel.abort(new Error("cancelled"));
    await expect(first.result).rejects.toThrow("cancelled");
    begun[0]?.report("still here");
    begun[0]?.end("done");
    expect(await second.result).toBe("done");
    expect(first.heard).toEqual([]);
    expect(begun[0]?.signal.aborted).toBe(false);
  });

  it("is cancelled with the last caller, and starts again for a new one", async () => {
    const { begun, join } = workshop();
    const cancel = new AbortController();
    const [first, second] = [join(cancel.signal), join(cancel.signal)];
    cancel.abort(new Error("cancelled"));
    await expect(first.result).rejects.toThrow("cancelled");
    await expect(second.result).rejects.toThrow("cancelled");
    expect(begun[0]?.signal.aborted).toBe(true);
    const newcomer = join();
    begun[1]?.end("done");
    expect(await newcomer.result).toBe("done");
  });

  it("that fails, fails for all who wait", async () => {
    const share = createSharedWork<string, string>();
    const fail = () => Promise.reject(new Error("broken"));
    await expect(share("a", fail, () => {}, never)).rejects.toThrow("broken");
    await expect(
      share(
        "a",
        async () => "mended",
        () => {},
        never,
      ),
    ).resolves.toBe("mended");
  });
});
