import type { z } from "@hono/zod-openapi";
import { createParser } from "eventsource-parser";
import type { DeploymentEvent } from "../../../../server/model/deployment/event.ts";
import { routes } from "../../../../server/routes.ts";
import type { deploymentSchema, rebuildingSchema } from "../../../../server/web/api/schemas/deployments.ts";
import type { installationSchema } from "../../../../server/web/api/schemas/products/installations.ts";

export type DeploymentJson = z.infer<typeof deploymentSchema>;
export type InstallationJson = z.infer<typeof installationSchema>;
export type RedeployJson = z.infer<typeof rebuildingSchema>;

export interface Answer<Body> {
  readonly status: number;
  readonly body: Body;
}

type Headers = Readonly<Record<string, string>>;

/** The HTTP API, used as a user's script would. */
export interface ApiClient {
  get<Body>(path: string): Promise<Body>;
  text(path: string): Promise<string>;
  /** Resolves with any status. */
  send<Body = unknown>(method: string, path: string, body?: unknown): Promise<Answer<Body>>;

  deployments(product: string): Promise<readonly DeploymentJson[]>;
  deployment(id: number): Promise<DeploymentJson>;
  newest(product: string): Promise<DeploymentJson>;
  /** The product's installation in `production`. */
  installation(product: string): Promise<InstallationJson>;
  log(id: number): Promise<string>;

  /** Yields a deployment's events, from the beginning or after `lastEventId`, until the deployment is settled. */
  events(id: number, lastEventId?: number): AsyncGenerator<DeploymentEvent>;
  /** Resolves with the first past or future event that matches. */
  event<Type extends DeploymentEvent["type"]>(
    id: number,
    type: Type,
    isIt?: (event: Extract<DeploymentEvent, { type: Type }>) => boolean,
  ): Promise<Extract<DeploymentEvent, { type: Type }>>;
  /** Resolves with all events once the deployment is settled. */
  allEvents(id: number, lastEventId?: number): Promise<readonly DeploymentEvent[]>;
  /** Resolves once the deployment is over and the version that it replaced is removed. */
  settled(id: number): Promise<DeploymentJson>;
}

export function createApiClient(url: string, token: string): ApiClient {
  const authorization = { Authorization: `Bearer ${token}` };

  async function ask(path: string, headers: Headers = {}, signal: AbortSignal | null = null): Promise<Response> {
    const answer = await fetch(new URL(path, url), { headers: { ...authorization, ...headers }, signal });
    if (!answer.ok) throw new Error(`${path} answered ${answer.status}: ${await answer.text()}`);
    return answer;
  }

  const client: ApiClient = {
    get: async <Body>(path: string) => (await (await ask(path)).json()) as Body,
    text: async (path) => (await ask(path)).text(),
    async send<Body>(method: string, path: string, body?: unknown) {
      const answer = await fetch(new URL(path, url), {
        method,
        headers: { ...authorization, ...(body === undefined ? {} : { "Content-Type": "application/json" }) },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      const text = await answer.text();
      return { status: answer.status, body: (text === "" ? null : JSON.parse(text)) as Body };
    },

    async deployments(product) {
      const page = await client.get<{ items: DeploymentJson[] }>(`${routes.api.productDeployments(product)}?limit=100`);
      return page.items;
    },
    deployment: (id) => client.get(routes.api.deployment(id)),
    async newest(product) {
      const [newest] = await client.deployments(product);
      if (!newest) throw new Error(`${product} has no deployment yet`);
      return newest;
    },
    async installation(product) {
      const { productDeployments } = await client.get<{ productDeployments: { id: number }[] }>(
        routes.api.product(product),
      );
      return client.get(routes.api.installation(productDeployments[0]?.id ?? "none"));
    },
    log: (id) => client.text(routes.api.deploymentLog(id)),

    async *events(id, lastEventId) {
      const reading = new AbortController();
      const headers: Record<string, string> = lastEventId === undefined ? {} : { "Last-Event-ID": String(lastEventId) };
      try {
        const answer = await ask(routes.api.deploymentEvents(id), headers, reading.signal);
        const found: DeploymentEvent[] = [];
        const parser = createParser({ onEvent: ({ data }) => found.push(JSON.parse(data)) });
        const decoder = new TextDecoder();
        for await (const chunk of answer.body ?? []) {
          parser.feed(decoder.decode(chunk, { stream: true }));
          yield* found.splice(0);
        }
      } finally {
        reading.abort();
      }
    },
    async event<Type extends DeploymentEvent["type"]>(
      id: number,
      type: Type,
      isIt: (event: Extract<DeploymentEvent, { type: Type }>) => boolean = () => true,
    ) {
      for await (const event of client.events(id)) {
        if (isOfType(event, type) && isIt(event)) return event;
      }
      throw new Error(`deployment ${id} ended without the event ${type}:\n${await client.log(id)}`);
    },
    async allEvents(id, lastEventId) {
      const events: DeploymentEvent[] = [];
      for await (const event of client.events(id, lastEventId)) events.push(event);
      return events;
    },
    async settled(id) {
      await client.event(id, "settled");
      return client.deployment(id);
    },
  };
  return client;
}

export function isOfType<Type extends DeploymentEvent["type"]>(
  event: DeploymentEvent,
  type: Type,
): event is Extract<DeploymentEvent, { type: Type }> {
  return event.type === type;
}
