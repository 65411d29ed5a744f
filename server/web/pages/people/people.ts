import {
  type InvitationForm,
  PeoplePage,
  type PeopleProps,
  RemovePersonPage,
} from "../../../../views/people/people-page.tsx";
import { isRole } from "../../../model/access/role.ts";
import type { LinkId } from "../../../model/names/ids.ts";
import { routes } from "../../../routes.ts";
import { isOnlyAdministrator, type PersonRights, rightsOf } from "../../../rules/access/person-rights.ts";
import { faultSentence } from "../../api/fault-words.ts";
import { productIdsOf } from "../../api/people/tokens.ts";
import { invitationDetail } from "../../api/people/users.ts";
import { invitationSchema } from "../../api/schemas/people/users.ts";
import { noteDetail, noteSubject } from "../../http/audit.ts";
import { readForm } from "../../http/form.ts";
import { notFound, Problem, problemOf } from "../../http/problem.ts";
import { visitorOf, type WebContext } from "../../http/web-context.ts";
import { notePerson, peopleOf, personOf } from "../../read/people.ts";
import { frameOf, type PageNeeds } from "../page.ts";

const nothingTyped: InvitationForm = { email: "", role: "deployer", products: [] };

/** Who can sign in, what they may do, and invitations. */
export function createPeoplePages(needs: PageNeeds) {
  const { endpoints, store, commands } = needs;
  const personIn = (c: WebContext) => personOf(store, Number(c.req.param("id")));

  return (
    endpoints
      .router()
      .on(routes.people.get, (c) => show(c, needs, { notice: notices[c.req.query("done") ?? ""] ?? null }))

      // Answers with the page itself, because the link's secret is stored nowhere.
      .on(routes.peopleInvite.post, (c) => invite(c, needs))

      .on(routes.invitationWithdraw.post, async (c) => {
        const id = Number(c.req.param("id"));
        const invitation = (await store.links.listOpen(needs.clock.now())).find((link) => link.id === id);
        if (!invitation) throw notFound("such invitation any more");
        noteSubject(c, invitation.email ?? "anybody");
        await commands.withdrawInvitation({ id: id as LinkId });
        return c.redirect(`${routes.people()}?done=withdrawn`, 303);
      })

      .on(routes.person.post, (c) =>
        change(c, needs, "changed", async (form) => ({ rights: await rightsIn(c, needs, form) })),
      )
      .on(routes.personDisable.post, (c) => change(c, needs, "disabled", async () => ({ isDisabled: true })))
      .on(routes.personEnable.post, (c) => change(c, needs, "enabled", async () => ({ isDisabled: false })))

      .on(routes.personRemove.get, async (c) => {
        const user = await personIn(c);
        const { id, name } = user;
        if (isOnlyAdministrator(await store.users.list(), user)) throw new Problem(409, "conflict", onlyText(name));
        return c.html(RemovePersonPage({ frame: frameOf(c, needs, { title: `Remove ${name}` }), id, name }));
      })
      .on(routes.personRemove.post, async (c) => {
        const user = await personIn(c);
        noteSubject(c, user.name);
        const outcome = await commands.removePerson(user);
        if (outcome.type === "refused") return show(c, needs, { error: outcome.message }, problemOf(outcome).status);
        return c.redirect(`${routes.people()}?done=removed`, 303);
      })
  );
}

const notices: Readonly<Record<string, string>> = {
  changed: "Saved.",
  disabled: "Disabled. Their sessions and tokens have ended.",
  enabled: "Enabled.",
  "second-step": "Their two-step sign-in is off: they sign in with their password alone.",
  removed: "Removed.",
  withdrawn: "Withdrawn. The link opens nothing any more.",
};

const onlyText = (name: string) => `${name} is the last administrator: make somebody else one first`;

async function change(
  c: WebContext,
  needs: PageNeeds,
  done: string,
  wanted: (form: URLSearchParams) => Promise<Parameters<PageNeeds["commands"]["changePerson"]>[1]>,
): Promise<Response> {
  const user = await personOf(needs.store, Number(c.req.param("id")));
  const outcome = await needs.commands.changePerson(user, await wanted(await readForm(c)));
  if (outcome.type === "refused") return show(c, needs, { error: outcome.message }, problemOf(outcome).status);
  await notePerson(c, needs.store, user);
  return c.redirect(`${routes.people()}?done=${done}`, 303);
}

async function rightsIn(c: WebContext, needs: PageNeeds, form: URLSearchParams): Promise<PersonRights> {
  const role = form.get("role") ?? "";
  if (!isRole(role)) throw new Problem(400, "invalid", `there is no role "${role}"`);
  const slugs = form.getAll("products");
  return { role, productIds: slugs.length === 0 ? null : await productIdsOf(c, needs, slugs) };
}

async function invite(c: WebContext, needs: PageNeeds): Promise<Response> {
  const form = await readForm(c);
  const typed: InvitationForm = {
    email: form.get("email")?.trim() ?? "",
    role: form.get("role") ?? "",
    products: form.getAll("products"),
  };
  const parsed = invitationSchema.safeParse({ email: typed.email || null, role: typed.role });
  if (!parsed.success) return show(c, needs, { typed, error: faultSentence(parsed.error, (path) => path) }, 400);
  const { email = null } = parsed.data;
  const rights = await rightsIn(c, needs, form);
  noteSubject(c, email ?? "anybody");
  noteDetail(c, invitationDetail(rights.role, rights.productIds && typed.products));
  const asked = await needs.commands.invite(visitorOf(c).identity.name, { email, rights });
  if (asked.type === "refused") return show(c, needs, { typed, error: asked.message }, problemOf(asked).status);
  const url = new URL(routes.join(asked.secret), needs.publicUrl).href;
  return show(c, needs, { invited: { url, expiresAt: asked.link.expiresAt } });
}

async function show(
  c: WebContext,
  needs: PageNeeds,
  state: Partial<Pick<PeopleProps, "typed" | "error" | "notice" | "invited">>,
  status: ReturnType<typeof problemOf>["status"] = 200,
) {
  const { store, clock } = needs;
  const [people, links, products] = await Promise.all([
    peopleOf(store),
    store.links.listOpen(clock.now()),
    store.products.list(),
  ]);
  const visitor = visitorOf(c).identity.userId;
  const everybody = people.map(({ user }) => user);
  const slugs = new Map(products.map(({ id, slug }) => [id, slug as string]));
  const page: PeopleProps = {
    people: people.map(({ user, ...rights }) => ({
      ...{ id: user.id, name: user.name, email: user.email, ...rights, isDisabled: user.disabledAt !== null },
      ...{ hasSecondFactor: user.hasTotp, lastSeenAt: user.lastSeenAt, isVisitor: user.id === visitor },
      isOnlyAdministrator: isOnlyAdministrator(everybody, user),
    })),
    invitations: links
      .filter(({ kind }) => kind === "invitation")
      .map(({ id, email, grants, createdBy, expiresAt }) => {
        const rights = rightsOf(grants);
        const of = rights?.productIds?.flatMap((product) => slugs.get(product) ?? []).join(", ");
        return { id, email, rights: `${rights?.role ?? "no role"}${of ? ` of ${of}` : ""}`, by: createdBy, expiresAt };
      }),
    products: [...slugs.values()],
    ...{ typed: nothingTyped, error: null, notice: null, invited: null },
    ...state,
  };
  return c.html(PeoplePage({ frame: frameOf(c, needs, { title: "People", section: "people" }), page }), status);
}
