/** How a route is declared. The routes themselves are in routes.ts. */

/** Who may use an endpoint. There is one team: a member may do everything. Roles would put a permission in its place. */
export type Audience = "everyone" | "member";

/**
 * What an endpoint answers with. `fragments` is an event stream of HTML for a page, `events` is one of JSON for programs.
 * Errors are told in the same language: as a page, as JSON, or to git as text.
 */
export type AnswerKind = "page" | "fragments" | "asset" | "json" | "text" | "events" | "git";

/** The largest body that is read, and how long it may take to arrive. */
export interface BodyLimit {
  readonly maxBytes: number;
  readonly timeoutMs: number;
}

/** What an action of the audit log is done to, and the parameter of the path that names it. */
export interface Subject {
  readonly kind: "product" | "installation" | "deployment";
  readonly parameter: string;
}

/** What there is to say about one method of a route. */
export interface EndpointRules {
  readonly audience: Audience;
  readonly answer: AnswerKind;
  /** What a member does here, as the audit log words it before the subject: "stopped". Null: it changes nothing. */
  readonly action: string | null;
  /** Null: there is no body, or the handler reads it within limits of its own. */
  readonly body: BodyLimit | null;
}

/** One method of a route, with all that the web does before and around its handler. */
export interface Endpoint extends EndpointRules {
  readonly method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  /** A pattern in Hono's words: `/products/:slug`. */
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

/** Called with the values of its parameters it gives the URL; each of its methods is an endpoint. */
export type Route<Path extends string = string, Declared extends Methods = Methods> = ((
  ...values: Values<Parameters<Path>>
) => string) & { readonly [Method in keyof Declared]: Endpoint & Declared[Method] };

const parameterPattern = /:(\w+)(?:\{[^}]*\})?/g;

/** Declares a route that is about nothing in particular. */
export const route = declare(null);

/** Declares routes about the product, installation or deployment that a parameter of their path names. */
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

/** The path in OpenAPI's words: `/api/products/{product}`. */
export function openApiPath({ path }: Endpoint): string {
  return path.replace(parameterPattern, "{$1}");
}

/** The endpoint with a parameter of its path given, for one that is registered once for each value. */
export function fixed(endpoint: Endpoint, parameter: string, value: string): Endpoint {
  return { ...endpoint, path: endpoint.path.replace(`:${parameter}`, value) };
}

const smallBody: BodyLimit = { maxBytes: 64 * 1024, timeoutMs: 15_000 };
/** Certificates and keys are variables too. */
export const largeBody: BodyLimit = { maxBytes: 1024 * 1024, timeoutMs: 30_000 };

const reading = { audience: "member", action: null, body: null } as const;

export const page: EndpointRules = { ...reading, answer: "page" };
export const fragments: EndpointRules = { ...reading, answer: "fragments" };
export const json: EndpointRules = { ...reading, answer: "json" };
export const text: EndpointRules = { ...reading, answer: "text" };
export const events: EndpointRules = { ...reading, answer: "events" };
export const asset: EndpointRules = { ...reading, audience: "everyone", answer: "asset" };
/** Git's own requests: the handler asks for the password and bounds what it reads. */
export const git: EndpointRules = { ...reading, answer: "git" };

/** A form of a page. */
export function form(action: string, body = smallBody): EndpointRules & { readonly action: string } {
  return { audience: "member", answer: "page", action, body };
}

/** A call of the API that changes something; the body is JSON. */
export function call(action: string, body = smallBody): EndpointRules {
  return { audience: "member", answer: "json", action, body };
}

/** The same, without signing in. */
export function open<Rules extends EndpointRules>(rules: Rules): Rules {
  return { ...rules, audience: "everyone" };
}
