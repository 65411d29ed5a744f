import { ActivityPage } from "../../../../views/system/activity-page.tsx";
import { routes } from "../../../routes.ts";
import { visibleActivity } from "../../access/visible.ts";
import { frameOf, type PageNeeds } from "../page.ts";

const pageSize = 50;

/** Shows the audit log. */
export function createActivityPages(needs: PageNeeds) {
  const { endpoints, store } = needs;

  return endpoints.router().on(routes.activity.get, async (c) => {
    const before = Number(c.req.query("before"));
    const isPage = Number.isSafeInteger(before) && before > 0;
    const found = await store.audit.list({ limit: pageSize + 1, ...(isPage && { before }), ...visibleActivity(c) });
    const actions = found.slice(0, pageSize);
    const next = found.length > pageSize ? (actions.at(-1)?.id ?? null) : null;
    return c.html(
      ActivityPage({ frame: frameOf(c, needs, { title: "Activity", section: "activity" }), actions, next }),
    );
  });
}
