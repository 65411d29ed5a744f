import { routes } from "../../server/routes.ts";
import type { Reader } from "../frame/frame.ts";
import { offers } from "../frame/offers.ts";
import { inEnvironment } from "../text/in-environment.ts";
import { Icon } from "../ui/icon.tsx";
import { OutputLines } from "../ui/output/output-lines.tsx";
import type { ProductHeadProps } from "./product-frame.tsx";

/** What is wrong with a service of the live version now, or was a few minutes ago. */
export interface TroubleView {
  readonly service: string;
  /** "web keeps crashing". */
  readonly title: string;
  readonly text: string;
  readonly hint: string | null;
  readonly lines: readonly string[];
  /** Whether the service does not work now. */
  readonly isDown: boolean;
}

export function ServiceTroubles(props: {
  readonly troubles: readonly TroubleView[];
  readonly head: ProductHeadProps;
  readonly reader: Reader;
  /** Whether there are earlier deployments. */
  readonly canGoBack: boolean;
}) {
  const { troubles, head, reader, canGoBack } = props;
  return (
    <>
      {troubles.map((trouble) =>
        trouble.isDown ? (
          <Down trouble={trouble} head={head} reader={reader} canGoBack={canGoBack} />
        ) : (
          <Recovered trouble={trouble} head={head} reader={reader} />
        ),
      )}
    </>
  );
}

interface TroubleProps {
  readonly trouble: TroubleView;
  readonly head: ProductHeadProps;
  readonly reader: Reader;
}

function Down({ trouble, head, reader, canGoBack }: TroubleProps & { readonly canGoBack: boolean }) {
  const { service, title, text, hint, lines } = trouble;
  const id = `trouble-${service}`;
  return (
    <section class="post-mortem" aria-labelledby={id}>
      <h2 id={id}>
        <Icon name="cross" />
        <span>{title}</span>
      </h2>
      <p>{text}</p>
      {hint !== null && <p class="hint">{hint}</p>}
      {lines.length > 0 && (
        <>
          <h3>Last output</h3>
          <OutputLines lines={lines} />
        </>
      )}
      <div class="actions">
        {offers(reader, routes.productLogs.get) && (
          <a class="button" href={logsOf(service, head)}>
            Logs of {service}
          </a>
        )}
        {canGoBack && offers(reader, routes.deploymentRedeploy.get) && (
          <a class="button" href={inEnvironment(routes.productDeployments(head.slug), head)}>
            Go back to an earlier version
          </a>
        )}
      </div>
    </section>
  );
}

/** It runs again, so a line is enough. */
function Recovered({ trouble: { service, title, text }, head, reader }: TroubleProps) {
  return (
    <p class="verdict tone-warn trouble-line">
      <Icon name="warning" />
      <span>
        {title}. {text} {offers(reader, routes.productLogs.get) && <a href={logsOf(service, head)}>Logs</a>}
      </span>
    </p>
  );
}

function logsOf(service: string, { slug, environment }: ProductHeadProps): string {
  return `${routes.productLogs(slug)}?${new URLSearchParams({ environment, service })}`;
}
