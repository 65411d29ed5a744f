import { Readable } from "node:stream";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { DeploymentId } from "../../../server/model/names/ids.ts";
import type { MountFiles, MountRef } from "../../../server/ports/host/mount-files.ts";
import { contextOf } from "../../docker/tiny-image.ts";

/** Mount files under test, and a container's view of them. */
export interface MountScene extends AsyncDisposable {
  readonly mounts: MountFiles;
  /** Resolves with null when there is no such file. */
  read(path: string): Promise<string | null>;
}

/** The contract of files that containers mount. */
export function mountFilesContract(open: () => Promise<MountScene>): void {
  let scene: MountScene;
  beforeEach(async () => {
    scene = await open();
  });
  afterEach(() => scene[Symbol.asyncDispose]());
  const place = (service = "web", index = 0, deployment = 7): MountRef => ({
    ...{ deployment: deployment as DeploymentId, service, index },
  });
  const text = (content: string) => async () => Buffer.from(content);
  const seven = 7 as DeploymentId;

  describe("files for containers", () => {
    test("are a folder with what the archive holds, made once", async () => {
      const files = { "index.html": "hello", "css/site.css": "body {}" };
      const path = await scene.mounts.putFolder(place(), () => contextOf(files));
      expect(await scene.read(`${path}/css/site.css`)).toBe("body {}");
      let asked = false;
      const again = await scene.mounts.putFolder(place(), () => {
        asked = true;
        return contextOf({ "index.html": "another" });
      });
      expect([again, asked]).toEqual([path, false]);
      expect(await scene.read(`${path}/index.html`)).toBe("hello");
    });

    test("are one file, left as it is when it is there", async () => {
      const path = await scene.mounts.putFile(place(), "config", 0o444, text("one"));
      expect(path.endsWith("/config")).toBe(true);
      expect(await scene.mounts.putFile(place(), "config", 0o444, text("two"))).toBe(path);
      expect(await scene.read(path)).toBe("one");
    });

    test("of two services, and of two mounts of one, are not the same", async () => {
      const paths = [
        await scene.mounts.putFile(place("web", 0), "config", 0o444, text("a")),
        await scene.mounts.putFile(place("web", 1), "config", 0o444, text("b")),
        await scene.mounts.putFile(place("api", 0), "config", 0o444, text("c")),
        await scene.mounts.putFile(place("web", 0, 8), "config", 0o444, text("d")),
      ];
      expect(new Set(paths).size).toBe(4);
      expect(await Promise.all(paths.map(scene.read))).toEqual(["a", "b", "c", "d"]);
    });

    test("are written again when an attempt was interrupted", async () => {
      const broken = () => Promise.reject(new Error("the server dies"));
      await expect(scene.mounts.putFile(place(), "config", 0o444, broken)).rejects.toThrow("the server dies");
      const path = await scene.mounts.putFile(place(), "config", 0o444, text("whole"));
      expect(await scene.read(path)).toBe("whole");

      const breaksOff = () => new Readable({ read: (): void => {} }).destroy(new Error("it breaks off"));
      await expect(scene.mounts.putFolder(place("web", 1), breaksOff)).rejects.toThrow("it breaks off");
      const folder = await scene.mounts.putFolder(place("web", 1), () => contextOf({ a: "whole" }));
      expect(await scene.read(`${folder}/a`)).toBe("whole");
    });

    test("go with their deployment, but for the services that are kept", async () => {
      const kept = await scene.mounts.putFile(place("db"), "conf", 0o444, text("kept"));
      const gone = await scene.mounts.putFile(place("web"), "conf", 0o444, text("gone"));
      const folder = await scene.mounts.putFolder(place("web", 1), () => contextOf({ a: "gone" }));
      const other = await scene.mounts.putFile(place("web", 0, 8), "conf", 0o444, text("other"));
      await scene.mounts.remove(seven, new Set(["db"]));
      expect(await Promise.all([kept, gone, `${folder}/a`, other].map(scene.read))).toEqual([
        "kept",
        null,
        null,
        "other",
      ]);
      await scene.mounts.remove(seven, new Set());
      await scene.mounts.remove(seven, new Set());
      expect(await Promise.all([kept, other].map(scene.read))).toEqual([null, "other"]);
      // Removed files are written again when they are needed again.
      const again = await scene.mounts.putFolder(place("web", 1), () => contextOf({ a: "new" }));
      expect(await scene.read(`${again}/a`)).toBe("new");
    });
  });
}
