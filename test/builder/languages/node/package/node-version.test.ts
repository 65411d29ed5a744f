import { describe, expect, it } from "vitest";
import { chooseNode } from "../../../../../builder/languages/node/package/node-version.ts";
import { readPackageJson } from "../../../../../builder/languages/node/package/package-json.ts";
import { tree } from "../../../tree.ts";

async function choose(files: Readonly<Record<string, string>>) {
  const source = tree({ "package.json": "{}", ...files });
  const manifest = await readPackageJson(source);
  if (!manifest) throw new Error("there is no package.json");
  return chooseNode(source, manifest);
}

const engines = (node: string) => ({ "package.json": JSON.stringify({ engines: { node } }) });

describe("the version of Node", () => {
  it.each([
    [{}, "Node 22 (default)"],
    [engines(">=20"), "Node 22 (engines in package.json: >=20)"],
    [engines("20.x"), "Node 20 (engines in package.json: 20.x)"],
    [engines("^20.11 || ^24"), "Node 24 (engines in package.json: ^20.11 || ^24)"],
    [engines(">=23"), "Node 24 (engines in package.json: >=23)"],
    [{ ".nvmrc": "v20.11.1\n" }, "Node 20 (.nvmrc: v20.11.1)"],
    [{ ".nvmrc": "# ours\nlts/iron # or so\n" }, "Node 20 (.nvmrc: lts/iron)"],
    [{ ".nvmrc": "lts/*" }, "Node 22 (.nvmrc: lts/*)"],
    [{ ".nvmrc": "node" }, "Node 22 (.nvmrc: node)"],
    [{ ".nvmrc": "lts" }, "Node 22 (.nvmrc: lts)"],
    [{ ".nvmrc": "lts/-1" }, "Node 22 (.nvmrc: lts/-1)"],
    [{ ".nvmrc": "krypton" }, "Node 24 (.nvmrc: krypton)"],
    [{ "package.json": '{"volta":{"node":"20.11.1"}}' }, "Node 20 (volta in package.json: 20.11.1)"],
    [{ ".tool-versions": "python 3.12\nnodejs 20.10.0 18.0.0 # both\n" }, "Node 20 (.tool-versions: 20.10.0)"],
    [{ ".tool-versions": "nodejs latest:24" }, "Node 24 (.tool-versions: latest:24)"],
    [{ ".tool-versions": "python 3.12" }, "Node 22 (default)"],
    [{ "mise.toml": '[tools]\nnode = "24"' }, "Node 24 (mise.toml: 24)"],
    [{ ".mise.toml": "[tools]\nnode = [20, 22]" }, "Node 20 (.mise.toml: 20)"],
    [{ "mise.toml": '[tools]\nnode = { version = "lts" }' }, "Node 22 (mise.toml: lts)"],
    [{ "mise.toml": "[tools" }, "Node 22 (default)"],
    [{ ".node-version": "24" }, "Node 24 (.node-version: 24)"],
    [{ ".nvmrc": "", ".node-version": "24" }, "Node 22 (default)"],
    [{ ...engines("24"), ".nvmrc": "20" }, "Node 24 (engines in package.json: 24)"],
  ])("for %j is %s", async (files, decision) => {
    expect(await choose(files)).toMatchObject({ decision, warning: null });
  });

  it.each([
    ["4.0.0", 20],
    ["18.x", 20],
    ["21.x", 22],
    [">=26", 24],
  ] as const)("is the nearest there is when %s is asked for, with a warning", async (asked, major) => {
    const version = await choose(engines(asked));
    expect(version).toMatchObject({
      major,
      decision: `Node ${major} (the nearest to ${asked}, engines in package.json)`,
    });
    expect(version.warning).toContain(`Node ${asked} (engines in package.json) is not one of the versions`);
  });

  it.each([
    [{ ".nvmrc": "lts/hydrogen" }, "lts/hydrogen", 20],
    [{ ".tool-versions": "nodejs 16.20.0" }, "16.20.0", 20],
  ] as const)("is the nearest there is for a release that there is no image of: %j", async (files, asked, major) => {
    const version = await choose(files);
    expect(version.major).toBe(major);
    expect(version.warning).toContain(`Node ${asked}`);
  });

  it.each(["system", "iojs", "lts/nonsense"])(
    "is the default, with a warning, for what is no version: %s",
    async (asked) => {
      expect((await choose({ ".nvmrc": asked })).warning).toContain(`"${asked}" (.nvmrc) is not a Node version`);
    },
  );

  it("is the default, with a warning, when what is asked for cannot be understood", async () => {
    expect(await choose(engines("newest please"))).toMatchObject({
      major: 22,
      warning: '"newest please" (engines in package.json) is not a Node version that Baton understands',
    });
  });
});
