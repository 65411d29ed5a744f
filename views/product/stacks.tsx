import { routes } from "../../server/routes.ts";
import { counted } from "../../server/rules/wording/duration-text.ts";
import type { Reader } from "../frame/frame.ts";
import { offers } from "../frame/offers.ts";
import { Address } from "../ui/address.tsx";
import { RunBadge, type RunState } from "../ui/badge.tsx";
import { RelativeTime } from "../ui/time.tsx";
import type { ProductHeadProps } from "./product-frame.tsx";

export interface StackState {
  readonly name: string;
  readonly services: readonly ServiceRow[];
}

export interface ServiceRow {
  readonly name: string;
  readonly kind: string;
  readonly kindReason: string | null;
  readonly state: RunState;
  readonly url: string | null;
  /** Empty for a service that runs once. */
  readonly replicas: readonly ReplicaRow[];
}

export interface ReplicaRow {
  /** From 1. */
  readonly number: number;
  readonly state: RunState;
  /** When it was started; null if it does not run. */
  readonly since: Date | null;
  readonly restarts: number;
}

/**
 * Shows the stacks. For a product with only one service the head says enough; names appear when there is more than one.
 */
export function Stacks(props: {
  readonly stacks: readonly StackState[];
  readonly head: ProductHeadProps;
  readonly reader: Reader;
  readonly now: Date;
}) {
  const { stacks, head, reader, now } = props;
  const count = stacks.reduce((sum, { services }) => sum + services.length, 0);
  const hasReplicas = stacks.some(({ services }) => services.some(({ replicas }) => replicas.length > 0));
  if (count < 2 && !hasReplicas) return null;
  return (
    <div class="stack-cards">
      {stacks.map(({ name, services }) => (
        <section class="stack-card" aria-label={`Stack ${name}`}>
          {stacks.length > 1 && <h3>{name}</h3>}
          <ul class="services">
            {services.map((service) => (
              <Service service={service} head={head} reader={reader} now={now} />
            ))}
          </ul>
        </section>
      ))}
    </div>
  );
}

function Service(props: {
  readonly service: ServiceRow;
  readonly head: ProductHeadProps;
  readonly reader: Reader;
  readonly now: Date;
}) {
  const { service, head, reader, now } = props;
  const { name, kind, kindReason, state, url, replicas } = service;
  const logsOf = (service: string) =>
    `${routes.productLogs(head.slug)}?${new URLSearchParams({ environment: head.environment, service })}`;
  return (
    <li>
      <span class="service-name">
        {name} <span class="muted">{kind}</span>
      </span>
      <RunBadge state={state} />
      <span class="service-links">
        {offers(reader, routes.productLogs.get) && (
          <a class="quiet" href={logsOf(name)}>
            Logs<span class="visually-hidden"> of {name}</span>
          </a>
        )}
        {url && <Address url={url} />}
        {kindReason !== null && <small class="muted">{kindReason}</small>}
      </span>
      {replicas.length > 0 && (
        <ol class="replicas" aria-label={`Replicas of ${name}`}>
          {replicas.map((replica) => (
            <Replica
              replica={replica}
              name={name}
              now={now}
              logs={offers(reader, routes.productLogs.get) ? logsOf(`${name} ${replica.number}`) : null}
            />
          ))}
        </ol>
      )}
    </li>
  );
}

function Replica(props: {
  readonly replica: ReplicaRow;
  readonly name: string;
  readonly now: Date;
  readonly logs: string | null;
}) {
  const { replica, name, now, logs } = props;
  const { number, state, since, restarts } = replica;
  return (
    <li>
      <span class="muted">{number}</span>
      <RunBadge state={state} />
      {since && (
        <small class="muted">
          started <RelativeTime at={since} now={now} />
        </small>
      )}
      {restarts > 0 && <small class="tone-warn">{counted(restarts, "restart")}</small>}
      {logs !== null && (
        <a class="quiet" href={logs}>
          Logs
          <span class="visually-hidden">
            {" "}
            of {name} {number}
          </span>
        </a>
      )}
    </li>
  );
}
