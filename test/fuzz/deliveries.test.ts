import { createHmac } from "node:crypto";
import examples from "@octokit/webhooks-examples/api.github.com/index.json" with { type: "json" };
import fc from "fast-check";
import { expect, it } from "vitest";
import { createWorld } from "../web/world.ts";
import { fuzz, marker, testTimeoutMs, text, value, withinLimit } from "./fuzzing.ts";

type Signed = Readonly<Record<string, string>>;

/** How each forge signs a body and names its event. */
const forges: Readonly<
  Record<string, { readonly events: readonly string[]; sign(body: string, secret: string, event: string): Signed }>
> = {
  github: {
    events: ["push", "ping", "delete", "pull_request", "create", "__proto__", ""],
    sign: (body, secret, event) => ({
      "x-github-event": event,
      "x-github-delivery": crypto.randomUUID(),
      "x-hub-signature-256": `sha256=${createHmac("sha256", secret).update(body).digest("hex")}`,
    }),
  },
};

const repository = "https://github.com/Codertocat/Hello-World.git";

/** A real payload in which some values are replaced, wherever they are. */
function spoiled(): fc.Arbitrary<unknown> {
  const real = examples
    .filter(({ name }) => ["push", "ping", "delete", "pull_request"].includes(name))
    .map((example) => example.examples[0]);
  const edit = fc.tuple(fc.nat(), value);
  return fc.tuple(fc.constantFrom(...real), fc.array(edit, { maxLength: 6 })).map(([payload, edits]) => {
    const copy: unknown = structuredClone(payload);
    for (const [at, by] of edits) replaceSome(copy, at, by);
    return copy;
  });
}

function replaceSome(root: unknown, at: number, by: unknown): void {
  const places: [Record<string, unknown>, string][] = [];
  JSON.stringify(root, function visit(this: Record<string, unknown>, key, inner) {
    if (key !== "") places.push([this, key]);
    return inner;
  });
  const place = places[at % places.length];
  if (place) place[0][place[1]] = by;
}

it("every forge's signed deliveries are read or refused in words", { timeout: testTimeoutMs }, async () => {
  const world = await createWorld();
  expect(Object.keys(forges)).toEqual(world.needs.forges.map(({ name }) => name));
  const made = await world.read("/api/products", {
    method: "POST",
    body: { name: "shop", repository, branch: "main" },
  });
  const { secret } = made.json.webhook as { secret: string };
  const forge = fc.constantFrom(...Object.keys(forges));
  const delivery = forge.chain((name) =>
    fc.record({
      name: fc.constant(name),
      event: fc.oneof(fc.constantFrom(...(forges[name]?.events ?? [])), text),
      body: fc.oneof({ weight: 5, arbitrary: spoiled() }, value).map((content) => JSON.stringify(content) ?? ""),
      isGenuine: fc.boolean(),
    }),
  );
  await fuzz("signed deliveries", delivery, 300, async ({ name, event, body, isGenuine }) => {
    world.clock.advance(60_000);
    const event7 = event.replace(/[^\x20-\x7e]/g, "?").trim();
    const headers = {
      "content-type": "application/json",
      ...forges[name]?.sign(body, isGenuine ? secret : "x", event7),
    };
    const answer = await withinLimit(() => world.fetch(`/webhooks/${name}/shop`, { method: "POST", headers, body }));
    const said = await answer.text();
    expect([500, 503], said).not.toContain(answer.status);
    if (!isGenuine) expect(answer.status).toBe(401);
    expect(() => JSON.parse(said)).not.toThrow();
  });
  const page = await (
    await world.fetch("/products/shop/webhooks", { headers: { cookie: (await world.signIn()).cookie } })
  ).text();
  expect(page).not.toContain(marker.slice(0, 12));
});
