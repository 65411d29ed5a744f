import { routes } from "../../server/routes.ts";
import type { LiveStream, PageFrame } from "../frame/frame.ts";
import { LogPanel, type LogPanelProps } from "../ui/output/log.tsx";
import { ProductFrame, type ProductHeadProps } from "./product-frame.tsx";

export interface ProductLogsProps {
  /** Names, in the spec's order. */
  readonly services: readonly string[];
  /** Null shows all services. */
  readonly service: string | null;
  readonly log: Pick<LogPanelProps, "blocks" | "downloadUrl"> & { readonly words: string };
}

export function ProductLogsPage(props: {
  readonly frame: PageFrame;
  readonly head: ProductHeadProps;
  readonly logs: ProductLogsProps;
  readonly stream: LiveStream;
}) {
  const { frame, head, logs, stream } = props;
  const { services, service, log } = logs;
  const path = routes.productLogs(head.slug);
  const query = (name: string | null) => ({
    ...(head.environment !== "production" && { environment: head.environment }),
    ...(name !== null && { service: name }),
  });
  const link = (name: string | null) => `${path}?${new URLSearchParams(query(name))}`.replace(/\?$/, "");
  return (
    <ProductFrame frame={frame} head={head} tab="logs" stream={stream}>
      {services.length > 1 && (
        <nav class="filters" aria-label="Service">
          <a href={link(null)} aria-current={service === null ? "true" : undefined}>
            All services
          </a>
          {services.map((name) => (
            <a href={link(name)} aria-current={name === service ? "true" : undefined}>
              {name}
            </a>
          ))}
        </nav>
      )}
      <LogPanel
        title={service ?? "All services"}
        blocks={log.blocks}
        omitted={0}
        downloadUrl={log.downloadUrl}
        search={{ path, query: query(service), words: log.words }}
        isEndless
        empty={services.length === 0 ? "Nothing is running." : "No output yet."}
      />
      <p class="muted small">
        <span class="without-script">Times are UTC. </span>Only recent lines of the current containers are kept; each
        new version starts a new log.
      </p>
    </ProductFrame>
  );
}
