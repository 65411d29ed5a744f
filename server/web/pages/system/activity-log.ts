import { ActivityPage } from "../../../../views/system/activity-page.tsx";
import type { AuditFilter } from "../../../ports/store/access.ts";
import { routes } from "../../../routes.ts";
import { visibleActivity, withinVisible } from "../../access/visible.ts";
import { faultSentence } from "../../api/fault-words.ts";
import { activityFilter, auditFilterOf } from "../../api/schemas/activity.ts";
import type { WebContext } from "../../http/web-context.ts";
import { frameOf, type PageNeeds } from "../page.ts";

const pageSize = 50;
/** More than a list of suggestions is good for. */
const mostProducts = 200;

/** Shows the audit log, all of it or what a filter leaves. */
export function createActivityPages(needs: PageNeeds) {
  const { endpoints, store } = needs;

  return endpoints.router().on(routes.activity.get, async (c) => {
    const { before, ...typed } = fieldsIn(c);
    const checked = activityFilter.safeParse(typed);
    const found = checked.success ? await read(c, auditFilterOf(checked.data), Number(before)) : [];
    const actions = found.slice(0, pageSize);
    return c.html(
      ActivityPage({
        frame: frameOf(c, needs, { title: "Activity", section: "activity" }),
        actions,
        next: found.length > pageSize ? (actions.at(-1)?.id ?? null) : null,
        typed,
        choices: await choices(c),
        error: checked.success ? null : faultSentence(checked.error, (path) => labels[path] ?? path),
      }),
      checked.success ? 200 : 400,
    );
  });

  function read(c: WebContext, filter: AuditFilter, before: number) {
    const isPage = Number.isSafeInteger(before) && before > 0;
    return store.audit.list({ ...filter, ...visibleActivity(c), limit: pageSize + 1, ...(isPage && { before }) });
  }

  /** Who sees only some products is not told of everybody. */
  async function choices(c: WebContext) {
    const seesAll = visibleActivity(c).products === undefined;
    const [told, products] = await Promise.all([
      seesAll ? store.audit.choices() : { who: [], token: [], what: [] },
      store.products.list({ limit: mostProducts, ...withinVisible(c) }),
    ]);
    return { ...told, products: products.map(({ slug }) => slug) };
  }
}

const labels: Readonly<Record<string, string>> = {
  who: "Person",
  token: "Token",
  what: "Action",
  from: "From",
  to: "To",
};

function fieldsIn(c: WebContext) {
  const field = (name: string) => c.req.query(name)?.trim() ?? "";
  return {
    ...{ search: field("search"), who: field("who"), token: field("token") },
    ...{ product: field("product"), what: field("what") },
    ...{ from: field("from"), to: field("to"), before: field("before") },
  };
}
