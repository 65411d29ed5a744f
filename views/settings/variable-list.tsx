// biome-ignore-all lint/suspicious/noTemplateCurlyInString: this is how values refer to variables.
import type { VariableEntry } from "../../server/model/values/variable.ts";
import { routes } from "../../server/routes.ts";
import { keptText } from "../text/kept-text.ts";
import { CsrfField } from "../ui/form/csrf-field.tsx";
import { TextField } from "../ui/form/text-field.tsx";

/** What a user chooses about who may see a value; null lets its name and value decide. */
export type Visibility = "secret" | "write-only" | "plain";

export interface RefusedVariable {
  readonly error: string;
  readonly name: string;
  readonly value: string;
  readonly atBuild: boolean | null;
  readonly visibility: Visibility | null;
  readonly isShared: boolean;
  /** Whether the form was for an existing variable. */
  readonly isChange: boolean;
}

/** The value is null when it is secret and was not revealed. */
export interface VariableRow extends VariableEntry {
  readonly isPending: boolean;
  readonly revealed: string | null;
}

export interface FormTarget {
  readonly action: string;
  /** Where the value of one variable is asked for. */
  readonly reveal: string;
  readonly csrf: string | null;
  /** The environment whose shared variables can only be overridden here; null on the page of an environment. */
  readonly environment: string | null;
  /** Whether the reader may change and reveal values. */
  readonly mayChange: boolean;
  /** Whether the reader may see the page of the shared ones. */
  readonly maySeeShared: boolean;
}

export function VariableList(props: {
  readonly variables: readonly VariableRow[];
  readonly form: FormTarget;
  readonly refused: RefusedVariable | null;
}) {
  const { variables, form, refused } = props;
  if (variables.length === 0) return <p class="muted">No variables yet.</p>;
  return (
    <ul class="variables">
      {variables.map((variable) => (
        <Variable variable={variable} form={form} refused={refusedChange(refused, variable)} />
      ))}
    </ul>
  );
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
  const { name, value, atBuild, isWriteOnly, from, isPending, revealed } = variable;
  const sharedIn = from === "environment" ? form.environment : null;
  return (
    <li class="variable" id={`variable-${name}`}>
      <div class="variable-names">
        <code>{name}</code>
        {isPending && <span class="tag tone-wait">not yet live</span>}
        {value === null && <span class="tag">{isWriteOnly ? "write-only" : "secret"}</span>}
        {atBuild === true && <span class="tag">in builds</span>}
        {atBuild === false && <span class="tag">not in builds</span>}
        {from === "product" && <span class="tag">all environments</span>}
        {sharedIn !== null &&
          (form.maySeeShared ? (
            <a class="tag" href={routes.environmentVariables(sharedIn)}>
              shared in {sharedIn}
            </a>
          ) : (
            <span class="tag">shared in {sharedIn}</span>
          ))}
      </div>
      {form.mayChange && <Actions variable={variable} form={form} />}
      {(value ?? revealed) !== null && <Value name={name} value={value ?? revealed ?? ""} />}
      {form.mayChange && (
        <details class="variable-change" open={refused !== null}>
          <summary>
            {sharedIn === null ? "Change" : "Override"}
            <span class="visually-hidden"> {name}</span>
          </summary>
          <ChangeForm variable={variable} form={form} refused={refused} />
        </details>
      )}
    </li>
  );
}

/** Revealing a value, and removing a variable that is set here. */
function Actions({ variable, form }: { readonly variable: VariableRow; readonly form: FormTarget }) {
  const { name, value, isWriteOnly, revealed, from } = variable;
  const isSharedHere = from === "environment" && form.environment !== null;
  return (
    <div class="variable-actions">
      {value === null && !isWriteOnly && revealed === null && (
        <form method="post" action={`${form.reveal}#variable-${name}`}>
          <CsrfField token={form.csrf} />
          <input type="hidden" name="reveal" value={name} />
          <button class="link" type="submit">
            Reveal<span class="visually-hidden"> {name}</span>
          </button>
        </form>
      )}
      {!isSharedHere && (
        <form method="post" action={form.action}>
          <CsrfField token={form.csrf} />
          <input type="hidden" name="unset" value={name} />
          <button class="link" type="submit">
            Remove<span class="visually-hidden"> {name}</span>
          </button>
        </form>
      )}
    </div>
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
  const { name, value, atBuild, isWriteOnly, revealed } = variable;
  const shown = refused?.value ?? value ?? revealed ?? "";
  const isHidden = value === null && revealed === null;
  return (
    <form class="variable-form" method="post" action={form.action}>
      <CsrfField token={form.csrf} />
      <input type="hidden" name="change" value={name} />
      {!isHidden && <input type="hidden" name="shown" value="yes" />}
      <p class="field grow">
        <label for={`value-${name}`}>{isHidden ? "New value" : "Value"}</label>
        <textarea
          id={`value-${name}`}
          name="value"
          rows={rowsOf(shown)}
          maxlength={32768}
          autocomplete="off"
          spellcheck={false}
          placeholder={isHidden ? "Leave empty to keep the current value" : undefined}
        >
          {keptText(shown)}
        </textarea>
      </p>
      <VisibilityField
        id={`visibility-${name}`}
        visibility={refused ? refused.visibility : value !== null ? "plain" : isWriteOnly ? "write-only" : "secret"}
      />
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

export function AddVariable(props: {
  readonly form: FormTarget;
  /** Whether a variable can be set for all environments, too. */
  readonly hasShared: boolean;
  readonly refused: RefusedVariable | null;
}) {
  const { form, hasShared, refused } = props;
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
      <VisibilityField id="variable-visibility" visibility={refused?.visibility ?? null} isNew />
      <AtBuild id="variable-at-build" atBuild={refused?.atBuild ?? null} />
      <button class="button" type="submit">
        Set
      </button>
      {hasShared && (
        <label class="check">
          <input type="checkbox" name="shared" value="yes" checked={refused?.isShared ?? false} />
          For all environments
        </label>
      )}
      <Fault refused={refused} />
      <p class="help field whole">
        Automatic visibility hides a value unless it is clearly harmless, such as LOG_LEVEL=info. A secret value can be
        revealed one at a time, and the activity log says by whom; a write-only one can only be replaced.{" "}
        <code>{"${{ NAME }}"}</code> stands for another variable, <code>{"${{ product.NAME }}"}</code> for one of
        another product here.
      </p>
    </form>
  );
}

const visibilities: readonly (readonly [Visibility, string])[] = [
  ["secret", "Secret"],
  ["write-only", "Write-only"],
  ["plain", "Plain"],
];

function VisibilityField(props: {
  readonly id: string;
  readonly visibility: Visibility | null;
  readonly isNew?: boolean;
}) {
  const { id, visibility, isNew = false } = props;
  return (
    <p class="field narrow">
      <label for={id}>Visibility</label>
      <select id={id} name="visibility">
        {isNew && (
          <option value="" selected={visibility === null}>
            Automatic
          </option>
        )}
        {visibilities.map(([value, label]) => (
          <option value={value} selected={visibility === value}>
            {label}
          </option>
        ))}
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
