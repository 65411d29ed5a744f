import { join } from "node:path";
import postgres from "postgres";
import { expect, test } from "vitest";
import { startEmbeddedPostgres } from "../../../server/store/embedded/embedded-postgres.ts";
import { embeddedPostgres, useBaton } from "../support/baton/harness.ts";
import { createRepository } from "../support/git-client.ts";

const baton = useBaton(embeddedPostgres);

const longName = `a-service-with-a-name-of-${"many-".repeat(20)}characters`;
const names = ["_web", ".x", "-x", "..", "a_b", "a-b", longName];

/** Web services that answer with their names. */
function compose(services: readonly string[]): string {
  const entries = services.map((name) => {
    const code = `require("http").createServer((_, answer) => answer.end(${JSON.stringify(name)})).listen(80)`;
    return [name, { image: "baton/node:22", command: ["node", "-e", code], ports: ["80:80"] }];
  });
  return JSON.stringify({ services: Object.fromEntries(entries) });
}

async function push(product: string, services: readonly string[], refspec = "main") {
  const repository = await createRepository();
  await repository.write({ "compose.yaml": compose(services) });
  await repository.commit("Services");
  try {
    return await repository.push(baton().remote(product), refspec).done;
  } finally {
    await repository.remove();
  }
}

test("whatever Compose lets services be called, they are served", async () => {
  const { code, text } = await push("names", names);
  expect(code, text).toBe(0);
  expect(await baton().ask("names")).toMatchObject({ status: 200, body: "_web" });
  const { urls } = await baton().api.installation("names");
  const answers = urls.map(async (url) => (await baton().ask(new URL(url).hostname.replace(/\.localhost$/, ""))).body);
  expect(new Set(await Promise.all(answers))).toEqual(new Set(names));
});

test("a host that would be too long is refused before anything is built, and stops no other product", async () => {
  const { api } = baton();
  const domain = `${Array.from({ length: 8 }, () => "d".repeat(30)).join(".")}`;
  await api.send("POST", "/api/environments", { name: "far", domain });
  await api.send("POST", "/api/products", { name: "poison" });
  const far = { product: "poison", environment: "far", branch: "far" };
  expect((await api.send("POST", "/api/product-deployments", far)).status).toBe(201);
  const repository = await createRepository("far");
  await repository.write({ "compose.yaml": compose(["web"]) });
  await repository.commit("Far away");
  const { code, text } = await repository.push(baton().remote("poison"), "far").done;
  await repository.remove();
  expect(code, text).not.toBe(0);
  expect(text).toMatch(/this version cannot be served: the address poison-far\.d+.*, and host names have at most 253/);
  expect((await push("innocent", ["web"])).code).toBe(0);
});

test("what an older Baton left in the database is not served, named, and stops nobody", async () => {
  expect((await push("old", ["web"])).code).toBe(0);
  expect((await push("beside", ["api"])).code).toBe(0);
  const { id } = await baton().api.installation("old");
  await baton().stop();
  const database = await startEmbeddedPostgres({ folder: join(baton().environment.BATON_DATA ?? "", "postgres") });
  const sql = postgres(database.url, { max: 1 });
  const host = `${Array.from({ length: 9 }, () => "d".repeat(30)).join(".")}.localhost`;
  await sql`insert into domains (host, installation_id, service, waits) values (${host}, ${id}, 'web', false)`;
  await sql.end();
  await database.stop();
  await baton().restart();

  expect((await push("another", ["web"])).code).toBe(0);
  const page = await baton().api.text("/system");
  expect(page).toMatch(
    /An address of old cannot be served: the address d+\.d+… has 288 characters, and host names have at most 253/,
  );
  for (const [name, body] of [
    ["beside", "api"],
    ["old", "web"],
  ] as const) {
    expect(await baton().ask(name)).toMatchObject({ status: 200, body });
  }

  // The next version corrects it.
  expect((await push("old", ["web"], "+main")).code).toBe(0);
  expect(await baton().api.text("/system")).not.toContain("An address of old");
});
