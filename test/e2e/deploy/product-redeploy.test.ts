import { randomUUID } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { createParser } from "eventsource-parser";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { StackProgress } from "../../../server/model/deployment/event.ts";
import { createScratchRegistry, type ScratchRegistry } from "../../docker/scratch-registry.ts";
import { tinyRoot } from "../../docker/tiny-image.ts";
import type { ProductApp } from "../support/apps/product-app.ts";
import { useWorkshop } from "../support/apps/workshop.ts";
import { useBaton } from "../support/baton/harness.ts";

const baton = useBaton({ BATON_ALLOW_PRIVATE_REPOSITORIES: "1" });
const workshop = useWorkshop();
let shop: ProductApp;
let registry: ScratchRegistry;
const reference = () => `${registry.address}/base/tiny:1`;

interface RedeployAnswer {
  readonly success: boolean;
  readonly message: string;
  readonly stackResults: readonly { readonly stackName: string }[];
}

beforeAll(async () => {
  registry = await createScratchRegistry(await tinyRoot(["/bin/sleep"]));
  shop = await workshop.productApp();
  await shop.release("v1");
  const compose = await readFile(join(shop.repository.folder, "backend/compose.yaml"), "utf8");
  const greeter = `  greeter:\n    image: "${reference()}"\n`;
  await shop.repository.write({ "backend/compose.yaml": compose.replace("\nvolumes:", `${greeter}\nvolumes:`) });
  await shop.repository.commit("Bring in an image from elsewhere");
  const { code, text } = await shop.repository.push(baton().remote("shop")).done;
  expect(code, text).toBe(0);
});

afterAll(async () => {
  await registry[Symbol.asyncDispose]();
  // The image's name is outside Baton's namespace, so `npm run down` leaves it.
  await baton()
    .docker.getImage(reference())
    .remove({ force: true })
    .catch(() => {});
});

async function redeploy(sessionId: string) {
  const { id } = await baton().api.installation("shop");
  const { items } = await baton().api.get<{ items: { id: number; name: string }[] }>("/api/environments");
  const environment = items.find(({ name }) => name === "production")?.id;
  const path = `/api/environments/${environment}/product-deployments/${id}/redeploy`;
  return baton().api.send<RedeployAnswer>("POST", path, { sessionId });
}

/** Listens before the call, and collects the events that the client receives. */
function listen(sessionId: string) {
  const heard: { readonly event: string; readonly data: Record<string, unknown> }[] = [];
  const url = `${baton().url}/api/progress/${sessionId}`;
  const done = fetch(url, { headers: { Authorization: `Bearer ${baton().token}` } }).then(async (answer) => {
    const parser = createParser({
      onEvent: ({ event = "message", data }) => heard.push({ event, data: JSON.parse(data) }),
    });
    const decoder = new TextDecoder();
    for await (const chunk of answer.body ?? []) parser.feed(decoder.decode(chunk, { stream: true }));
    return heard;
  });
  return { heard, done };
}

test("every container is recreated, in front of whoever listens: both stacks, the image whose tag moved, the database with its data", async () => {
  await baton().ask("api.shop", "/remember?key=apples&value=seven");
  const before = await baton().containersOf("shop");
  registry.move(["/bin/sleep", "601"]);

  const session = randomUUID();
  const listener = listen(session);
  const { status, body } = await redeploy(session);
  expect(status).toBe(200);
  expect(body).toEqual({
    success: true,
    message: "Product redeployed successfully",
    stackResults: [
      { stackName: "shop-web", stackDisplayName: "Web", serviceCount: 1, success: true },
      { stackName: "shop-backend", stackDisplayName: "Backend", serviceCount: 5, success: true },
    ],
  });

  const heard = await listener.done;
  const statusesOf = (name: string) =>
    heard
      .filter(({ event, data }) => event === "stack" && data.name === name)
      .map(({ data }) => data.status as StackProgress["status"])
      .filter((status, index, all) => status !== all[index - 1]);
  expect(statusesOf("web")).toEqual(["pending", "deploying", "running"]);
  expect(statusesOf("backend")).toEqual(["pending", "deploying", "removing", "deploying", "running"]);
  const phases = new Set(heard.filter(({ event }) => event === "stack").map(({ data }) => data.phase));
  for (const phase of ["Pulling images", "Running init containers", "Starting services", "Checking health", "Cut-over"])
    expect(phases).toContain(phase);
  const initLines = heard.filter(({ event }) => event === "log").flatMap(({ data }) => data.lines as string[]);
  expect(initLines).toContain("migrated to v1");
  expect(heard.at(-1)).toMatchObject({ event: "done", data: body });

  const { id } = await baton().api.newest("shop");
  const log = await baton().api.log(id);
  expect(log).toMatch(/base\/tiny:1 has changed: sha256:\w+ is now sha256:\w+/);
  expect(log).not.toContain("==> Building");
  await baton().api.settled(id);
  expect((await baton().containersOf("shop")).filter((name) => before.includes(name))).toEqual([]);
  expect((await baton().ask("api.shop", "/recall?key=apples")).body).toBe("seven");
});

test("where no registry is responding any more, the image that is here is used again, and that is said", async () => {
  await registry[Symbol.asyncDispose]();
  const { body } = await redeploy(randomUUID());
  expect(body.success).toBe(true);
  const { id } = await baton().api.newest("shop");
  expect(await baton().api.log(id)).toMatch(
    /could not be pulled again because no registry is responding; using \S+ again/,
  );
});

test("a redeploy that fails says which stack did, and that the others were rolled back", async () => {
  const { id } = await baton().api.installation("shop");
  const variables = `/api/product-deployments/${id}/variables`;
  // The variable applies to the whole product, and its api crashes with it.
  await baton().api.send("PUT", variables, { set: { NODE_OPTIONS: "--no-such-option" } });
  const { status, body } = await redeploy(randomUUID());
  expect(status).toBe(200);
  expect(body.success).toBe(false);
  expect(body.stackResults.map(({ stackName }) => stackName)).toEqual(["shop-web", "shop-backend"]);
  expect(body.stackResults).toContainEqual(
    expect.objectContaining({ success: false, error: expect.stringContaining("rolled back") }),
  );
  await baton().api.send("PUT", variables, { unset: ["NODE_OPTIONS"] });
  expect((await baton().ask("shop", "/both")).body).toBe("v1 v1");
});

test("one that cannot start answers so at once", async () => {
  const { body, status } = await baton().api.send<{ error: { code: string } }>(
    "POST",
    "/api/environments/1/product-deployments/999/redeploy",
    {},
  );
  expect(status).toBe(404);
  expect(body.error.code).toBe("not_found");
});
