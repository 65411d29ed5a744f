import { describe, expect, it } from "vitest";
import { type ListedEntry, sourceTree, subtree } from "../../../builder/source/source-tree.ts";
import { tree } from "../tree.ts";

const entry = (path: string, change: Partial<ListedEntry> = {}): ListedEntry => ({
  path,
  type: "file",
  sizeBytes: 1,
  ...change,
});

describe("a source tree", () => {
  it("lists files, not symlinks or submodules", () => {
    const entries = [
      entry("a"),
      entry("run", { type: "executable" }),
      entry("l", { type: "symlink" }),
      entry("s", { type: "submodule" }),
    ];
    const { files } = sourceTree(entries, async () => null);
    expect([...files]).toEqual([
      ["a", { sizeBytes: 1, executable: false }],
      ["run", { sizeBytes: 1, executable: true }],
    ]);
  });

  it("reads a file once, and only what is listed", async () => {
    const asked: string[] = [];
    const source = sourceTree([entry("a")], async (path) => {
      asked.push(path);
      return Buffer.from("\uFEFFtext");
    });
    expect(await source.read("b")).toBeNull();
    expect(await Promise.all([source.read("a"), source.read("a")])).toEqual(["text", "text"]);
    expect(asked).toEqual(["a"]);
  });

  it("reads what Windows saved as UTF-16, but not what Docker and npm would have to read as well", async () => {
    const little = Buffer.from("\uFEFFservices: ü\n", "utf16le");
    const big = Buffer.from(little).swap16();
    const source = sourceTree([entry("a.yaml"), entry("b.yaml"), entry("web/Dockerfile")], async (path) =>
      path === "b.yaml" ? big : little,
    );
    expect(await Promise.all([source.read("a.yaml"), source.read("b.yaml")])).toEqual([
      "services: ü\n",
      "services: ü\n",
    ]);
    await expect(source.read("web/Dockerfile")).rejects.toThrow("web/Dockerfile is saved as UTF-16");
  });

  it("does not read what is larger than 1 MiB", async () => {
    const source = sourceTree([entry("package.json", { sizeBytes: 1024 * 1024 + 1 })], async () => Buffer.from("{}"));
    await expect(source.read("package.json")).rejects.toThrow("package.json is larger than 1 MiB");
  });

  it.each(["pnpm-lock.yaml", "apps/a/yarn.lock", "package-lock.json", "uv.lock"])(
    "reads a lockfile that is larger: %s",
    async (path) => {
      const entries = [entry(path, { sizeBytes: 16 * 1024 * 1024 }), entry("huge.lock", { sizeBytes: 2 ** 24 + 1 })];
      const source = sourceTree(entries, async () => Buffer.from("text"));
      expect(await source.read(path)).toBe("text");
      await expect(source.read("huge.lock")).rejects.toThrow("huge.lock is larger than 16 MiB");
    },
  );

  it("can be seen from one of its folders", async () => {
    const folder = subtree(tree({ "a/b/c": "1", "a/d": "2", "ab/e": "3" }), "a");
    expect([...folder.files.keys()]).toEqual(["b/c", "d"]);
    expect(await folder.read("b/c")).toBe("1");
    expect(await folder.read("a/d")).toBeNull();
  });
});
