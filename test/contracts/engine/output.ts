import { describe, expect, test } from "vitest";
import type { EngineEvent, LogLine } from "../../../server/ports/engine/containers.ts";
import { type EngineScene, never, onScene, owner } from "./scene.ts";

/** The contract of containers' output and of the engine's events. */
export function outputContract(scene: () => EngineScene): void {
  const { start, ended, lines } = onScene(scene);
  const engine = () => scene().engine;
  const once = (code = 0) => [{ afterMs: 200, code }];

  describe("the log of a container", () => {
    test("has what it printed, in order, and its last lines when they are asked for", async () => {
      const id = await start({ prints: ["one", "two", "thrée"], exits: once() }, { kind: "init" });
      await ended(id);
      expect(await lines(id)).toEqual(["one", "two", "thrée"]);
      expect(await lines(id, { tail: 2 })).toEqual(["two", "thrée"]);
      expect(await lines(id, { tail: 0 })).toEqual([]);
    });

    test("says when, where that is wanted", async () => {
      const id = await start({ prints: ["one"], exits: once() }, { kind: "init" });
      await ended(id);
      const read = async (timestamps: boolean) => {
        const options = { follow: false, tail: null, timestamps };
        const all: LogLine[] = [];
        for await (const line of engine().logs(id, options, never)) all.push(line);
        return all;
      };
      expect(await read(false)).toEqual([{ stream: "stdout", at: null, text: "one" }]);
      expect(await read(true)).toEqual([{ stream: "stdout", at: expect.any(Date), text: "one" }]);
    });

    test("that is followed ends with the container", async () => {
      const id = await start({ prints: ["one"], exits: once() }, { kind: "init" });
      const followed: string[] = [];
      let over = false;
      const reading = (async () => {
        const options = { follow: true, tail: null, timestamps: false };
        for await (const line of engine().logs(id, options, never)) followed.push(line.text);
        over = true;
      })();
      await scene().eventually(() => expect(over).toBe(true));
      await reading;
      expect(followed).toEqual(["one"]);
    });

    test("that is followed ends without an error when it is aborted", async () => {
      const id = await start({ prints: ["one"] });
      const abort = new AbortController();
      const seen: string[] = [];
      let over = false;
      const reading = (async () => {
        const options = { follow: true, tail: null, timestamps: false };
        for await (const line of engine().logs(id, options, abort.signal)) seen.push(line.text);
        over = true;
      })();
      await scene().eventually(() => expect(seen).toEqual(["one"]));
      abort.abort(new Error("enough"));
      await scene().eventually(() => expect(over).toBe(true));
      await reading;
    });

    test("of one that is gone is empty", async () => {
      const id = await start({ prints: ["one"] });
      await engine().removeContainer(id, never);
      expect(await lines(id)).toEqual([]);
      expect(await lines(id, { follow: true })).toEqual([]);
    });
  });

  describe("the engine's events", () => {
    test("tell starts, deaths with their exit code, and removals as they happen, and end when they are aborted", async () => {
      const abort = new AbortController();
      const seen: EngineEvent[] = [];
      let over = false;
      const reading = (async () => {
        for await (const event of engine().events(abort.signal)) seen.push(event);
        over = true;
      })();
      // The daemon does not say when it begins to listen, so the test causes events until it sees the first.
      await scene().eventually(async () => {
        await start({ exits: once() }, { kind: "init", service: "early" });
        expect(seen.length).toBeGreaterThan(0);
      });
      const id = await start({ exits: once(7) }, { kind: "init", service: "late" });
      const about = { container: id, owner, service: "late" };
      await scene().eventually(() =>
        expect(seen.filter((event) => event.container === id)).toEqual([
          { type: "start", ...about, exitCode: null },
          { type: "die", ...about, exitCode: 7 },
        ]),
      );
      await engine().removeContainer(id, never);
      await scene().eventually(() => expect(seen).toContainEqual({ type: "destroy", ...about, exitCode: null }));
      abort.abort(new Error("enough"));
      await scene().eventually(() => expect(over).toBe(true));
      await reading;
    });

    test("report a restart as a death and a start", async () => {
      const abort = new AbortController();
      const seen: EngineEvent[] = [];
      const reading = (async () => {
        for await (const event of engine().events(abort.signal)) seen.push(event);
      })();
      await scene().eventually(async () => {
        await start({ exits: once() }, { kind: "init", service: "early" });
        expect(seen.length).toBeGreaterThan(0);
      });
      const id = await start({ exits: [{ afterMs: 100, code: 1 }, null] });
      await scene().eventually(() =>
        expect(seen.filter(({ container }) => container === id).map(({ type }) => type)).toEqual([
          "start",
          "die",
          "start",
        ]),
      );
      abort.abort();
      await reading;
    });
  });
}
