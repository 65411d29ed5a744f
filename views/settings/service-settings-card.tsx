import { routes } from "../../server/routes.ts";
import { sentence } from "../text/capital.ts";
import { inEnvironment } from "../text/in-environment.ts";
import { CsrfField } from "../ui/form/csrf-field.tsx";

export interface ServiceSettingsView {
  readonly name: string;
  /** Sentences about what applies in the version that was deployed last; empty if that version has no such service. */
  readonly summary: readonly string[];
  readonly isPending: boolean;
  readonly fields: readonly SettingField[];
}

export interface SettingField {
  /** The name of the form field. */
  readonly name: string;
  readonly label: string;
  /** The value that is set; empty if none is. */
  readonly value: string;
  /** The default that applies if the field is left empty. */
  readonly usual: string;
  /** The value from the repository, which takes precedence; null if there is none. */
  readonly fromRepository: string | null;
  /** What is wrong with the value. */
  readonly error: string | null;
}

/** Health checks and limits of each service. */
export function ServiceSettingsCard(props: {
  readonly place: { readonly slug: string; readonly environment: string };
  readonly csrf: string | null;
  readonly services: readonly ServiceSettingsView[];
}) {
  const { place, csrf, services } = props;
  const action = inEnvironment(routes.productServiceSettings(place.slug), place);
  return (
    <section class="card" aria-labelledby="services-title">
      <h2 id="services-title">Health check and limits</h2>
      <p class="muted">
        These apply from the next deployment. Settings in your repository take precedence: <code>baton.yaml</code> at
        its root, or <code>x-baton</code> and limits in a compose file.
      </p>
      {services.length === 0 ? (
        <p class="muted">Services appear here after the first deployment, even a failed one.</p>
      ) : (
        services.map((service) => (
          <Service service={service} action={action} csrf={csrf} isOnly={services.length === 1} />
        ))
      )}
    </section>
  );
}

function Service(props: {
  readonly service: ServiceSettingsView;
  readonly action: string;
  readonly csrf: string | null;
  readonly isOnly: boolean;
}) {
  const { service, action, csrf, isOnly } = props;
  const { name, summary, isPending, fields } = service;
  const isOpen = isOnly || fields.some(({ error }) => error !== null);
  return (
    <details class="service-settings" id={`settings-of-${name}`} open={isOpen}>
      <summary>
        <span class="variable-names">
          <strong>{name}</strong>
          {isPending && <span class="tag tone-wait">not yet live</span>}
        </span>
        {summary.length === 0 ? (
          <span class="help">Not in the last deployed version. These settings apply once it is.</span>
        ) : (
          summary.map((sentence) => <span class="help">{sentence}</span>)
        )}
      </summary>
      <form class="setting-fields" method="post" action={action}>
        <CsrfField token={csrf} />
        <input type="hidden" name="service" value={name} />
        {fields.map((field) => (
          <Field field={field} service={name} />
        ))}
        <button class="button" type="submit">
          Save<span class="visually-hidden"> {name}</span>
        </button>
      </form>
    </details>
  );
}

function Field({ field, service }: { readonly field: SettingField; readonly service: string }) {
  const { name, label, value, usual, fromRepository, error } = field;
  const id = `${service}-${name}`;
  if (fromRepository !== null) {
    return (
      <p class="field">
        <span class="label">{label}</span>
        <span class="said">
          <code>{fromRepository}</code> <span class="muted small">set in the repository</span>
        </span>
      </p>
    );
  }
  return (
    <p class="field">
      <label for={id}>{label}</label>
      <input
        id={id}
        name={name}
        value={value}
        maxlength={500}
        autocomplete="off"
        spellcheck={false}
        placeholder={usual}
        aria-invalid={error === null ? undefined : "true"}
        aria-describedby={error === null ? undefined : `${id}-error`}
      />
      {error !== null && (
        <span class="field-error" id={`${id}-error`} role="alert">
          {sentence(error)}
        </span>
      )}
    </p>
  );
}
