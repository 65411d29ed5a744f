import { beforeAll, describe, expect, it } from "vitest";
import type { Principal } from "../../../server/model/access/principal.ts";
import { type Role, roles } from "../../../server/model/access/role.ts";
import { type Scope, scopes } from "../../../server/model/access/scope.ts";
import type { Grant } from "../../../server/model/access/user.ts";
import type { Endpoint } from "../../../server/route.ts";
import { endpoints, routes } from "../../../server/routes.ts";
import { allows, permissionRules } from "../../../server/rules/access/permissions.ts";
import { aToken, aUser } from "../../contracts/store/access/people.ts";
import { createWorld, type World } from "../world.ts";
import { type Filled, fillWorld } from "./filled-world.ts";
import { type Offer, offerOf, offersIn } from "./offered.ts";

interface Caller {
  readonly token: string;
  readonly who: Principal;
}

let world: World;
let filled: Filled;

beforeAll(async () => {
  world = await createWorld();
  filled = await fillWorld(world);
});

/** Who comes: their name, their grants, and the scopes of the token that they signed in with. */
type Visitor = readonly [string, (filled: Filled) => readonly Grant[], readonly Scope[]];

const everywhere = (role: Role): readonly Grant[] => [{ role, productId: null }];

const callers: readonly Visitor[] = [
  ["somebody without a role", () => [], scopes],
  ...roles.map((role): Visitor => [`${role} of everything`, () => everywhere(role), scopes]),
  ...(["viewer", "deployer", "maintainer"] as const).map(
    (role): Visitor => [`${role} of the shop alone`, ({ shop }) => [{ role, productId: shop }], scopes],
  ),
  [
    "deployer of the shop who sees the rest",
    ({ shop }) => [...everywhere("viewer"), { role: "deployer", productId: shop }],
    scopes,
  ],
  ["maintainer of another product", ({ other }) => [{ role: "maintainer", productId: other }], scopes],
  ...(["read", "deploy", "manage"] as const).map(
    (scope): Visitor => [`administrator with a token for ${scope}`, () => everywhere("admin"), [scope]],
  ),
];

async function aCaller(grants: readonly Grant[], scopes: readonly Scope[]): Promise<Caller> {
  const user = await aUser(world.store, { grants });
  const token = `token of ${user.name}`.replaceAll(" ", "-");
  const { id } = await aToken(world.store, user.id, { token, scopes });
  const by = { token: { id, name: "ci" }, sessionId: null, productIds: null };
  return { token, who: { name: user.name, userId: user.id, grants, scopes, ...by } };
}

/** Every address of an endpoint; those that do not exist answer 404 and offer nothing. */
function urlsOf({ path, subject }: Endpoint): readonly string[] {
  const parameters = [...path.matchAll(/:(\w+)(?:\{[^}]*\})?/g)];
  return parameters.reduce<readonly string[]>(
    (urls, [text, name = ""]) =>
      urls.flatMap((url) =>
        (filled.values[subject?.parameter === name ? subject.kind : name] ?? []).map((value) =>
          url.replace(text, value),
        ),
      ),
    [path],
  );
}

const pages = endpoints.filter(({ method, answer, permission }) => method === "GET" && answer === "page" && permission);
/** Those that begin with what the page shows, once for each of its tabs. The others send only lines and news. */
const streams: readonly (readonly [Endpoint, string])[] = [
  ...[routes.homeStream, routes.deploymentsStream, routes.queueStream, routes.newProductStream, routes.setUpStream].map(
    ({ get }) => [get, ""] as const,
  ),
  ...["overview", "deployments", "domains", "head"].map((tab) => [routes.productStream.get, `?tab=${tab}`] as const),
  [routes.deploymentStream.get, ""],
];

/** Empty for what does not exist. */
async function read(url: string, { token }: Caller): Promise<string> {
  const answer = await world.fetch(url, { headers: { authorization: `Bearer ${token}` } });
  return answer.status === 200 ? answer.text() : "";
}

/** The first message of a stream; empty for those who may not read it. */
async function readFirst(url: string, { token }: Caller): Promise<string> {
  const answer = await world.fetch(url, { headers: { authorization: `Bearer ${token}` } });
  const reader = answer.status === 200 ? answer.body?.getReader() : undefined;
  let text = "";
  for (let isOver = !reader; !isOver && !text.includes("</hx-partial>"); ) {
    const chunk = await reader?.read();
    text += new TextDecoder().decode(chunk?.value);
    isOver = chunk?.done ?? true;
  }
  await reader?.cancel();
  return text.replaceAll("\ndata: ", "\n");
}

/** What each of a caller's pages offers. */
async function offeredTo(caller: Caller): Promise<readonly (Offer & { readonly on: string })[]> {
  const found: (Offer & { readonly on: string })[] = [];
  for (const url of pages.flatMap(urlsOf).filter((page) => mayUse(caller, offerOf("GET", page)))) {
    for (const offer of offersIn(await read(url, caller))) found.push({ ...offer, on: url });
  }
  return found;
}

function mayUse({ who }: Caller, { endpoint, parameters }: Offer): boolean {
  const { permission, subject } = endpoint;
  if (permission === null) return true;
  if (permissionRules[permission].about !== "product") return allows(who, permission, null);
  const product = subject ? filled.products.get(`${subject.kind} ${parameters[subject.parameter]}`) : undefined;
  return product !== undefined && allows(who, permission, product);
}

/** What pages show only in answer to a form, or only to somebody who signed in in a certain way. */
const shownElsewhere: readonly Endpoint[] = [
  routes.accountSecondFactorConfirm.post,
  ...[routes.accountSecondFactorRemove.post, routes.accountRecoveryCodes.post, routes.personSecondFactorRemove.post],
  ...[routes.accountPasskeyRemove.post, routes.accountSessionEnd.post, routes.accountSessionsEndOthers.post],
  ...[routes.signInSettingsRemove.post, routes.personEnable.post, routes.setUpHide.post, routes.newSample.post],
  // Where there is no cluster yet.
  routes.clusterStart.post,
  ...[routes.productHostKey.post, routes.productServiceSettings.post],
  // For products with data.
  ...[routes.productBackups.post, routes.productBackupPlan.post, routes.backupRestore.post, routes.backupRemove.post],
  ...[routes.productDrills.post, routes.deploymentGoBack.post],
];

const nameOf = ({ method, path }: Endpoint) => `${method} ${path}`;

/** Everything that any page offers. */
let everything: Promise<readonly (Offer & { readonly on: string })[]> | null = null;

function offeredToAdministrators() {
  everything ??= aCaller(everywhere("admin"), scopes).then(offeredTo);
  return everything;
}

describe.each(callers)("%s", (_, grantsIn, scopes) => {
  it("is offered all that they may use, and nothing else", async () => {
    const caller = await aCaller(grantsIn(filled), scopes);
    const own = await offeredTo(caller);
    expect(own.filter((offer) => !mayUse(caller, offer)).map(({ on, url }) => `${on}: ${url}`)).toEqual([]);

    // Links that go with a push or a change are shown to those who may make it.
    const going: readonly Endpoint[] = [routes.tokens.get, routes.productVariables.get];
    const main = (await offeredToAdministrators()).filter(({ endpoint }) => !going.includes(endpoint));
    const [seen, offers] = [new Set(own.map(({ on }) => on)), new Set(own.map(placeOf))];
    const missing = main.filter((one) => seen.has(one.on) && mayUse(caller, one) && !offers.has(placeOf(one)));
    expect([...new Set(missing.map(placeOf))]).toEqual([]);
  });

  it("is offered no more by streams, whoever else reads them", async () => {
    const caller = await aCaller(grantsIn(filled), scopes);
    for (const url of streams.flatMap(([stream, query]) => urlsOf(stream).map((each) => each + query))) {
      const wrong = offersIn(await readFirst(url, caller)).filter((offer) => !mayUse(caller, offer));
      expect(
        wrong.map((offer) => offer.url),
        url,
      ).toEqual([]);
    }
  });
});

it("every form is on a page", async () => {
  const shown = new Set((await offeredToAdministrators()).map(({ endpoint }) => nameOf(endpoint)));
  const forms = endpoints.filter(
    ({ method, answer, permission }) => method === "POST" && answer === "page" && permission,
  );
  const nowhere = forms.filter((form) => !shown.has(nameOf(form)) && !shownElsewhere.includes(form));
  expect(nowhere.map(nameOf)).toEqual([]);
});

it("streams offer what one may do", async () => {
  const caller = await aCaller(everywhere("admin"), scopes);
  const offering = new Set<string>();
  for (const [stream, query] of streams) {
    for (const url of urlsOf(stream)) {
      const forms = offersIn(await readFirst(url + query, caller)).filter(({ endpoint }) => endpoint.method === "POST");
      if (forms.length > 0) offering.add(nameOf(stream));
    }
  }
  expect([...offering]).toEqual(
    [routes.queueStream, routes.productStream, routes.deploymentStream].map(({ get }) => nameOf(get)),
  );
});

/** What is offered where. Of what is one's own, such as tokens, everybody is offered their own. */
function placeOf({ on, endpoint, url }: Offer & { readonly on: string }): string {
  const isOwn = endpoint.permission !== null && permissionRules[endpoint.permission].about === "oneself";
  return `${on}: ${isOwn ? nameOf(endpoint) : `${endpoint.method} ${url.replace(/[?#].*$/, "")}`}`;
}
