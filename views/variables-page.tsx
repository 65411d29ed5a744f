import { routes } from "../server/routes.ts";
import { counted } from "../server/rules/duration-text.ts";
import type { PendingVariables } from "../server/rules/pending-variables.ts";
import { CsrfField } from "./csrf-field.tsx";
import type { Frame, LiveStream } from "./frame.ts";
import { inEnvironment } from "./in-environment.ts";
import { PendingChanges } from "./pending-changes.tsx";
import { ProductFrame, type ProductHeadProps } from "./product-frame.tsx";

/** Names, never values: what is set can be replaced or removed, but not read. */
export interface VariablesProps {
  readonly variables: readonly VariableRow[];
  readonly pending: PendingVariables;
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
  const { pending } = variables;
  const form = { action: inEnvironment(routes.productVariables(head.slug), head), csrf: frame.csrf };
  return (
    <ProductFrame frame={frame} head={head} tab="variables" notice={notice} stream={stream}>
      {pending.names.length > 0 && <PendingChanges head={head} csrf={frame.csrf} text={pendingText(pending)} />}
      <section class="card" aria-labelledby="variables-title">
        <h2 id="variables-title">Variables</h2>
        <p class="muted">The next deployment gets them. Values are kept encrypted and never shown again.</p>
        {variables.variables.length === 0 ? (
          <p class="muted">There are none yet.</p>
        ) : (
          <ul class="variables">
            {variables.variables.map((variable) => (
              <Variable variable={variable} form={form} />
            ))}
          </ul>
        )}
      </section>
      <section class="card" aria-labelledby="add-title">
        <h2 id="add-title">Add a variable</h2>
        <AddForm form={form} head={head} />
      </section>
      <section class="card" aria-labelledby="paste-title">
        <h2 id="paste-title">Paste a .env file</h2>
        <form method="post" action={form.action}>
          <CsrfField token={form.csrf} />
          <p class="field">
            <label for="env-file">Lines of NAME=value</label>
            <textarea
              id="env-file"
              name="file"
              rows={6}
              required
              maxlength={500_000}
              autocomplete="off"
              spellcheck={false}
              placeholder={'DATABASE_URL="postgres://…"\nSESSION_SECRET=…'}
            ></textarea>
          </p>
          <p class="help">Quotes and comments are understood. What has the same name is replaced, the others stay.</p>
          <button class="button" type="submit">
            Set all of them
          </button>
        </form>
      </section>
    </ProductFrame>
  );
}

function pendingText({ names, inBuilds }: PendingVariables): string {
  const changes = `${counted(names.length, "change")} not live yet.`;
  if (inBuilds.length === 0) return changes;
  return `${changes} ${inBuilds.join(", ")} ${inBuilds.length === 1 ? "is" : "are"} part of the build: the app is built again then.`;
}

interface FormPlace {
  readonly action: string;
  readonly csrf: string | null;
}

function Variable({ variable, form }: { readonly variable: VariableRow; readonly form: FormPlace }) {
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
      <details class="variable-change">
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
              placeholder="left empty: it keeps its value"
            ></textarea>
          </p>
          <AtBuild id={`at-build-${name}`} atBuild={atBuild} />
          <button class="button" type="submit">
            Save<span class="visually-hidden"> {name}</span>
          </button>
        </form>
      </details>
    </li>
  );
}

function AddForm({ form, head }: { readonly form: FormPlace; readonly head: ProductHeadProps }) {
  return (
    <form class="variable-form" method="post" action={form.action}>
      <CsrfField token={form.csrf} />
      <p class="field">
        <label for="variable-name">Name</label>
        <input
          id="variable-name"
          name="name"
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
        <textarea
          id="variable-value"
          name="value"
          rows={1}
          maxlength={32768}
          autocomplete="off"
          spellcheck={false}
        ></textarea>
      </p>
      <AtBuild id="variable-at-build" atBuild={null} />
      <button class="button" type="submit">
        Set
      </button>
      {head.environments.length > 1 && (
        <label class="check">
          <input type="checkbox" name="shared" value="yes" />
          For all environments
        </label>
      )}
    </form>
  );
}

function AtBuild({ id, atBuild }: { readonly id: string; readonly atBuild: boolean | null }) {
  return (
    <p class="field narrow">
      <label for={id}>In builds</label>
      <select id={id} name="at-build">
        <option value="" selected={atBuild === null}>
          By its name
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
