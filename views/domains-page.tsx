import { routes } from "../server/routes.ts";
import { Address } from "./address.tsx";
import { CsrfField } from "./csrf-field.tsx";
import type { Frame, LiveStream } from "./frame.ts";
import { inEnvironment } from "./in-environment.ts";
import { ProductFrame, type ProductHeadProps } from "./product-frame.tsx";

export interface DomainsProps {
  readonly services: readonly ServiceDomains[];
  /** Hosts are served by plain HTTP here, without certificates. */
  readonly isPlain: boolean;
  /** What a form was sent with that was refused, and why. */
  readonly refused: { readonly service: string; readonly host: string; readonly message: string } | null;
}

export interface ServiceDomains {
  readonly name: string;
  /** Addresses by which it is reached and that nobody gave it by hand. */
  readonly ownUrls: readonly string[];
  readonly custom: readonly { readonly host: string; readonly url: string }[];
}

export function DomainsPage(props: {
  readonly frame: Frame;
  readonly head: ProductHeadProps;
  readonly domains: DomainsProps;
  readonly notice: string | null;
  readonly stream: LiveStream;
}) {
  const { frame, head, domains, notice, stream } = props;
  const form = { action: inEnvironment(routes.productDomains(head.slug), head), csrf: frame.csrf };
  return (
    <ProductFrame frame={frame} head={head} tab="domains" notice={notice} stream={stream}>
      <p class="muted">
        Let a DNS record of the name point to this machine, then add it here.{" "}
        {domains.isPlain
          ? "Apps are served by plain HTTP here, because the base domain is localhost."
          : "Its certificate is fetched by itself."}
      </p>
      {domains.services.length === 0 && (
        <p class="card empty muted">
          Nothing that answers HTTP is live. Its addresses are shown here once something is.
        </p>
      )}
      {domains.services.map((service) => (
        <Service service={service} form={form} refused={domains.refused} />
      ))}
    </ProductFrame>
  );
}

function Service(props: {
  readonly service: ServiceDomains;
  readonly form: { readonly action: string; readonly csrf: string | null };
  readonly refused: DomainsProps["refused"];
}) {
  const { service, form } = props;
  const { name, ownUrls, custom } = service;
  const refused = props.refused?.service === name ? props.refused : null;
  const field = `host-${name}`;
  return (
    <section class="card" aria-labelledby={`service-${name}`}>
      <h2 id={`service-${name}`}>{name}</h2>
      <ul class="variables">
        {ownUrls.map((url) => (
          <li>
            <Address url={url} />
            <span class="muted small">by its name</span>
          </li>
        ))}
        {custom.map(({ host, url }) => (
          <li>
            <Address url={url} />
            <form method="post" action={form.action}>
              <CsrfField token={form.csrf} />
              <input type="hidden" name="service" value={name} />
              <input type="hidden" name="remove" value={host} />
              <button class="link" type="submit">
                Remove<span class="visually-hidden"> {host}</span>
              </button>
            </form>
          </li>
        ))}
      </ul>
      <form class="fields" method="post" action={form.action}>
        <CsrfField token={form.csrf} />
        <input type="hidden" name="service" value={name} />
        <p class="field grow">
          <label for={field}>Add a domain</label>
          <input
            id={field}
            name="add"
            value={refused?.host ?? ""}
            required
            maxlength={253}
            autocomplete="off"
            spellcheck={false}
            placeholder="shop.example.com"
            aria-invalid={refused ? "true" : undefined}
            aria-describedby={refused ? `${field}-error` : undefined}
          />
        </p>
        <button class="button" type="submit">
          Add<span class="visually-hidden"> to {name}</span>
        </button>
      </form>
      {refused && (
        <p class="field-error" id={`${field}-error`} role="alert">
          {refused.message}
        </p>
      )}
    </section>
  );
}
