import { access, mkdir } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { chooseMirror, parseSources } from "../../bin/set-up/packages/debian-mirror.mjs";
import { provideCaddy } from "../../bin/set-up/programs/caddy.mjs";
import { aptSettings, sourceLine } from "../../bin/set-up/programs/caddy-download.mjs";
import { program, saysVersion, temporaryFolder } from "./temporary-folder.ts";

const current = saysVersion("v2.11.4 h1:abc");
const old = saysVersion("2.6.2");

function noDownload(doing: string): never {
  throw new Error(`unexpected: ${doing}`);
}

async function places() {
  const top = await temporaryFolder();
  const [path, folder, cache] = [join(top, "path"), join(top, "data/bin"), join(top, "cache")];
  await Promise.all([path, folder, cache].map((place) => mkdir(place, { recursive: true })));
  return { path, folder, cache };
}

describe("the Caddy that Baton runs", { timeout: 60_000 }, () => {
  test("is the one that BATON_CADDY_BIN names, before any other", async () => {
    const { path, folder, cache } = await places();
    await program(path, "caddy", current);
    const chosen = await program(cache, "my-caddy", saysVersion("2.12.0"));
    const env = { PATH: path, BATON_CADDY_BIN: chosen };
    expect(await provideCaddy({ folder, env }, noDownload)).toEqual({ bin: chosen, is: "2.12.0" });
  });

  test("is refused when BATON_CADDY_BIN names one that is too old, or none", async () => {
    const { folder, cache } = await places();
    const bin = await program(cache, "caddy", old);
    await expect(provideCaddy({ folder, env: { BATON_CADDY_BIN: bin } }, noDownload)).rejects.toThrow(
      `BATON_CADDY_BIN is ${bin}, Caddy 2.6.2; Baton needs 2.11.2 or newer.`,
    );
    await expect(provideCaddy({ folder, env: { BATON_CADDY_BIN: "/none" } }, noDownload)).rejects.toThrow(
      "BATON_CADDY_BIN is /none, which does not respond to",
    );
  });

  test("is the one on the path when that is new enough", async () => {
    const { path, folder } = await places();
    const bin = await program(path, "caddy", current);
    await program(folder, "caddy", current);
    expect(await provideCaddy({ folder, env: { PATH: path } }, noDownload)).toEqual({ bin, is: "2.11.4" });
  });

  test("is the downloaded one when that on the path is too old", async () => {
    const { path, folder } = await places();
    await program(path, "caddy", old);
    const bin = await program(folder, "caddy", current);
    expect(await provideCaddy({ folder, env: { PATH: path } }, noDownload)).toEqual({ bin, is: "2.11.4" });
  });

  test("is copied from where one was downloaded before", async () => {
    const { path, folder, cache } = await places();
    const others = [await program(path, "older", old), await program(cache, "caddy", current)];
    const bin = join(folder, "caddy");
    const env = { PATH: path };
    expect(await provideCaddy({ folder, others, env }, noDownload)).toEqual({ bin, is: "2.11.4", did: "copied" });
    await expect(access(bin)).resolves.toBeUndefined();
  });
});

describe("the mirror that Caddy is downloaded from", () => {
  const machine = [
    "https://packages.example.org/node_20.x/|. nodistro|. nodistro",
    "http://mirror.example.net/debian-security/|Debian|Debian-Security",
    "http://mirror.example.net/debian/|Debian|Debian",
    "http://mirror.example.net/backports/|Debian Backports|Debian Backports",
  ].join("\n");

  test("is the machine's own source of Debian's main archive", () => {
    expect(chooseMirror(parseSources(machine))).toBe("http://mirror.example.net/debian/");
  });

  test("is guessed from its address where no lists have been fetched", () => {
    const bare = "https://packages.example.org/apt/||\nhttp://mirror.example.net/debian/|$(ORIGIN)|$(LABEL)\n";
    expect(chooseMirror(parseSources(bare))).toBe("http://mirror.example.net/debian/");
  });

  test("is never a third party's, whatever its address looks like", () => {
    const dockers = "https://download.example.com/linux/debian/|Example|Example\n";
    expect(chooseMirror(parseSources(dockers))).toBe("http://deb.debian.org/debian");
    expect(chooseMirror(parseSources(""))).toBe("http://deb.debian.org/debian");
  });

  test("is the public one on Ubuntu, before and after its lists were fetched", () => {
    // `apt-get indextargets` prints a line for each suite and component.
    const pockets = ["http://archive.ubuntu.com/ubuntu/", "http://security.ubuntu.com/ubuntu/"];
    const fetched = pockets.map((uri) => `${uri}|Ubuntu|Ubuntu`).join("\n");
    const fresh = pockets.map((uri) => `${uri}||`).join("\n");
    for (const output of [fetched, fresh, "http://ports.ubuntu.com/ubuntu-ports/|Ubuntu|Ubuntu"]) {
      expect(chooseMirror(parseSources(output))).toBe("http://deb.debian.org/debian");
    }
  });

  test("is asked for this architecture's package list only, under the archive's key", () => {
    const source = { mirror: "http://m.example/debian/", suite: "unstable", architecture: "arm64", keyring: "/k.gpg" };
    expect(sourceLine(source)).toBe(
      "deb [arch=arm64 target=Packages signed-by=/k.gpg] http://m.example/debian/ unstable main\n",
    );
    expect(sourceLine({ ...source, keyring: null })).not.toContain("signed-by");
  });

  test("is used with lists of its own, and nothing unsigned is taken", () => {
    const settings = aptSettings("/data/bin/caddy-download");
    expect(settings).toContain('Dir::State::Lists "/data/bin/caddy-download/lists";');
    expect(settings).toContain('Dir::Etc::SourceParts "/dev/null";');
    expect(settings).toContain('APT::Get::AllowUnauthenticated "false";');
    expect(settings).toContain('Acquire::AllowInsecureRepositories "false";');
  });
});
