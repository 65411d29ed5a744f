import { beforeAll, describe, expect, test } from "vitest";
import { createWorld, type World } from "../world.ts";

interface Operation {
  readonly summary?: string;
  readonly security?: readonly object[];
  readonly parameters?: readonly { readonly name: string; readonly in: string }[];
  readonly responses: Readonly<Record<string, { readonly description?: string }>>;
}
interface Document {
  readonly openapi: string;
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
}

let world: World;
let document: Document;
beforeAll(async () => {
  world = await createWorld();
  document = (await (await world.api("/api/openapi.json")).json()) as Document;
});

const operations = () =>
  Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ name: `${method.toUpperCase()} ${path}`, operation })),
  );

describe("the API's description", () => {
  test("is OpenAPI 3.1 and describes every route of the API, no more and no less", () => {
    expect(document.openapi).toBe("3.1.0");
    const served = world.app.routes
      .filter(({ method, path }) => method !== "ALL" && /^\/(api\/|webhooks\/|livez|healthz|metrics)/.test(path))
      .map(({ method, path }) => `${method} ${path.replace(/:(\w+)/g, "{$1}")}`);
    expect(
      operations()
        .map(({ name }) => name)
        .sort(),
    ).toEqual([...new Set(served)].sort());
  });

  test("holds every call that was promised", () => {
    const names = operations().map(({ name }) => name);
    expect(names).toEqual(
      expect.arrayContaining([
        "GET /livez",
        "GET /healthz",
        "GET /metrics",
        "GET /api/environments",
        "POST /api/environments",
        "GET /api/products",
        "POST /api/products",
        "GET /api/products/{product}",
        "PATCH /api/products/{product}",
        "DELETE /api/products/{product}",
        "GET /api/deployments",
        "GET /api/products/{product}/deployments",
        "PUT /api/products/{product}/variables",
        "GET /api/product-deployments",
        "POST /api/product-deployments",
        "GET /api/product-deployments/{id}",
        "PATCH /api/product-deployments/{id}",
        "DELETE /api/product-deployments/{id}",
        "PUT /api/product-deployments/{id}/domains",
        "PUT /api/product-deployments/{id}/variables",
        "POST /api/product-deployments/{id}/deploy",
        "POST /api/product-deployments/{id}/stop",
        "POST /api/product-deployments/{id}/apply",
        "GET /api/product-deployments/{id}/logs",
        "GET /api/deployments/{id}",
        "GET /api/deployments/{id}/changes",
        "GET /api/deployments/{id}/log",
        "GET /api/deployments/{id}/events",
        "POST /api/deployments/{id}/redeploy",
        "POST /api/deployments/{id}/cancel",
        "POST /api/environments/{environmentId}/product-deployments/{productDeploymentId}/redeploy",
        "GET /api/progress/{sessionId}",
        "POST /webhooks/github/{product}",
        "GET /api/openapi.json",
      ]),
    );
  });

  test("says of each call what it is for, who may use it and what it answers", () => {
    for (const { name, operation } of operations()) {
      expect(operation.summary, name).toMatch(/^[A-Z]/);
      const isOpen = /livez|healthz|webhooks\/github/.test(name);
      expect(operation.security, name).toEqual(isOpen ? [] : [{ token: [] }]);
      const statuses = Object.keys(operation.responses);
      expect(
        statuses.some((status) => status.startsWith("2")),
        name,
      ).toBe(true);
      if (!isOpen && !/openapi/.test(name))
        expect(statuses, name).toEqual(expect.arrayContaining(["400", "401", "404", "503"]));
      for (const answer of Object.values(operation.responses)) expect(answer.description, name).toMatch(/\S/);
    }
  });

  test("names every parameter of a path", () => {
    for (const { name, operation } of operations()) {
      const wanted = [...name.matchAll(/\{(\w+)\}/g)].map((match) => match[1]);
      const described = (operation.parameters ?? [])
        .filter((parameter) => parameter.in === "path")
        .map(({ name }) => name);
      expect(described, name).toEqual(wanted);
    }
  });

  test("refers to nothing that is not in it", () => {
    const references = [...JSON.stringify(document).matchAll(/"\$ref":"#\/components\/(\w+)\/(\w+)"/g)];
    expect(references.length).toBeGreaterThan(20);
    for (const [, kind = "", name = ""] of references) expect(document.components[kind]).toHaveProperty(name);
  });

  test("is given out like the rest of the API: to those who have a token", async () => {
    expect((await world.fetch("/api/openapi.json")).status).toBe(401);
  });
});

test("nothing in a query has to be there", async () => {
  const { json } = await (await createWorld()).read("/api/openapi.json");
  const paths = Object.values(json.paths as Record<string, Record<string, { parameters?: object[] }>>);
  const parameters = paths.flatMap((methods) => Object.values(methods).flatMap((method) => method.parameters ?? []));
  const query = parameters.filter((parameter) => (parameter as { in: string }).in === "query");
  expect(query.length).toBeGreaterThan(5);
  for (const parameter of query) expect(parameter).not.toMatchObject({ required: true });
});
