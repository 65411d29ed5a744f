import { OpenAPIHono, type z } from "@hono/zod-openapi";
import type { Rights } from "../access/rights.ts";
import type { WebAdapters } from "../adapters.ts";
import type { Endpoints } from "../http/endpoints.ts";
import { Problem } from "../http/problem.ts";
import type { WebEnv } from "../http/web-context.ts";
import type { Catalog } from "../read/catalog.ts";
import type { EventStreams } from "../streams/event-stream.ts";
import type { OpenStreams } from "../streams/open-streams.ts";
import { faultSentence } from "./fault-words.ts";
import type { Presenter } from "./present.ts";
import { errorSchema } from "./schemas/server.ts";

/** The dependencies that the API's routes share. */
export interface ApiNeeds extends WebAdapters {
  readonly rights: Rights;
  readonly openStreams: OpenStreams;
  readonly endpoints: Endpoints;
  readonly catalog: Catalog;
  readonly present: Presenter;
  readonly streams: EventStreams;
}

export type Api = ReturnType<typeof createApi>;

export function createApi(): OpenAPIHono<WebEnv> {
  return new OpenAPIHono<WebEnv>({
    defaultHook(result) {
      if (!result.success) throw new Problem(400, "invalid", faultSentence(result.error), { cause: result.error });
    },
  });
}

export function json<Schema extends z.ZodType>(description: string, schema: Schema) {
  return { description, content: { "application/json": { schema } } };
}

export function jsonBody<Schema extends z.ZodType>(schema: Schema, required = true) {
  return { required, content: { "application/json": { schema } } };
}

// Not typed as "text/plain", because handlers would then have to answer with c.text() and could not stream.
const plainText: string = "text/plain";

export function text(description: string) {
  return { description, content: { [plainText]: { schema: { type: "string" as const } } } };
}

export const errorAnswers = {
  400: json("The request is not valid", errorSchema),
  401: json("No token, or an unknown one", errorSchema),
  403: json("The right is missing; the message says which, and who can give it", errorSchema),
  404: json("Not found", errorSchema),
  503: json("The database or Docker is not responding", errorSchema),
};

export const conflictAnswer = { 409: json("Not possible at the moment; the message says why", errorSchema) };
