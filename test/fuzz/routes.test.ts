import fc from "fast-check";
import { beforeAll, expect, it } from "vitest";
import { endpoints } from "../../server/routes.ts";
import { createWorld, origin, token } from "../web/world.ts";
import { fieldsRead } from "./fields-read.ts";
import { fuzz, isLong, marker, report, testTimeoutMs, text, value, withinLimit } from "./fuzzing.ts";

interface Attack {
  readonly endpoint: Endpoint;
  /** In the order of the path's parameters; null for the value of the sample. */
  readonly parameters: readonly (string | null)[];
  readonly query: Readonly<Record<string, string>>;
  readonly body: unknown;
  readonly header: readonly [string, string];
}

let fields: readonly string[];
/** The fields that each endpoint reads, by method and path: those that the API describes, and those that handlers take. */
let ownFields: ReadonlyMap<string, readonly string[]>;

beforeAll(async () => {
  const world = await sampleWorld();
  const document = await (await world.api("/api/openapi.json")).text();
  const found = new Set<string>();
  JSON.parse(document, (key, at) => {
    if (key === "properties") for (const name of Object.keys(at)) found.add(name);
    if (typeof at?.name === "string" && typeof at.in === "string") found.add(at.name);
    return at;
  });
  const own = new Map<string, readonly string[]>();
  for (const endpoint of endpoints) {
    const described = fieldsOf(JSON.parse(document), endpoint);
    const taken = await fieldsTaken(endpoint);
    own.set(keyOf(endpoint), [...new Set([...described, ...taken])]);
    for (const name of [...described, ...taken]) found.add(name);
  }
  fields = [...found];
  ownFields = own;
}, testTimeoutMs);

/** Asked twice: with nothing, and with what it looked for, because it may look for more then. */
async function fieldsTaken(endpoint: Endpoint): Promise<readonly string[]> {
  let names: readonly string[] = [];
  for (let round = 0; round < 2; round++) {
    const world = await sampleWorld();
    const { cookie, csrf } = await world.signIn();
    const given = Object.fromEntries(names.map((name) => [name, "1"]));
    const attack: Attack = { endpoint, parameters: [], query: given, body: given, header: ["accept", "*/*"] };
    const read = await fieldsRead(() => send(world, attack, { cookie, csrf }, true));
    names = [...new Set([...names, ...read])].filter((one) => one !== "csrf");
  }
  return names;
}

type Endpoint = (typeof endpoints)[number];
type Json = { readonly [name: string]: Json } | undefined;

const keyOf = ({ method, path }: Endpoint) => `${method} ${path}`;

function fieldsOf(document: Json, { method, path }: Endpoint): readonly string[] {
  const described = path.replace(/:(\w+)(?:\{[^}]*\})?/g, "{$1}");
  const call = document?.paths?.[described]?.[method.toLowerCase()];
  const schema = call?.requestBody?.content?.["application/json"]?.schema;
  const name =
    String(schema?.$ref ?? "")
      .split("/")
      .at(-1) ?? "";
  const inQuery = Object.values(call?.parameters ?? {}).filter((at) => String(at?.in) === "query");
  const inBody = Object.keys((document?.components?.schemas?.[name] ?? schema)?.properties ?? {});
  return [...inBody, ...inQuery.map((at) => String(at?.name))];
}

async function sampleWorld() {
  const world = await createWorld();
  const { installation } = await world.samples.product("shop");
  world.samples.live(installation);
  return world;
}

const samples: Readonly<Record<string, string>> = {
  ...{ slug: "shop", product: "shop", name: "about", repository: "shop.git", forge: "github", file: "app.css" },
};

function pathWith(path: string, parameters: readonly (string | null)[]): string {
  let at = 0;
  return path.replace(/:(\w+)(?:\{[^}]*\})?/g, (_, name: string) => {
    const chosen = parameters[at++] ?? null;
    return chosen === null ? (samples[name] ?? "1") : encodeURIComponent(chosen.toWellFormed());
  });
}

function attacks(): fc.Arbitrary<Attack> {
  const name = fc.oneof({ weight: 9, arbitrary: fc.constantFrom(...fields) }, text);
  return fc.constantFrom(...endpoints).chain((endpoint) => attackOn(endpoint, name));
}

function attackOn(endpoint: Endpoint, name: fc.Arbitrary<string>): fc.Arbitrary<Attack> {
  const own = ownFields.get(keyOf(endpoint)) ?? [];
  const field = own.length > 0 ? fc.oneof({ weight: 9, arbitrary: fc.constantFrom(...own) }, name) : name;
  return fc.record({
    endpoint: fc.constant(endpoint),
    parameters: fc.array(fc.option(text, { freq: 3, nil: null }), { maxLength: 3 }),
    query: fc.dictionary(field, text, { maxKeys: 3 }),
    body: fc.oneof({ weight: 6, arbitrary: fc.dictionary(field, value, { maxKeys: 8 }) }, value),
    header: fc.tuple(
      fc.constantFrom("accept", "last-event-id", "range", "if-none-match", "x-forwarded-for", "content-type", "cookie"),
      text,
    ),
  });
}

type World = Awaited<ReturnType<typeof sampleWorld>>;

async function send(world: World, attack: Attack, who: Readonly<Record<string, string>>, isForm: boolean) {
  const { endpoint, parameters, query, body, header } = attack;
  world.clock.advance(60_000);
  const wellFormed = new URLSearchParams(query);
  const headers = new Headers({ "content-type": "application/json", "sec-fetch-site": "same-origin", origin });
  if (isForm) headers.set("content-type", "application/x-www-form-urlencoded");
  headers.set(header[0], header[1].replace(/[^\x20-\x7e]/g, "?"));
  for (const [key, one] of Object.entries(who)) if (key !== "csrf") headers.set(key, one);
  const json = JSON.stringify(body) ?? "";
  const hasBody = endpoint.method !== "GET";
  const form = new URLSearchParams({ csrf: who.csrf ?? "" });
  if (typeof body === "object" && body !== null) {
    for (const [key, one] of Object.entries(body)) form.append(key, String(typeof one === "object" ? json : one));
  }
  return withinLimit(async () => {
    const url = `${pathWith(endpoint.path, parameters)}?${wellFormed}`;
    const answer = await world.fetch(url, {
      method: endpoint.method,
      headers,
      redirect: "manual",
      ...(hasBody && { body: isForm ? form.toString() : json }),
    });
    if (!answer.headers.get("content-type")?.startsWith("text/event-stream"))
      return { answer, said: await answer.text() };
    await answer.body?.cancel();
    return { answer, said: "" };
  });
}

function check({ endpoint }: Attack, { answer, said }: Awaited<ReturnType<typeof send>>) {
  const where = `${endpoint.method} ${endpoint.path}`;
  expect(answer.status, `${where}: ${said.slice(0, 300)}`).not.toBe(500);
  if (answer.headers.get("content-type")?.startsWith("text/html"))
    expect(said, where).not.toContain(marker.slice(0, 12));
}

it("the fields of the API's calls, of forms and of pages' addresses are known", () => {
  expect([...ownFields.values()].filter((own) => own.length > 0).length).toBeGreaterThan(80);
  expect(ownFields.get("GET /activity")).toEqual(expect.arrayContaining(["before", "who", "search"]));
  expect(ownFields.get("GET /deployments")).toEqual(expect.arrayContaining(["before", "product", "status"]));
  expect(ownFields.get("POST /products/:slug/variables")).toEqual(expect.arrayContaining(["file", "name", "value"]));
});

it("no field is echoed as markup or answered with 500", { timeout: testTimeoutMs }, async () => {
  let count = 0;
  for (const endpoint of endpoints) {
    const world = await sampleWorld();
    const { cookie, csrf } = await world.signIn();
    for (const name of ownFields.get(keyOf(endpoint)) ?? []) {
      for (const typed of isLong ? [marker, "\0", "9".repeat(400), "__proto__", "\ud800"] : [marker]) {
        const given = { [name]: typed };
        const attack: Attack = { endpoint, parameters: [], query: given, body: given, header: ["accept", "*/*"] };
        const isForm = !endpoint.path.startsWith("/api/");
        check(
          attack,
          await send(world, attack, isForm ? { cookie, csrf } : { authorization: `Bearer ${token}` }, isForm),
        );
        count++;
      }
    }
  }
  report("routes", endpoints.length);
  report("fields of routes", [...ownFields.values()].flat().length);
  report("every field once", count);
});

it("no API call is answered with 500, hangs, or echoes markup", { timeout: testTimeoutMs }, async () => {
  await fuzz("series of API calls", fc.array(attacks(), { minLength: 1, maxLength: 12 }), 100, async (series) => {
    const world = await sampleWorld();
    for (const attack of series) check(attack, await send(world, attack, { authorization: `Bearer ${token}` }, false));
  });
});

it("no form is answered with 500, hangs, or echoes markup", { timeout: testTimeoutMs }, async () => {
  await fuzz("series of forms", fc.array(attacks(), { minLength: 1, maxLength: 12 }), 100, async (series) => {
    const world = await sampleWorld();
    const { cookie, csrf } = await world.signIn();
    for (const attack of series) check(attack, await send(world, attack, { cookie, csrf }, true));
  });
});
