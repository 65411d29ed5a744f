import { describe, expect, it } from "vitest";
import { plannedService } from "../../../tree.ts";

const app = (manifest: object, files: Readonly<Record<string, string>> = {}) =>
  plannedService({ "package.json": JSON.stringify(manifest), ...files });
const built = (start: string, build = "make") => ({ scripts: { build, start }, dependencies: { a: "1" } });

describe("what a build has to have made", () => {
  it.each([
    ["the program that the start script runs", built("node dist/server.js"), "dist/server.js", "-f dist/server.js"],
    ["one without an ending", built("node ./dist"), "dist/index.js", "-f dist -o -f dist.js -o -f dist/index.js"],
    ["one in a folder, without an ending", built("node dist/main"), "dist/main.js", "-f dist/main -o"],
    ["what main names", { scripts: { build: "x" }, main: "lib/a.js" }, "lib/a.js", "-f lib/a.js"],
    [
      "a framework's server",
      { scripts: { build: "nuxt build" }, dependencies: { nuxt: "4" } },
      ".output/server/index.mjs",
      "-f .output/server/index.mjs",
    ],
    [
      "one that a program of the framework starts",
      { scripts: { build: "react-router build" }, dependencies: { "@react-router/serve": "7" } },
      "build/server/index.js",
      "-f build/server/index.js",
    ],
  ])("is %s", async (_, manifest, path, test) => {
    const { recipe, dockerfile } = await app(manifest);
    expect(recipe.expected?.path).toBe(path);
    expect(dockerfile).toContain(`RUN npm run build
RUN test ${test}`);
    expect(dockerfile).toContain(
      ` || { echo 'The build did not create ${path}. It created:'; ls -d -- */; exit 1; }\n`,
    );
  });

  it.each([
    ["it lies in the repository", built("node server.js"), { "server.js": "" }],
    ["it does, and the start command leaves its ending off", built("node dist"), { "dist/index.js": "" }],
    ["nothing is built", { scripts: { start: "node dist/a.js" } }, {}],
    ["options stand before it", built("node --require a/b.js dist/a.js"), {}],
    ["the shell would find it", built("node dist/$NAME.js"), {}],
    ["it is no plain path", built("node ../other/a.js"), {}],
  ])("is not looked for where %s", async (_, manifest, files) => {
    const { recipe, dockerfile } = await app(manifest, files);
    expect(recipe.expected).toBeNull();
    expect(dockerfile).not.toContain("RUN test");
  });

  it("comes with what to do where it is missing", async () => {
    const hint = async (manifest: object) => (await app(manifest)).recipe.expected?.hint;
    expect(await hint(built("node dist/a.js"))).toMatch(/^scripts\.start starts it\. Make the build write there/);
    const kit = {
      scripts: { build: "vite build" },
      devDependencies: { "@sveltejs/adapter-auto": "1", "@sveltejs/kit": "1", vite: "5" },
    };
    expect(await hint(kit)).toMatch(
      /^@sveltejs\/adapter-auto does not support .* `npm install --save-dev @sveltejs\/adapter-node`/,
    );
    const nuxt = { scripts: { build: "nuxt build" }, dependencies: { nuxt: "3" } };
    expect(await hint(nuxt)).toMatch(/^Nuxt creates it when it builds for Node: check the adapter, preset/);
  });
});
