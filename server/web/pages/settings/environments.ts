import { EnvironmentsPage, type EnvironmentsProps } from "../../../../views/settings/environments-page.tsx";
import { capital } from "../../../../views/text/capital.ts";
import { routes } from "../../../routes.ts";
import { onlyVisible } from "../../access/visible.ts";
import { faultSentence } from "../../api/fault-words.ts";
import { newEnvironmentSchema } from "../../api/schemas/products/environments.ts";
import { noteSubject } from "../../http/audit.ts";
import { readForm } from "../../http/form.ts";
import { notFound } from "../../http/problem.ts";
import type { WebContext } from "../../http/web-context.ts";
import { frameOf, type PageNeeds } from "../page.ts";

const nothingTyped = { name: "", domain: "", branch: "", copyFrom: "" };

/** Lists the environments, with a form for a new one. */
export function createEnvironmentsPages(needs: PageNeeds) {
  const { endpoints, store, commands, board } = needs;

  return (
    endpoints
      .router()
      .on(routes.environments.get, (c) => {
        const isRemoved = c.req.query("done") === "removed";
        return show(c, { notice: isRemoved ? "Environment removed." : null });
      })

      // Answers with the page itself, because the list of what was not copied is stored nowhere.
      .on(routes.environments.post, async (c) => {
        const form = await readForm(c);
        const typed = {
          name: text(form, "name"),
          domain: text(form, "domain"),
          branch: text(form, "branch"),
          copyFrom: text(form, "copyFrom"),
        };
        const { name, domain, branch, copyFrom } = typed;
        const parsed = newEnvironmentSchema.safeParse({ name, domain: domain || null, branch: branch || null });
        if (!parsed.success)
          return show(c, { typed, error: faultSentence(parsed.error, (path) => capital(path)) }, 400);
        noteSubject(c, name);
        const wanted = { name, domain: domain || null, branch: branch || null };
        const created = await commands.createEnvironment(wanted, copyFrom || null);
        if (created.type === "refused") return show(c, { typed, error: created.message }, 409);
        return show(c, { notice: `Created ${name}.`, copied: created.copied });
      })

      .on(routes.environmentRemove.post, async (c) => {
        const name = c.req.param("name");
        const environment = (await store.environments.list()).find((one) => one.name === name);
        if (!environment) throw notFound(`environment "${name}"`);
        noteSubject(c, environment.name);
        const outcome = await commands.removeEnvironment(environment);
        if (outcome.type === "refused") return show(c, { error: outcome.message }, 409);
        return c.redirect(`${routes.environments()}?done=removed`, 303);
      })
  );

  async function show(
    c: WebContext,
    state: Partial<Pick<EnvironmentsProps, "typed" | "error" | "notice" | "copied">>,
    status: 200 | 400 | 409 = 200,
  ) {
    // The board has them in memory.
    const [all, { products }] = await Promise.all([store.environments.list(), board.look()]);
    const places = onlyVisible(
      c,
      products.flatMap(({ installations }) => installations.map(({ overview }) => overview)),
      ({ product }) => product.id,
    );
    const shared = await Promise.all(all.map(({ id }) => store.environments.variableEntries(id)));
    const environments = all.map(({ id, name, domain, branch }, index) => ({
      name,
      domain: domain ?? needs.domain,
      branch,
      variables: shared[index]?.length ?? 0,
      products: places.filter(({ environment }) => environment.id === id).map(({ product }) => product.slug),
    }));
    const page = { environments, typed: nothingTyped, error: null, notice: null, copied: [], ...state };
    const frame = frameOf(c, needs, { title: "Environments", section: "system" });
    return c.html(EnvironmentsPage({ frame, page }), status);
  }
}

function text(form: URLSearchParams, name: string): string {
  return form.get(name)?.trim() ?? "";
}
