import { routes } from "../../server/routes.ts";
import type { LiveStream, PageFrame } from "../frame/frame.ts";
import { offers } from "../frame/offers.ts";
import { ProductFrame, type ProductHeadProps } from "../product/product-frame.tsx";
import { inEnvironment } from "../text/in-environment.ts";
import { AddVariable, type RefusedVariable, VariableList, type VariableRow } from "./variable-list.tsx";
import { type PasteView, VariablesPasteCard } from "./variables-paste-card.tsx";

/** No value of a secret variable is in these props, except one that was revealed. */
export interface VariablesProps {
  readonly variables: readonly VariableRow[];
  /** A pasted file that is not saved yet; null if there is none. */
  readonly paste: PasteView | null;
  /** The values of a form that was refused, and why; null if none was. */
  readonly refused: RefusedVariable | null;
}

export function VariablesPage(props: {
  readonly frame: PageFrame;
  readonly head: ProductHeadProps;
  readonly variables: VariablesProps;
  readonly notice: string | null;
  readonly stream: LiveStream;
}) {
  const { frame, head, variables, notice, stream } = props;
  const { refused } = variables;
  const form = {
    action: inEnvironment(routes.productVariables(head.slug), head),
    reveal: inEnvironment(routes.productVariableReveal(head.slug), head),
    csrf: frame.csrf,
    environment: head.environment,
    mayChange: offers(frame, routes.productVariables.post),
    maySeeShared: offers(frame, routes.environmentVariables.get),
  };
  return (
    <ProductFrame frame={frame} head={head} tab="variables" notice={notice} stream={stream}>
      <section class="card" aria-labelledby="variables-title">
        <h2 id="variables-title">Variables</h2>
        <p class="muted">
          {form.mayChange ? "Changes apply on the next deployment." : "Maintainers change them."} Values are stored
          encrypted.
          {form.maySeeShared && (
            <>
              {" "}
              Variables that all products here get are{" "}
              <a href={routes.environmentVariables(head.environment)}>shared in {head.environment}</a>.
            </>
          )}
        </p>
        <VariableList variables={variables.variables} form={form} refused={refused} />
      </section>
      {form.mayChange && (
        <>
          <section class="card" aria-labelledby="add-title">
            <h2 id="add-title">Add a variable</h2>
            <AddVariable
              form={form}
              hasShared={head.environments.length > 1}
              refused={refused?.isChange === false ? refused : null}
            />
          </section>
          <VariablesPasteCard action={form.action} csrf={frame.csrf} paste={variables.paste} />
        </>
      )}
    </ProductFrame>
  );
}
