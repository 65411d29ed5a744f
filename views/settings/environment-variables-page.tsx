import { routes } from "../../server/routes.ts";
import type { PageFrame } from "../frame/frame.ts";
import { Layout } from "../frame/layout.tsx";
import { offers } from "../frame/offers.ts";
import { Notice } from "../ui/outcome.tsx";
import { AddVariable, VariableList } from "./variable-list.tsx";
import type { VariablesProps } from "./variables-page.tsx";
import { VariablesPasteCard } from "./variables-paste-card.tsx";

/** The variables that all products in an environment get. */
export function EnvironmentVariablesPage(props: {
  readonly frame: PageFrame;
  readonly environment: string;
  readonly variables: VariablesProps;
  readonly notice: string | null;
}) {
  const { frame, environment, variables, notice } = props;
  const { refused } = variables;
  const form = {
    action: routes.environmentVariables(environment),
    reveal: routes.environmentVariableReveal(environment),
    csrf: frame.csrf,
    environment: null,
    mayChange: true,
    maySeeShared: true,
  };
  return (
    <Layout frame={frame}>
      <p class="crumbs">
        {offers(frame, routes.system.get) && <a href={routes.system()}>System</a>}
        <a href={routes.environments()}>Environments</a>
        <span aria-current="page">{environment}</span>
      </p>
      <h1>Shared variables of {environment}</h1>
      <p class="muted">
        Every product in {environment} gets them; a product's own variables take precedence. Changes apply to each
        product on its next deployment.
      </p>
      <Notice text={notice} />
      <div class="stack">
        <section class="card" aria-labelledby="variables-title">
          <h2 id="variables-title">Variables</h2>
          <VariableList variables={variables.variables} form={form} refused={refused} />
        </section>
        <section class="card" aria-labelledby="add-title">
          <h2 id="add-title">Add a variable</h2>
          <AddVariable form={form} hasShared={false} refused={refused?.isChange === false ? refused : null} />
        </section>
        <VariablesPasteCard action={form.action} csrf={frame.csrf} paste={variables.paste} />
      </div>
    </Layout>
  );
}
