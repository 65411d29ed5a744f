import { beforeAll, describe, expect, test } from "vitest";
import { createWorld, type World } from "../world.ts";

let world: World;
beforeAll(async () => {
  world = await createWorld();
  await world.samples.product("shop");
});

const always = {
  "content-security-policy":
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
  "x-content-type-options": "nosniff",
  "referrer-policy": "no-referrer",
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-resource-policy": "same-origin",
};

const headersOf = (answer: Response) => Object.fromEntries(answer.headers);

describe("every answer", () => {
  test.each([
    "/",
    "/sign-in",
    "/nothing",
    "/livez",
    "/api/products",
    "/api/nothing",
    "/assets/baton.css",
    "/assets/no",
  ])("of %s carries the headers that protect it", async (path) => {
    expect(headersOf(await world.fetch(path))).toMatchObject(always);
  });

  test("to a foreign host carries them too", async () => {
    const answer = await world.fetch("/", { headers: { host: "evil.example" } });
    expect([answer.status, headersOf(answer)]).toEqual([421, expect.objectContaining(always)]);
  });

  test("that is private is not kept", async () => {
    const { cookie } = await world.signIn();
    for (const path of ["/", "/products/shop", "/deployments", "/api/products", "/products/none"]) {
      const answer = await world.fetch(path, { headers: { cookie } });
      expect(answer.headers.get("cache-control"), path).toBe("no-store");
    }
  });

  test("over https asks browsers to stay with it", async () => {
    const secure = await createWorld({ publicUrl: new URL("https://baton.example") });
    expect((await secure.fetch("/sign-in")).headers.get("strict-transport-security")).toBe("max-age=31536000");
    expect((await world.fetch("/sign-in")).headers.has("strict-transport-security")).toBe(false);
  });

  test("on plain http outside loopback lets browsers say where a form comes from", async () => {
    const plain = await createWorld({ publicUrl: new URL("http://baton.example:4000") });
    expect((await plain.fetch("/sign-in")).headers.get("referrer-policy")).toBe("same-origin");
  });
});

describe("assets", () => {
  test("are kept for ever under the address that carries their hash, and only there", async () => {
    const page = await (await world.fetch("/sign-in")).text();
    const url = /href="(\/assets\/baton\.css\?v=[0-9a-f]{12})"/.exec(page)?.[1] ?? "";
    expect((await world.fetch(url)).headers.get("cache-control")).toBe("public, max-age=31536000, immutable");
    expect((await world.fetch("/assets/baton.css?v=old")).headers.get("cache-control")).toBe("no-cache");
  });

  test.each(["package.json", "..%2Fpackage.json", "../package.json", "htmx.js", ""])(
    "do not include %j",
    async (file) => {
      expect((await world.fetch(`/assets/${file}`)).status).toBe(404);
    },
  );
});
