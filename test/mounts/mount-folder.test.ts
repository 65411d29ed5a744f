import { mkdir, mkdtemp, readdir, readFile, readlink, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Readable } from "node:stream";
import { pack } from "tar-stream";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { DeploymentId } from "../../server/model/names/ids.ts";
import { createMountFolder } from "../../server/mounts/mount-folder.ts";
import type { MountFiles, MountRef } from "../../server/ports/host/mount-files.ts";

let folder: string;
let mounts: MountFiles;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "baton-mounts-"));
  mounts = createMountFolder({ folder: join(folder, "mounts") });
});
afterEach(() => rm(folder, { recursive: true }));

function place(service = "web", index = 0): MountRef {
  return { deployment: 7 as DeploymentId, service, index };
}

function tarOf(files: Readonly<Record<string, string | { readonly link: string }>>): () => Readable {
  return () => {
    const tar = pack();
    for (const [name, content] of Object.entries(files)) {
      if (typeof content === "string") tar.entry({ name, mode: 0o644 }, content);
      else tar.entry({ name, type: "symlink", linkname: content.link });
    }
    tar.finalize();
    return tar as unknown as Readable;
  };
}

const none = new Set<string>();
const modeOf = async (path: string) => (await stat(path)).mode & 0o777;
const text = (content: string) => async () => Buffer.from(content);

describe("files for containers", () => {
  it("stay in the folder of their deployment, whatever a service is called", async () => {
    const path = await mounts.putFile(place(".."), "a", 0o644, text("a"));
    expect(path).toBe(join(folder, "mounts/7/@../0/a"));
    await mounts.remove(7 as DeploymentId, new Set([".."]));
    expect(await readFile(path, "utf8")).toBe("a");
  });

  it("are a folder with what the archive holds, open to every user", async () => {
    const path = await mounts.putFolder(place(), tarOf({ "index.html": "hello", "css/site.css": "body {}" }));
    expect(await readFile(join(path, "css/site.css"), "utf8")).toBe("body {}");
    expect(await modeOf(join(path, "css"))).toBe(0o755);
    expect(await modeOf(join(path, "index.html"))).toBe(0o644);
  });

  it("are one file with the mode that was asked for", async () => {
    const path = await mounts.putFile(place(), "token", 0o440, text("secret"));
    expect(await readFile(path, "utf8")).toBe("secret");
    expect(await modeOf(path)).toBe(0o440);
  });

  it("hold links, and nothing is ever written through one", async () => {
    const path = await mounts.putFolder(place(), tarOf({ out: { link: "/etc" }, "in.txt": "in" }));
    expect(await readlink(join(path, "out"))).toBe("/etc");
    const crooked = mounts.putFolder(place("web", 1), tarOf({ out: { link: folder }, "out/escaped": "x" }));
    await expect(crooked).rejects.toThrow();
    expect(await readdir(folder)).toEqual(["mounts"]);
  });

  it("hold no link below another, whichever comes first, and none twice", async () => {
    const outside = join(folder, "outside");
    await mkdir(outside);
    const link = { link: outside };
    const below = mounts.putFolder(place("web", 0), tarOf({ out: link, "out/escaped": link }));
    await expect(below).rejects.toThrow("out/escaped would be written through a link");
    const deeper = mounts.putFolder(place("web", 1), tarOf({ "out/in/escaped": link, out: link }));
    await expect(deeper).rejects.toThrow("out/in/escaped would be written through a link");
    const twice = mounts.putFolder(place("web", 2), tarOf({ out: link, "./out": link }));
    await expect(twice).rejects.toThrow("./out is in the archive twice");
    expect(await readdir(outside)).toEqual([]);
  });

  it("never leave their folder", async () => {
    await expect(mounts.putFolder(place(), tarOf({ "../../up": "x" }))).rejects.toThrow("would leave its folder");
  });

  it("go with their deployment, but for the services that are kept", async () => {
    const kept = await mounts.putFile(place("db"), "conf", 0o444, text("kept"));
    await mounts.putFile(place("web"), "conf", 0o444, text("gone"));
    await mounts.remove(7 as DeploymentId, new Set(["db"]));
    expect(await readFile(kept, "utf8")).toBe("kept");
    expect(await readdir(join(folder, "mounts/7"))).toEqual(["db"]);
    await mounts.remove(7 as DeploymentId, none);
    expect(await readdir(join(folder, "mounts"))).toEqual([]);
  });
});
