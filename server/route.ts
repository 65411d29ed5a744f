/** How routes are declared. The routes themselves are in routes.ts. */

import type { Permission } from "./model/access/permission.ts";

/**
 * The kind of an endpoint's answer. `fragments` is an event stream of HTML for a page, `events` is one of JSON for
 * programs. Errors have the same format: a page, JSON, or text for git.
 */
export type AnswerKind = "page" | "fragments" | "asset" | "json" | "text" | "events" | "git";

/** The size limit of a request body, and the time limit for its arrival. */
export interface BodyLimit {
  readonly maxBytes: number;
  readonly timeoutMs: number;
}

/** The object of an action in the audit log, and the path parameter that names it. */
export interface Subject {
  readonly kind: "product" | "installation" | "deployment";
  readonly parameter: string;
}

/** The rules of one method of a route. */
export interface EndpointRules {
  /** The right that it asks for; null opens it to everyone. */
  readonly permission: Permission | null;
  /**
   * `subject`: the right is asked for the product that the path is about, before the handler. `handler`: the request
   * names the product in its body, or none at all, so the handler asks. It must, with `requireRight`.
   */
  readonly asked: "subject" | "handler";
  readonly answer: AnswerKind;
  /** The audit log's verb for what somebody does here: "stopped". Null if it changes nothing. */
  readonly action: string | null;
  /** Null if there is no body, or if the handler enforces its own limits. */
  readonly body: BodyLimit | null;
}

/** One method of a route, with everything that the web applies before and after its handler. */
export interface Endpoint extends EndpointRules {
  readonly method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  /** The path as a Hono pattern: `/products/:slug`. */
  readonly path: string;
  readonly subject: Subject | null;
}

interface Methods {
  readonly get?: EndpointRules;
  readonly post?: EndpointRules;
  readonly put?: EndpointRules;
  readonly patch?: EndpointRules;
  readonly delete?: EndpointRules;
}

type WithoutPattern<Segment extends string> = Segment extends `${infer Name}{${string}` ? Name : Segment;

type Parameters<Path extends string> = Path extends `${string}:${infer Rest}`
  ? Rest extends `${infer Segment}/${infer Tail}`
    ? [WithoutPattern<Segment>, ...Parameters<Tail>]
    : [WithoutPattern<Rest>]
  : [];

type Values<Names extends readonly string[]> = {
  [Index in keyof Names]: Names[Index] extends "id" | `${string}Id` ? number | string : string;
};

/** Call it with the values of its parameters to get the URL. Each of its methods is an endpoint. */
export type Route<Path extends string = string, Declared extends Methods = Methods> = ((
  ...values: Values<Parameters<Path>>
) => string) & { readonly [Method in keyof Declared]: Endpoint & Declared[Method] };

const parameterPattern = /:(\w+)(?:\{[^}]*\})?/g;

/** Declares a route that has no subject. */
export const route = declare(null);

/** Declares routes whose subject is the product, installation or deployment that a path parameter names. */
export function routesAbout(kind: Subject["kind"], parameter: string) {
  return declare({ kind, parameter });
}

function declare(subject: Subject | null) {
  return <const Path extends string, const Declared extends Methods>(
    path: Path,
    methods: Declared,
  ): Route<Path, Declared> => {
    const url = (...values: readonly (string | number)[]) => {
      let count = 0;
      return path.replace(parameterPattern, () => String(values[count++]));
    };
    const endpoints = Object.entries(methods).map(([method, rules]: [string, EndpointRules]) => [
      method,
      { ...rules, method: method.toUpperCase(), path, subject },
    ]);
    return Object.assign(url, Object.fromEntries(endpoints));
  };
}

/** The path as OpenAPI writes it: `/api/products/{product}`. */
export function openApiPath({ path }: Endpoint): string {
  return path.replace(parameterPattern, "{$1}");
}

/** Fills in one path parameter, for an endpoint that is registered once for each value. */
export function fixed(endpoint: Endpoint, parameter: string, value: string): Endpoint {
  return { ...endpoint, path: endpoint.path.replace(`:${parameter}`, value) };
}

const smallBody: BodyLimit = { maxBytes: 64 * 1024, timeoutMs: 15_000 };
/** Variables may contain certificates and keys. */
export const largeBody: BodyLimit = { maxBytes: 1024 * 1024, timeoutMs: 30_000 };

const reading = { asked: "subject", action: null, body: null } as const;

/** The rules of an endpoint that asks for a right. */
interface GuardedRules extends EndpointRules {
  readonly permission: Permission;
}

/** Rules of an endpoint that changes nothing. */
type ReadingRules = (permission: Permission) => GuardedRules;

export const page: ReadingRules = (permission) => ({ ...reading, permission, answer: "page" });
export const fragments: ReadingRules = (permission) => ({ ...reading, permission, answer: "fragments" });
export const json: ReadingRules = (permission) => ({ ...reading, permission, answer: "json" });
export const text: ReadingRules = (permission) => ({ ...reading, permission, answer: "text" });
export const events: ReadingRules = (permission) => ({ ...reading, permission, answer: "events" });
export const asset: EndpointRules = { ...reading, permission: null, answer: "asset" };
/** Git's own requests: the handler checks the password and limits what it reads. */
export const git: ReadingRules = (permission) => ({ ...reading, permission, answer: "git" });

/** A form on a page. */
export function form(
  permission: Permission,
  action: string,
  body = smallBody,
): GuardedRules & { readonly action: string } {
  return { permission, asked: "subject", answer: "page", action, body };
}

/** An API call that changes something. Its body is JSON. */
export function call(permission: Permission, action: string, body = smallBody): GuardedRules {
  return { permission, asked: "subject", answer: "json", action, body };
}

/** The handler asks for the right: see `asked`. */
export function askedInHandler<Rules extends EndpointRules>(rules: Rules): Rules {
  return { ...rules, asked: "handler" };
}

/** Opens an endpoint to everyone. */
export function open(rules: ReadingRules): EndpointRules {
  return { ...rules("enter"), permission: null };
}

/** A form that everyone may send. */
export function openForm(action: string, body = smallBody): EndpointRules & { readonly action: string } {
  return { ...form("enter", action, body), permission: null };
}

/** A call that everyone may send. */
export function openCall(action: string, body = smallBody): EndpointRules {
  return { ...call("enter", action, body), permission: null };
}
