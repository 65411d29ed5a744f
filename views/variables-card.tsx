import { routes } from "../server/routes.ts";
import { CsrfField } from "./csrf-field.tsx";

/** Names, never values: what is set can be replaced or removed, but not read. */
export function VariablesCard(props: {
  readonly slug: string;
  readonly variables: readonly string[];
  readonly csrf: string | null;
}) {
  const { slug, variables, csrf } = props;
  const action = routes.productVariables(slug);
  return (
    <section class="card" id="variables">
      <h2>Variables</h2>
      <p class="muted">The next deployment gets them. Values are never shown again.</p>
      {variables.length > 0 && (
        <ul class="variables">
          {variables.map((name) => (
            <li>
              <code>{name}</code>
              <form method="post" action={action}>
                <CsrfField token={csrf} />
                <input type="hidden" name="unset" value={name} />
                <button class="link" type="submit">
                  Remove<span class="visually-hidden"> {name}</span>
                </button>
              </form>
            </li>
          ))}
        </ul>
      )}
      <form class="variable-form" method="post" action={action}>
        <CsrfField token={csrf} />
        <p class="field">
          <label for="variable-name">Name</label>
          <input
            id="variable-name"
            name="name"
            required
            maxlength={128}
            pattern="[A-Za-z_][A-Za-z0-9_]*"
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
        <button class="button" type="submit">
          Set
        </button>
      </form>
    </section>
  );
}
