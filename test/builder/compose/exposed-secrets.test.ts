import { describe, expect, it } from "vitest";
import { planTree } from "../../../builder/plan/plan-tree.ts";
import { tree } from "../tree.ts";

const variables = { NPM_TOKEN: "npm_1234567890", PORT: "3000", NEXT_PUBLIC_KEY: "public-key" };

/** The warnings about secrets that a compose file with this service causes. */
async function warnings(service: string, visible: readonly string[] = []): Promise<readonly string[]> {
  const files = {
    Dockerfile: "FROM baton/node:22\nARG NPM_TOKEN\nCMD true\n",
    "compose.yaml": `services:\n  web: ${service}\n`,
  };
  const options = { healthTimeoutMs: 90_000, variables, visible: new Set(visible) };
  return (await planTree(tree(files), options)).warnings.filter((line) => line.includes("secret"));
}

describe("a secret variable", () => {
  it.each([
    `{ build: { context: ., args: { TOKEN: '\${NPM_TOKEN}' } } }`,
    "{ build: { context: ., args: ['TOKEN=x$NPM_TOKEN'] } }",
    "{ build: { context: ., args: [NPM_TOKEN] } }",
    "{ build: { context: ., args: { NPM_TOKEN: } } }",
    "{ build: { context: ., dockerfile_inline: 'FROM baton/node:22\n\n    ENV A=$NPM_TOKEN\n\n    CMD true' } }",
  ])("that ends up in an image is warned of: %s", async (service) => {
    expect(await warnings(service)).toEqual([
      expect.stringMatching(
        /^compose\.yaml, line \d+: services\.web\.build\.\S+ puts the secret NPM_TOKEN in the image, where `docker history` shows it/,
      ),
    ]);
  });

  it.each([
    `{ image: baton/node:22, command: 'node x --token=\${NPM_TOKEN}' }`,
    "{ image: baton/node:22, command: [node, '$NPM_TOKEN'] }",
    `{ image: baton/node:22, entrypoint: [node, '\${NPM_TOKEN:-none}'] }`,
    "{ image: baton/node:22, healthcheck: { test: 'check $NPM_TOKEN' } }",
  ])("that ends up on a command line is warned of: %s", async (service) => {
    expect(await warnings(service)).toEqual([
      expect.stringMatching(/^compose\.yaml, line 2: services\.web\.\S+ puts the secret NPM_TOKEN on a command line/),
    ]);
  });

  it.each([
    "{ image: baton/node:22, environment: { command: '$NPM_TOKEN', TOKEN: '$NPM_TOKEN' } }",
    "{ image: baton/node:22, command: 'node x --port $PORT' }",
    "{ image: baton/node:22, command: 'sh -c \"echo $$NPM_TOKEN\"' }",
    `{ image: baton/node:22, command: 'node \${NPM_TOKEN:+--authenticated}' }`,
    `{ build: { context: ., args: { KEY: '\${NEXT_PUBLIC_KEY}' } } }`,
  ])("that stays where it belongs, and what is none, is not: %s", async (service) => {
    expect(await warnings(service)).toEqual([]);
  });

  it("is one until somebody says that it may be seen", async () => {
    expect(await warnings("{ image: baton/node:22, command: '$NPM_TOKEN' }", ["NPM_TOKEN"])).toEqual([]);
  });
});
