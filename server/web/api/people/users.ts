import { createRoute, type z } from "@hono/zod-openapi";
import type { User } from "../../../model/access/user.ts";
import { routes } from "../../../routes.ts";
import { type PersonRights, rightsOf } from "../../../rules/access/person-rights.ts";
import { noteDetail, noteSubject } from "../../http/audit.ts";
import { Problem, problemOf } from "../../http/problem.ts";
import { visitorOf, type WebContext } from "../../http/web-context.ts";
import { type ListedPerson, notePerson, peopleOf, personOf } from "../../read/people.ts";
import { type Api, type ApiNeeds, conflictAnswer, createApi, errorAnswers, json, jsonBody } from "../route-parts.ts";
import { idParam } from "../schemas/ids.ts";
import { listOf } from "../schemas/lists.ts";
import { invitationSchema, invitedSchema, userChangesSchema, userSchema } from "../schemas/people/users.ts";
import { productIdsOf } from "./tokens.ts";

export function createUsersApi(needs: ApiNeeds) {
  const api = createApi();
  addUsers(api, needs);
  addUser(api, needs);
  return api;
}

function addUsers(api: Api, needs: ApiNeeds): void {
  const { store, endpoints, commands, publicUrl } = needs;

  api.openapi(
    createRoute({
      ...endpoints.api(routes.api.users.get),
      tags: ["People"],
      summary: "List the people who can sign in, by name",
      responses: { 200: json("Everybody", listOf(userSchema)), ...errorAnswers },
    }),
    async (c) => c.json({ items: (await peopleOf(store)).map(userJson) }, 200),
  );

  api.openapi(
    createRoute({
      ...endpoints.api(routes.api.invitations.post),
      tags: ["People"],
      summary: "Invite somebody",
      description: "Send them the link. It works once, for 72 hours, and is shown only in this response.",
      request: { body: jsonBody(invitationSchema) },
      responses: { 201: json("The invitation", invitedSchema), ...errorAnswers, ...conflictAnswer },
    }),
    async (c) => {
      const { email = null, role, products = null } = c.req.valid("json");
      const rights = { role, productIds: products && (await productIdsOf(c, needs, products)) };
      noteSubject(c, email ?? "anybody");
      noteDetail(c, invitationDetail(role, products));
      const asked = await commands.invite(visitorOf(c).identity.name, { email, rights });
      if (asked.type === "refused") throw problemOf(asked);
      const url = new URL(routes.join(asked.secret), publicUrl).href;
      return c.json({ url, expiresAt: asked.link.expiresAt.toISOString() }, 201);
    },
  );
}

function addUser(api: Api, needs: ApiNeeds): void {
  const { store, endpoints, commands } = needs;

  api.openapi(
    createRoute({
      ...endpoints.api(routes.api.user.patch),
      tags: ["People"],
      summary: "Change somebody's role or products, or whether they can sign in",
      description:
        "Disabling ends their sessions, tokens and streams at once. 409 for the last administrator, who stays one.",
      request: { params: idParam, body: jsonBody(userChangesSchema) },
      responses: { 200: json("The person as they are now", userSchema), ...errorAnswers, ...conflictAnswer },
    }),
    async (c) => {
      const user = await personOf(store, c.req.valid("param").id);
      const { disabled } = c.req.valid("json");
      const rights = await rightsAsked(c, needs, user, c.req.valid("json"));
      const outcome = await commands.changePerson(user, { rights, isDisabled: disabled });
      if (outcome.type === "refused") throw problemOf(outcome);
      await notePerson(c, store, user);
      const changed = (await peopleOf(store)).find((one) => one.user.id === user.id);
      if (!changed) throw new Problem(404, "not_found", `${user.name} was removed`);
      return c.json(userJson(changed), 200);
    },
  );

  api.openapi(
    createRoute({
      ...endpoints.api(routes.api.user.delete),
      tags: ["People"],
      summary: "Remove somebody",
      description:
        "Their sessions, tokens and streams end at once. The activity log keeps their name. 409 for the last administrator.",
      request: { params: idParam },
      responses: { 204: { description: "Removed" }, ...errorAnswers, ...conflictAnswer },
    }),
    async (c) => {
      const user = await personOf(store, c.req.valid("param").id);
      noteSubject(c, user.name);
      const outcome = await commands.removePerson(user);
      if (outcome.type === "refused") throw problemOf(outcome);
      return c.body(null, 204);
    },
  );
}

/** The rights that a change leads to; undefined when it leaves them alone. */
async function rightsAsked(
  c: WebContext,
  needs: ApiNeeds,
  { grants }: User,
  { role, products }: Pick<z.infer<typeof userChangesSchema>, "role" | "products">,
): Promise<PersonRights | undefined> {
  if (role === undefined && products === undefined) return undefined;
  const now = rightsOf(grants);
  const wanted = role ?? now?.role;
  if (wanted === undefined) throw new Problem(400, "invalid", "role: name one, since this person has none");
  // An administrator is one of everything.
  const kept = wanted === "admin" ? null : (now?.productIds ?? null);
  return {
    role: wanted,
    productIds: products === undefined ? kept : products && (await productIdsOf(c, needs, products)),
  };
}

/** For the audit log. */
export function invitationDetail(role: string, products: readonly string[] | null): string {
  return `as ${role}${products ? ` of ${products.join(", ")}` : ""}`;
}

function userJson({ user, role, products }: ListedPerson): z.infer<typeof userSchema> {
  const { id, name, email, disabledAt, hasTotp, createdAt, lastSeenAt } = user;
  return {
    ...{ id, name, email, role, products: products && [...products], disabled: disabledAt !== null },
    secondFactor: hasTotp,
    createdAt: createdAt.toISOString(),
    lastSeenAt: lastSeenAt?.toISOString() ?? null,
  };
}
