import type { VariableEntry } from "../../server/model/values/variable.ts";
import { routes } from "../../server/routes.ts";
import type { LiveStream, PageFrame } from "../frame/frame.ts";
import { ProductFrame, type ProductHeadProps } from "../product/product-frame.tsx";
import { inEnvironment } from "../text/in-environment.ts";
import { keptText } from "../text/kept-text.ts";
import { CsrfField } from "../ui/form/csrf-field.tsx";
import { TextField } from "../ui/form/text-field.tsx";
import { type PasteView, VariablesPasteCard } from "./variables-paste-card.tsx";

/** The values of secret variables are not in these props. */
export interface VariablesProps {
  readonly variables: readonly VariableRow[];
  /** A pasted file that is not saved yet; null if there is none. */
  readonly paste: PasteView | null;
  /** The values of a form that was refused, and why; null if none was. */
  readonly refused: RefusedVariable | null;
}

export interface RefusedVariable {
  readonly error: string;
  readonly name: string;
  readonly value: string;
  readonly atBuild: boolean | null;
  /** Null means that the name and the value decide. */
  readonly isSecret: boolean | null;
  readonly isShared: boolean;
  /** Whether the form was for an existing variable. */
  readonly isChange: boolean;
}

export interface VariableRow extends VariableEntry {
  readonly isPending: boolean;
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
  const form = { action: inEnvironment(routes.productVariables(head.slug), head), csrf: frame.csrf };
  return (
    <ProductFrame frame={frame} head={head} tab="variables" notice={notice} stream={stream}>
      <section class="card" aria-labelledby="variables-title">
        <h2 id="variables-title">Variables</h2>
        <p class="muted">
          Changes apply on the next deployment. Values are stored encrypted; secret ones can't be viewed after saving.
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

interface FormTarget {
  readonly action: string;
  readonly csrf: string | null;
}

function refusedChange(refused: RefusedVariable | null, { name }: VariableRow): RefusedVariable | null {
  return refused?.isChange && refused.name === name ? refused : null;
}

function Variable(props: {
  readonly variable: VariableRow;
  readonly form: FormTarget;
  readonly refused: RefusedVariable | null;
}) {
  const { variable, form, refused } = props;
  const { name, value, atBuild, isShared, isPending } = variable;
  return (
    <li class="variable">
      <div class="variable-names">
        <code>{name}</code>
        {isPending && <span class="tag tone-wait">not yet live</span>}
        {value === null && <span class="tag">secret</span>}
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
      {value !== null && <Value name={name} value={value} />}
      <details class="variable-change" open={refused !== null}>
        <summary>
          Change<span class="visually-hidden"> {name}</span>
        </summary>
        <ChangeForm variable={variable} form={form} refused={refused} />
      </details>
    </li>
  );
}

/** Shows the value unchanged, line by line. */
function Value({ name, value }: { readonly name: string; readonly value: string }) {
  const id = `value-of-${name}`;
  const isLong = value.length > 400 || value.split("\n").length > 5;
  return (
    <div class="variable-value">
      {value === "" ? (
        <span class="muted">empty</span>
      ) : (
        <>
          <pre id={id} tabindex={isLong ? 0 : undefined}>
            {keptText(value)}
          </pre>
          <button class="button small with-script" type="button" data-copy={id}>
            Copy<span class="visually-hidden"> {name}</span>
          </button>
        </>
      )}
    </div>
  );
}

function ChangeForm(props: {
  readonly variable: VariableRow;
  readonly form: FormTarget;
  readonly refused: RefusedVariable | null;
}) {
  const { variable, form, refused } = props;
  const { name, value, atBuild } = variable;
  const shown = refused?.value ?? value ?? "";
  return (
    <form class="variable-form" method="post" action={form.action}>
      <CsrfField token={form.csrf} />
      <input type="hidden" name="change" value={name} />
      {value !== null && <input type="hidden" name="shown" value="yes" />}
      <p class="field grow">
        <label for={`value-${name}`}>{value === null ? "New value" : "Value"}</label>
        <textarea
          id={`value-${name}`}
          name="value"
          rows={rowsOf(shown)}
          maxlength={32768}
          autocomplete="off"
          spellcheck={false}
          placeholder={value === null ? "Leave empty to keep the current value" : undefined}
        >
          {keptText(shown)}
        </textarea>
      </p>
      <Visibility id={`visibility-${name}`} isSecret={refused ? refused.isSecret : value === null} />
      <AtBuild id={`at-build-${name}`} atBuild={refused ? refused.atBuild : atBuild} />
      <button class="button" type="submit">
        Save<span class="visually-hidden"> {name}</span>
      </button>
      <Fault refused={refused} />
    </form>
  );
}

function rowsOf(text: string): number {
  return Math.min(12, text.split("\n").length);
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
  readonly form: FormTarget;
  readonly head: ProductHeadProps;
  readonly refused: RefusedVariable | null;
}) {
  const { form, head, refused } = props;
  return (
    <form class="variable-form" method="post" action={form.action}>
      <CsrfField token={form.csrf} />
      <TextField
        id="variable-name"
        name="name"
        label="Name"
        value={refused?.name}
        required
        maxlength={128}
        pattern="[A-Za-z_][A-Za-z0-9_.\-]*"
        placeholder="DATABASE_URL"
      />
      <p class="field grow">
        <label for="variable-value">Value</label>
        <textarea
          id="variable-value"
          name="value"
          rows={rowsOf(refused?.value ?? "")}
          maxlength={32768}
          autocomplete="off"
          spellcheck={false}
        >
          {keptText(refused?.value ?? "")}
        </textarea>
      </p>
      <Visibility id="variable-visibility" isSecret={refused?.isSecret ?? null} isNew />
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
      <p class="help field whole">
        Automatic visibility hides a value unless it is clearly harmless, such as LOG_LEVEL=info. Plain values can be
        viewed, copied and carried over to other environments.
      </p>
    </form>
  );
}

function Visibility(props: { readonly id: string; readonly isSecret: boolean | null; readonly isNew?: boolean }) {
  const { id, isSecret, isNew = false } = props;
  return (
    <p class="field narrow">
      <label for={id}>Visibility</label>
      <select id={id} name="visibility">
        {isNew && (
          <option value="" selected={isSecret === null}>
            Automatic
          </option>
        )}
        <option value="secret" selected={isSecret === true}>
          Secret
        </option>
        <option value="plain" selected={isSecret === false}>
          Plain
        </option>
      </select>
    </p>
  );
}

function AtBuild({ id, atBuild }: { readonly id: string; readonly atBuild: boolean | null }) {
  return (
    <p class="field narrow">
      <label for={id}>In builds</label>
      <select id={id} name="at-build">
        <option value="" selected={atBuild === null}>
          By name
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
