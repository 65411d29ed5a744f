import { routes } from "../../server/routes.ts";
import type { HostState } from "../../server/rules/routing/host-state.ts";
import type { LiveStream, PageFrame } from "../frame/frame.ts";
import { offers } from "../frame/offers.ts";
import { ProductFrame, type ProductHeadProps } from "../product/product-frame.tsx";
import { capital } from "../text/capital.ts";
import { inEnvironment } from "../text/in-environment.ts";
import { Address } from "../ui/address.tsx";
import { Badge } from "../ui/badge.tsx";
import { CsrfField } from "../ui/form/csrf-field.tsx";
import { TextField } from "../ui/form/text-field.tsx";

export interface DomainsProps {
  readonly services: readonly ServiceDomains[];
  /** Whether hosts are served over plain HTTP, without certificates. */
  readonly isPlain: boolean;
  /** The record to create at the DNS provider: "Add an A record for 203.0.113.7." */
  readonly recordAdvice: string;
  /** The values of a form that was refused, and why. */
  readonly refused: { readonly service: string; readonly host: string; readonly message: string } | null;
}

export interface ServiceDomains {
  readonly name: string;
  /** Addresses that Baton gives the service itself. */
  readonly own: readonly ServedHost[];
  readonly custom: readonly ServedHost[];
}

export interface ServedHost {
  readonly host: string;
  readonly url: string;
  /** Null if there is nothing to check, since browsers resolve names below localhost themselves. */
  readonly state: HostState | null;
}

export function DomainsPage(props: {
  readonly frame: PageFrame;
  readonly head: ProductHeadProps;
  readonly domains: DomainsProps;
  readonly notice: string | null;
  readonly stream: LiveStream;
}) {
  const { frame, head, domains, notice, stream } = props;
  const form = offers(frame, routes.productDomains.post)
    ? { action: inEnvironment(routes.productDomains(head.slug), head), csrf: frame.csrf }
    : null;
  return (
    <ProductFrame frame={frame} head={head} tab="domains" notice={notice} stream={stream}>
      <p class="muted">
        {domains.isPlain && "This server runs in local mode (plain HTTP, this machine only)."}
        {domains.isPlain && offers(frame, routes.setUp.get) && (
          <>
            {" "}
            Set BATON_DOMAIN to serve real domains with HTTPS: <a href={routes.setUp()}>going public</a>.
          </>
        )}
        {!domains.isPlain &&
          form &&
          `${domains.recordAdvice} Then enter the domain here. HTTPS is set up automatically.`}
        {!form && " Maintainers add and remove domains."}
      </p>
      {domains.services.length === 0 && (
        <p class="card empty muted">
          No web service is live yet. Its addresses appear here after the first deployment.
        </p>
      )}
      {domains.refused && !domains.services.some(({ name }) => name === domains.refused?.service) && (
        <p class="verdict tone-bad" role="alert">
          {capital(domains.refused.message)}.
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
  /** Null for those who may not change them. */
  readonly form: { readonly action: string; readonly csrf: string | null } | null;
  readonly refused: DomainsProps["refused"];
}) {
  const { service, form } = props;
  const { name, own, custom } = service;
  const refused = props.refused?.service === name ? props.refused : null;
  const field = `host-${name}`;
  return (
    <section class="card" aria-labelledby={`service-${name}`}>
      <h2 id={`service-${name}`}>{name}</h2>
      <ul class="variables">
        {own.map(({ host, url, state }) => (
          <li class="domain">
            <Address url={url} />
            <span class="muted small">default</span>
            {state && <HostStateLine host={host} state={state} />}
          </li>
        ))}
        {custom.map(({ host, url, state }) => (
          <li class="domain">
            <Address url={url} />
            {form && (
              <form method="post" action={form.action}>
                <CsrfField token={form.csrf} />
                <input type="hidden" name="service" value={name} />
                <input type="hidden" name="remove" value={host} />
                <button class="link" type="submit">
                  Remove<span class="visually-hidden"> {host}</span>
                </button>
              </form>
            )}
            {state && <HostStateLine host={host} state={state} />}
          </li>
        ))}
      </ul>
      {form && (
        <form class="fields" method="post" action={form.action}>
          <CsrfField token={form.csrf} />
          <input type="hidden" name="service" value={name} />
          <TextField
            id={field}
            name="add"
            label="Add a domain"
            width="grow"
            value={refused?.host ?? ""}
            required
            maxlength={2000}
            placeholder="shop.example.com"
            faultId={refused ? `${field}-error` : null}
          />
          <button class="button" type="submit">
            Add<span class="visually-hidden"> to {name}</span>
          </button>
        </form>
      )}
      {refused && (
        <p class="field-error" id={`${field}-error`} role="alert">
          {capital(refused.message)}.
        </p>
      )}
    </section>
  );
}

const looks = { good: "check", wait: "clock", bad: "warning" } as const;

export function hostStateId(host: string): string {
  return `host-state-${host.replaceAll(".", "_")}`;
}

/** Shows how far a host is from being served. The page's stream replaces it. */
export function HostStateLine({ host, state }: { readonly host: string; readonly state: HostState }) {
  const { tone, title, detail } = state;
  return (
    <span class="host-state" id={hostStateId(host)}>
      <Badge tone={tone} icon={looks[tone]} text={title} />
      {detail && <span class="muted small">{detail}</span>}
    </span>
  );
}
