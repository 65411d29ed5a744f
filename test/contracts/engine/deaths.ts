import { describe, expect, test } from "vitest";
import type { ContainerId } from "../../../server/model/names/ids.ts";
import type { Death } from "../../../server/ports/engine/containers.ts";
import { type EngineScene, never, onScene } from "./scene.ts";

/** What lists say about how containers ended, for every engine that keeps containers in memory. */
export function deathsContract(scene: () => EngineScene): void {
  const { start, lines } = onScene(scene);
  const engine = () => scene().engine;

  async function deathsOf(id: ContainerId): Promise<readonly Pick<Death, "exitCode" | "outOfMemory">[]> {
    const listed = await engine().listContainers({ all: true }, never);
    const deaths = listed.find((container) => container.id === id)?.deaths ?? [];
    return deaths.map(({ exitCode, outOfMemory }) => ({ exitCode, outOfMemory }));
  }

  describe("the deaths of a container", () => {
    test("are listed with their exit codes, in order", async () => {
      await engine().listContainers({ all: true }, never);
      const id = await start({ exits: [{ afterMs: 10, code: 3 }, { afterMs: 10, code: 4 }, null] });
      await scene().eventually(async () =>
        expect(await deathsOf(id)).toEqual([
          { exitCode: 3, outOfMemory: false },
          { exitCode: 4, outOfMemory: false },
        ]),
      );
    });

    test("are none when somebody stopped it", async () => {
      const id = await start({ stopsAfterMs: 10, prints: ["up"] });
      await scene().eventually(async () => expect(await lines(id)).toEqual(["up"]));
      await engine().stopContainer(id, 5_000, never);
      await scene().eventually(async () => {
        const listed = await engine().listContainers({ all: true }, never);
        expect(listed.find((one) => one.id === id)).toMatchObject({ status: "exited", deaths: [] });
      });
    });
  });
}
