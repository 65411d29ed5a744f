import { beforeAll, describe, expect, it } from "vitest";
import type { Commands } from "../../../server/commands/commands.ts";
import { everything, type Principal } from "../../../server/model/access/principal.ts";
import { roles } from "../../../server/model/access/role.ts";
import { scopes } from "../../../server/model/access/scope.ts";
import type { Grant } from "../../../server/model/access/user.ts";
import type { InstallationId, ProductId } from "../../../server/model/names/ids.ts";
import type { Endpoint } from "../../../server/route.ts";
import { endpoints, routes } from "../../../server/routes.ts";
import { permissionRules, whyNot } from "../../../server/rules/access/permissions.ts";
import { aToken, aUser, now } from "../../contracts/store/access/people.ts";
import { createWorld, type World } from "../world.ts";

/** Every endpoint except git's own, which test/web/git walks, and those that everybody may use. */
const guarded = endpoints.filter(({ permission, answer }) => permission !== null && answer !== "git");

/** Somebody who sends requests: what they may do, or null for those who are nobody. */
interface Caller {
  readonly name: string;
  readonly token: string | null;
  readonly who: Pick<Principal, "grants" | "scopes" | "productIds"> | null;
}

/** Refuses every change, so that one world serves all requests. */
const refusingCommands = new Proxy({} as Commands, {
  get: (_, name) => async () => {
    if (name === "recordAction") return undefined;
    if (name === "ensureCsrfKey") return "key";
    return { type: "refused", code: "conflict", message: "this test changes nothing" };
  },
});

let world: World;
let callers: readonly Caller[];
let paths: Readonly<Record<string, string>>;
let shop: ProductId;

beforeAll(async () => {
  world = await createWorld({ commands: refusingCommands });
  const [own, other] = [await world.samples.product("shop"), await world.samples.product("other")];
  const deployment = world.samples.live(own.installation);
  shop = own.product.id;
  paths = { slug: "shop", product: "shop", name: "about", sessionId: "s-1", environmentId: "1" };
  const backup = await aBackup(own.installation.id);
  paths = {
    ...paths,
    backup: String(backup.id),
    installation: String(own.installation.id),
    deployment: String(deployment.id),
  };
  callers = await manyCallers(world, own.product.id, other.product.id);
});

function aBackup(installation: InstallationId) {
  const what = { service: "db", method: "postgres", reason: "manual", isEncrypted: false } as const;
  const from = { deployment: null, requestedBy: null, folder: "shop/production/db/1" };
  return world.store.backups.request({ installation, ...what, ...from }, now);
}

async function manyCallers({ store }: World, own: ProductId, other: ProductId): Promise<readonly Caller[]> {
  let count = 0;
  const caller = async (
    name: string,
    grants: readonly Grant[],
    limits: Partial<Pick<Principal, "scopes" | "productIds">> = {},
  ): Promise<Caller> => {
    const token = `caller-${++count}`;
    const user = await aUser(store, { grants });
    const limited = { scopes: limits.scopes ?? scopes, productIds: limits.productIds ?? null };
    await aToken(store, user.id, { token, ...limited });
    return { name, token, who: { grants, ...limited } };
  };
  const nobody = async (name: string, token: string | null): Promise<Caller> => ({ name, token, who: null });

  const expired = await aUser(store);
  await aToken(store, expired.id, { token: "expired", expiresAt: new Date(0) });
  const { id } = await aToken(store, expired.id, { token: "revoked" });
  await store.access.revokeToken(id, now);
  const disabled = await aUser(store);
  await aToken(store, disabled.id, { token: "disabled" });
  await store.users.setDisabled(disabled.id, true, now);

  return Promise.all([
    ...[nobody("nobody", null), nobody("a wrong token", "wrong"), nobody("an expired token", "expired")],
    ...[nobody("a revoked token", "revoked"), nobody("a token of somebody who is disabled", "disabled")],
    caller("somebody without a role", []),
    ...roles.flatMap((role) => [
      caller(`${role} of everything`, [{ role, productId: null }]),
      caller(`${role} of the product`, [{ role, productId: own }]),
      caller(`${role} of another product`, [{ role, productId: other }]),
    ]),
    ...scopes.map((scope) => caller(`an administrator's token for ${scope}`, everything, { scopes: [scope] })),
    caller("an administrator's token for the product", everything, { productIds: [own] }),
    caller("an administrator's token for another product", everything, { productIds: [other] }),
  ]);
}

/**
 * What the table promises, or null when it lets the caller through. The stream of a redeploy answers everybody, since
 * it may be opened before there is one; it says nothing to those who may not see the product.
 */
function expected({ permission, asked, path }: Endpoint, { who }: Caller): 401 | 403 | 404 | null {
  if (!who) return 401;
  if (permission === null) return null;
  const principal: Principal = { name: "", userId: null, token: null, sessionId: null, ...who };
  const isAboutProduct = permissionRules[permission].about === "product";
  const missing = whyNot(principal, permission, isAboutProduct ? shop : null);
  if (missing === null) return null;
  // The scope is asked for before the body that names the product is read.
  const lacksScope = !permissionRules[permission].scopes.some((scope) => who.scopes?.includes(scope));
  if (isAboutProduct && asked === "handler" && lacksScope) return 403;
  if (path === routes.api.progress.get.path) return null;
  return isAboutProduct && whyNot({ ...principal, scopes: null }, "see", shop) !== null ? 404 : 403;
}

const bodies: Readonly<Record<string, object>> = {
  "POST /api/backups/:id/restore": { into: "same" },
  "POST /api/product-deployments": { product: "shop", environment: "production" },
};

async function send({ method, path, subject }: Endpoint, { token }: Caller): Promise<Response> {
  // Ten wrong tokens a minute are answered in full.
  world.clock.advance(60_000);
  const url = path.replace(/:(\w+)(?:\{[^}]*\})?/g, (_, name: string) =>
    path.includes("/backups/") && name === "id"
      ? (paths.backup ?? "")
      : subject?.parameter === name && subject.kind !== "product"
        ? (paths[subject.kind] ?? "")
        : (paths[name] ?? "1"),
  );
  const body = method === "GET" ? null : JSON.stringify(bodies[`${method} ${path}`] ?? {});
  const answer = await world.fetch(url, {
    method,
    redirect: "manual",
    headers: { "content-type": "application/json", ...(token !== null && { authorization: `Bearer ${token}` }) },
    ...(body !== null && { body }),
  });
  return answer;
}

/** Ends a stream without reading it. */
async function textOf(answer: Response): Promise<string> {
  if (!answer.headers.get("content-type")?.startsWith("text/event-stream")) return answer.text();
  await answer.body?.cancel();
  return "";
}

/** What is missing, and who gives it or what token has it; the product's name is in it if it is about one. */
const reasons =
  /may not (.+): (?:that takes the role \w+ for (?:it|everything), and .+\. .+ can give it to you|that takes the scope .+\. Create a token that has it|it is limited to .+ products\. Create a token for .+)\./;

const hidden = /there is no (?:product "shop"|(?:product )?deployment \d+|backup \d+)/i;

function expectReason({ permission, asked }: Endpoint, text: string): void {
  const plain = text.replaceAll("&#39;", "'");
  expect(plain).toMatch(reasons);
  const { about, words } = permissionRules[permission ?? "enter"];
  const [action] = [reasons.exec(plain)?.[1]];
  if (about === "product" && asked === "subject") expect(action).toBe(`${words} shop`);
  else expect([words, `${words} shop`]).toContain(action);
}

it("there are dozens of routes and callers", ({ annotate }) => {
  expect(guarded.length).toBeGreaterThan(90);
  expect(callers.length).toBeGreaterThan(20);
  return annotate(`${guarded.length} routes × ${callers.length} callers: ${guarded.length * callers.length} requests`);
});

describe.each(guarded)("$method $path", (endpoint) => {
  it(`asks for "${endpoint.permission}" as the table says, whoever comes`, async () => {
    for (const caller of callers) {
      const wanted = expected(endpoint, caller);
      const answer = await send(endpoint, caller);
      const text = await textOf(answer);
      const isSentToSignIn = answer.headers.get("location")?.startsWith("/sign-in") ?? false;
      if (wanted === 401) expect(answer.status === 401 || isSentToSignIn, caller.name).toBe(true);
      else if (wanted !== null) {
        expect(answer.status, caller.name).toBe(wanted);
        if (wanted === 403) expectReason(endpoint, text);
      } else {
        expect([401, 403, 500], `${caller.name}: ${text.slice(0, 200)}`).not.toContain(answer.status);
        expect(text, caller.name).not.toMatch(hidden);
      }
    }
  });
});
