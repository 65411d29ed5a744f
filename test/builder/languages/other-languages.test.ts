import { describe, expect, it } from "vitest";
import { plan } from "../tree.ts";

describe("a program in a language that Baton does not build", () => {
  it.each([
    ["index.php", "PHP"],
    ["Gemfile", "Ruby"],
    ["pom.xml", "Java"],
    ["build.gradle.kts", "Java"],
    ["mix.exs", "Elixir"],
    ["Cargo.toml", "Rust"],
    ["Shop.csproj", ".NET"],
    ["deno.json", "Deno"],
  ])("is known by its %s: %s", async (file, language) => {
    await expect(plan({ [file]: "", "public/index.html": "" })).rejects.toMatchObject({
      message: `Baton does not build ${language} automatically (found ${file})`,
      hint: expect.stringMatching(/^Add a Dockerfile \(for instance FROM .+\) that starts a server/),
    });
  });

  it("is not taken for a Node app because of a package.json for its styles", async () => {
    const manifest = JSON.stringify({ scripts: { build: "vite build", dev: "vite" } });
    await expect(plan({ "composer.json": "{}", "package.json": manifest })).rejects.toThrow(
      /^Baton does not build PHP/,
    );
  });

  it("counts only in the root", async () => {
    await expect(plan({ "lib/index.php": "" })).rejects.toThrow(/^Baton couldn't tell how to run the repository/);
  });
});
