import { mostReplicas } from "../../server/model/scaling.ts";
import { routes } from "../../server/routes.ts";
import { sentence } from "../text/capital.ts";
import { inEnvironment } from "../text/in-environment.ts";
import { CsrfField } from "../ui/form/csrf-field.tsx";

export interface ScalingView {
  readonly name: string;
  /** Why it runs once, as the rest of a sentence; null if it can run more than once. */
  readonly whyOnce: string | null;
  /** The number that is set here, or what was typed; empty leaves it to the repository. */
  readonly replicas: string;
  /** What applies if nothing is set here. */
  readonly usual: number;
  /** Null for a service that has no visitors. */
  readonly sticky: { readonly set: boolean | null; readonly usual: boolean } | null;
  /** What is wrong with what was typed. */
  readonly error: string | null;
}

/** How many replicas of each service run. */
export function ScalingCard(props: {
  readonly place: { readonly slug: string; readonly environment: string };
  readonly csrf: string | null;
  readonly services: readonly ScalingView[];
}) {
  const { place, csrf, services } = props;
  const action = inEnvironment(routes.productScaling(place.slug), place);
  return (
    <section class="card" aria-labelledby="scaling-title">
      <h2 id="scaling-title">Replicas</h2>
      <p class="muted">
        How many containers of a service run side by side. This applies at once, without a deployment, and takes
        precedence over the repository. Requests are spread evenly.
      </p>
      {services.length === 0 ? (
        <p class="muted">Services appear here after the first deployment, even a failed one.</p>
      ) : (
        <ul class="scaling">
          {services.map((service) => (
            <li>
              {service.whyOnce === null ? (
                <Scalable service={service} action={action} csrf={csrf} />
              ) : (
                <p>
                  <strong>{service.name}</strong> <span class="muted">runs once: it {service.whyOnce}.</span>
                </p>
              )}
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}

function Scalable(props: { readonly service: ScalingView; readonly action: string; readonly csrf: string | null }) {
  const { service, action, csrf } = props;
  const { name, replicas, usual, sticky, error } = service;
  const id = `replicas-of-${name}`;
  return (
    <form class="fields" method="post" action={action} aria-label={`Replicas of ${name}`}>
      <CsrfField token={csrf} />
      <input type="hidden" name="service" value={name} />
      <p class="field">
        <label for={id}>{name}</label>
        <input
          id={id}
          name="replicas"
          type="number"
          inputmode="numeric"
          min={1}
          max={mostReplicas}
          value={replicas}
          placeholder={String(usual)}
          aria-invalid={error === null ? undefined : "true"}
          aria-describedby={error === null ? undefined : `${id}-error`}
        />
      </p>
      {sticky !== null && (
        <p class="field">
          <label for={`${id}-sticky`}>
            Sticky sessions<span class="visually-hidden"> of {name}</span>
          </label>
          <select id={`${id}-sticky`} name="sticky">
            <option value="" selected={sticky.set === null}>
              {sticky.usual ? "on (repository)" : "off (default)"}
            </option>
            <option value="on" selected={sticky.set === true}>
              on: a cookie keeps a visitor on one replica
            </option>
            <option value="off" selected={sticky.set === false}>
              off
            </option>
          </select>
        </p>
      )}
      <button class="button" type="submit">
        Scale<span class="visually-hidden"> {name}</span>
      </button>
      {error !== null && (
        <p class="field-error field whole" id={`${id}-error`} role="alert">
          {sentence(error)}
        </p>
      )}
    </form>
  );
}
