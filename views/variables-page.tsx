import { routes } from "../server/routes.ts";
import { counted } from "../server/rules/duration-text.ts";
import type { PendingVariables } from "../server/rules/pending-variables.ts";
import { CsrfField } from "./csrf-field.tsx";
import type { Frame, LiveStream } from "./frame.ts";
import { inEnvironment } from "./in-environment.ts";
import { keptText } from "./kept-text.ts";
import { PendingChanges } from "./pending-changes.tsx";
import { ProductFrame, type ProductHeadProps } from "./product-frame.tsx";
import { type PasteView, VariablesPasteCard } from "./variables-paste-card.tsx";

/** Names, never values: what is set can be replaced or removed, but not read. */
export interface VariablesProps {
  readonly variables: readonly VariableRow[];
  readonly pending: PendingVariables;
  /** What was pasted and is not saved yet; null: nothing. */
  readonly paste: PasteView | null;
  /** A form that was refused, as it was typed, and why; null: none was. */
  readonly refused: RefusedVariable | null;
}

export interface RefusedVariable {
  readonly error: string;
  readonly name: string;
  readonly value: string;
  readonly atBuild: boolean | null;
  readonly isShared: boolean;
  /** It was to change a variable that is there. */
  readonly isChange: boolean;
}

export interface VariableRow {
  readonly name: string;
  /** Builds get it, too; they don't; null: its name decides. */
  readonly atBuild: boolean | null;
  /** All environments of the product get it. */
  readonly isShared: boolean;
  readonly isPending: boolean;
}

export function VariablesPage(props: {
  readonly frame: Frame;
  readonly head: ProductHeadProps;
  readonly variables: VariablesProps;
  readonly notice: string | null;
  readonly stream: LiveStream;
}) {
  const { frame, head, variables, notice, stream } = props;
  const { pending, refused } = variables;
  const form = { action: inEnvironment(routes.productVariables(head.slug), head), csrf: frame.csrf };
  return (
    <ProductFrame frame={frame} head={head} tab="variables" notice={notice} stream={stream}>
      {pending.names.length > 0 && <PendingChanges head={head} csrf={frame.csrf} text={pendingText(pending)} />}
      <section class="card" aria-labelledby="variables-title">
        <h2 id="variables-title">Variables</h2>
        <p class="muted">
          Changes apply on the next deployment. Values are encrypted and can't be viewed after saving.
        </p>
        {variables.variables.length === 0 ? (
          <p class="muted">No variables yet.</p>
        ) : (
          <ul class="variables">
            {variables.variables.map((variable) => (
              <Variable variable={variable} form={form} refused={refusedChange(refused, variable)} />
            ))}
          </ul>
        )}
      </section>
      <section class="card" aria-labelledby="add-title">
        <h2 id="add-title">Add a variable</h2>
        <AddForm form={form} head={head} refused={refused?.isChange === false ? refused : null} />
      </section>
      <VariablesPasteCard action={form.action} csrf={frame.csrf} paste={variables.paste} />
    </ProductFrame>
  );
}

function pendingText({ names, inBuilds }: PendingVariables): string {
  const changes = `${counted(names.length, "change")} not live yet.`;
  if (inBuilds.length === 0) return changes;
  return `${changes} ${inBuilds.join(", ")} ${inBuilds.length === 1 ? "is" : "are"} part of the build, so the app will be rebuilt.`;
}

interface FormPlace {
  readonly action: string;
  readonly csrf: string | null;
}

function refusedChange(refused: RefusedVariable | null, { name }: VariableRow): RefusedVariable | null {
  return refused?.isChange && refused.name === name ? refused : null;
}

function Variable(props: {
  readonly variable: VariableRow;
  readonly form: FormPlace;
  readonly refused: RefusedVariable | null;
}) {
  const { variable, form, refused } = props;
  const { name, atBuild, isShared, isPending } = variable;
  return (
    <li class="variable">
      <div class="variable-names">
        <code>{name}</code>
        {isPending && <span class="tag tone-wait">not yet live</span>}
        {atBuild === true && <span class="tag">in builds</span>}
        {atBuild === false && <span class="tag">not in builds</span>}
        {isShared && <span class="tag">all environments</span>}
      </div>
      <form method="post" action={form.action}>
        <CsrfField token={form.csrf} />
        <input type="hidden" name="unset" value={name} />
        <button class="link" type="submit">
          Remove<span class="visually-hidden"> {name}</span>
        </button>
      </form>
      <details class="variable-change" open={refused !== null}>
        <summary>
          Change<span class="visually-hidden"> {name}</span>
        </summary>
        <form class="variable-form" method="post" action={form.action}>
          <CsrfField token={form.csrf} />
          <input type="hidden" name="change" value={name} />
          <p class="field grow">
            <label for={`value-${name}`}>New value</label>
            <textarea
              id={`value-${name}`}
              name="value"
              rows={1}
              maxlength={32768}
              autocomplete="off"
              spellcheck={false}
              placeholder="Leave empty to keep the current value"
            >
              {keptText(refused?.value ?? "")}
            </textarea>
          </p>
          <AtBuild id={`at-build-${name}`} atBuild={refused ? refused.atBuild : atBuild} />
          <Fault refused={refused} />
          <button class="button" type="submit">
            Save<span class="visually-hidden"> {name}</span>
          </button>
        </form>
      </details>
    </li>
  );
}

function Fault({ refused }: { readonly refused: RefusedVariable | null }) {
  if (!refused) return null;
  return (
    <p class="field-error" role="alert">
      {refused.error}
    </p>
  );
}

function AddForm(props: {
  readonly form: FormPlace;
  readonly head: ProductHeadProps;
  readonly refused: RefusedVariable | null;
}) {
  const { form, head, refused } = props;
  return (
    <form class="variable-form" method="post" action={form.action}>
      <CsrfField token={form.csrf} />
      <p class="field">
        <label for="variable-name">Name</label>
        <input
          id="variable-name"
          name="name"
          value={refused?.name}
          required
          maxlength={128}
          pattern="[A-Za-z_][A-Za-z0-9_.\-]*"
          autocomplete="off"
          spellcheck={false}
          placeholder="DATABASE_URL"
        />
      </p>
      <p class="field grow">
        <label for="variable-value">Value</label>
        <textarea id="variable-value" name="value" rows={1} maxlength={32768} autocomplete="off" spellcheck={false}>
          {keptText(refused?.value ?? "")}
        </textarea>
      </p>
      <AtBuild id="variable-at-build" atBuild={refused?.atBuild ?? null} />
      <button class="button" type="submit">
        Set
      </button>
      {head.environments.length > 1 && (
        <label class="check">
          <input type="checkbox" name="shared" value="yes" checked={refused?.isShared ?? false} />
          For all environments
        </label>
      )}
      <Fault refused={refused} />
    </form>
  );
}

function AtBuild({ id, atBuild }: { readonly id: string; readonly atBuild: boolean | null }) {
  return (
    <p class="field narrow">
      <label for={id}>In builds</label>
      <select id={id} name="at-build">
        <option value="" selected={atBuild === null}>
          Automatic (by name)
        </option>
        <option value="yes" selected={atBuild === true}>
          Yes
        </option>
        <option value="no" selected={atBuild === false}>
          No
        </option>
      </select>
    </p>
  );
}
