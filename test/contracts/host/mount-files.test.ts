import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe } from "vitest";
import { createMountFolder } from "../../../server/mounts/mount-folder.ts";
import { createFakeMountFiles } from "../../fakes/host/fake-host.ts";
import { mountFilesContract } from "./mount-files.ts";

describe("the folder of mounts", () => {
  mountFilesContract(async () => {
    const folder = await mkdtemp(join(tmpdir(), "baton-mounts-"));
    return {
      mounts: createMountFolder({ folder }),
      read: (path) => readFile(path, "utf8").catch(() => null),
      [Symbol.asyncDispose]: () => rm(folder, { recursive: true }),
    };
  });
});

describe("the fake mounts", () => {
  mountFilesContract(async () => {
    const mounts = createFakeMountFiles();
    return {
      mounts,
      read: async (path) => mounts.files.get(path)?.toString() ?? null,
      async [Symbol.asyncDispose]() {},
    };
  });
});
