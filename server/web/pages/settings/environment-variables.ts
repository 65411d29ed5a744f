import { EnvironmentVariablesPage } from "../../../../views/settings/environment-variables-page.tsx";
import type { Environment } from "../../../model/product.ts";
import { routes } from "../../../routes.ts";
import { noteSubject } from "../../http/audit.ts";
import { notFound } from "../../http/problem.ts";
import type { WebContext } from "../../http/web-context.ts";
import { frameOf, type PageNeeds } from "../page.ts";
import {
  answerReveal,
  answerVariablesForm,
  noticeOf,
  type VariablesSubject,
  variablesProps,
} from "./variable-actions.ts";

/** The variables that all products in an environment share. */
export function createEnvironmentVariablesPages(needs: PageNeeds) {
  const { endpoints } = needs;
  const subject = async (c: WebContext) =>
    subjectOf(c, needs, await environmentNamed(needs, c.req.param("name") ?? ""));

  return endpoints
    .router()
    .on(routes.environmentVariables.get, async (c) => c.html(await (await subject(c)).page({})))
    .on(routes.environmentVariables.post, async (c) => answerVariablesForm(c, needs, await subject(c)))
    .on(routes.environmentVariableReveal.post, async (c) => answerReveal(c, needs, await subject(c)));
}

async function environmentNamed({ store }: PageNeeds, name: string): Promise<Environment> {
  const environment = (await store.environments.list()).find((one) => one.name === name);
  if (!environment) throw notFound(`environment "${name}"`);
  return environment;
}

function subjectOf(c: WebContext, needs: PageNeeds, { id, name }: Environment): VariablesSubject {
  const { environments } = needs.store;
  noteSubject(c, name);
  return {
    owner: { environment: id },
    product: null,
    ownerOf: () => ({ environment: id }),
    entries: () => environments.variableEntries(id),
    values: () => environments.variables(id),
    async page(state) {
      const entries = await environments.variableEntries(id);
      const page = EnvironmentVariablesPage({
        frame: frameOf(c, needs, { title: `Shared variables of ${name}`, section: "system" }),
        environment: name,
        variables: variablesProps(entries, state, []),
        notice: state.notice ?? noticeOf(c),
      });
      return String(page);
    },
    address: (query) => `${routes.environmentVariables(name)}?${new URLSearchParams(query)}`,
  };
}
