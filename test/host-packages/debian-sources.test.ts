import { describe, expect, it } from "vitest";
import { mmdebstrapArguments } from "../../server/host-packages/debian-root.ts";
import { debianSources } from "../../server/host-packages/debian-sources.ts";

const target = (uri: string, release: string, origin = "Debian", component = "main") =>
  [uri, release, component, origin].join("|");

describe("where Debian's packages come from", () => {
  it("is where this machine has them from, security updates too", () => {
    const targets = [
      target("http://mirror.example/debian/", "bookworm"),
      target("http://mirror.example/debian/", "bookworm-updates"),
      target("https://mirror.example/debian-security/", "bookworm-security"),
      target("http://mirror.example/debian/", "bookworm", "Debian", "contrib"),
      target("http://mirror.example/debian/", "bookworm"),
    ];
    expect(debianSources(targets.join("\n"), "bookworm")).toEqual([
      "deb http://mirror.example/debian/ bookworm main",
      "deb http://mirror.example/debian/ bookworm-updates main",
      "deb https://mirror.example/debian-security/ bookworm-security main",
    ]);
  });

  it("is guessed from the address before apt has fetched its lists", () => {
    const targets = [
      target("http://mirror.example/debian/", "bookworm", "$(ORIGIN)"),
      target("http://other.example/apt/", "bookworm", ""),
    ];
    expect(debianSources(targets.join("\n"), "bookworm")).toEqual(["deb http://mirror.example/debian/ bookworm main"]);
  });

  it("is where this machine has another release from, but for what is experimental in it", () => {
    const targets = [
      target("http://mirror.example/debian/", "bookworm"),
      target("http://mirror.example/debian/", "bookworm-backports"),
      target("http://mirror.example/debian-security/", "bookworm-security"),
    ];
    expect(debianSources(targets.join("\n"), "trixie")).toEqual([
      "deb http://mirror.example/debian/ trixie main",
      "deb http://mirror.example/debian-security/ trixie-security main",
    ]);
  });

  it.each([
    ["only updates", target("http://mirror.example/debian/", "bookworm-updates")],
    ["another publisher", target("http://mirror.example/debian/", "bookworm", "Docker")],
    ["no web address", target("cdrom:disc/debian/", "bookworm")],
    ["nothing", ""],
  ])("is left to the tool with %s", (_, targets) => {
    expect(debianSources(targets, "bookworm")).toEqual([]);
  });

  it("is handed to mmdebstrap after the target", () => {
    const args = mmdebstrapArguments({ suite: "bookworm", packages: ["a", "b"] }, "/x/root.tar", [
      "deb uri bookworm main",
    ]);
    expect(args).toContain("--include=a,b");
    expect(args.slice(-3)).toEqual(["bookworm", "/x/root.tar", "deb uri bookworm main"]);
  });
});
