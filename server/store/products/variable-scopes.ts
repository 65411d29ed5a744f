import { and, eq, inArray, isNull } from "drizzle-orm";
import type { EnvironmentId, InstallationId } from "../../model/names/ids.ts";
import { referencesIn } from "../../model/values/reference.ts";
import type { ScopedVariable, VariableScope } from "../../model/values/variable-scope.ts";
import type { Opener } from "../keys/secrets.ts";
import type { Queries } from "../postgres/database.ts";
import { installations } from "../schema/deployments.ts";
import { environments, products } from "../schema/products.ts";
import { mergedVariablesOf, type StoredVariable, variablesOf } from "./variables.ts";

interface Place {
  readonly id: InstallationId;
  readonly product: string;
  readonly environmentId: EnvironmentId;
  readonly environment: string;
}

type Variables = ReadonlyMap<string, ScopedVariable>;

/** Reads the variables of these installations, and of those that they refer to, for as long as there are more. */
export async function readScopes(
  queries: Queries,
  secrets: Opener,
  ids: readonly InstallationId[],
): Promise<ReadonlyMap<InstallationId, VariableScope>> {
  const places = await placesOf(queries, inArray(installations.id, [...ids]));
  const known = await readReferred(queries, secrets, places);
  return new Map(places.map((place) => [place.id, { ...named(place), products: productsIn(known, place) }]));
}

/** The shared variables of an environment, which refer to each other and to products. */
export async function readSharedScope(
  queries: Queries,
  secrets: Opener,
  id: EnvironmentId,
): Promise<VariableScope | null> {
  const [environment] = await queries
    .select({ name: environments.name })
    .from(environments)
    .where(eq(environments.id, id));
  if (!environment) return null;
  const shared = scoped(await variablesOf(queries, { environment: id }), secrets);
  const place = { product: "", environmentId: id, environment: environment.name };
  const known = await readReferred(queries, secrets, [], [[place, shared]]);
  return { ...named(place), products: productsIn(known, place) };
}

type Known = Map<string, { readonly place: Omit<Place, "id">; readonly variables: Variables }>;

async function readReferred(
  queries: Queries,
  secrets: Opener,
  first: readonly Place[],
  given: readonly (readonly [Omit<Place, "id">, Variables])[] = [],
): Promise<Known> {
  const known: Known = new Map(given.map(([place, variables]) => [keyOf(place), { place, variables }]));
  const asked = new Set(known.keys());
  let next = first;
  for (;;) {
    const rows = await mergedVariablesOf(
      queries,
      next.map(({ id }) => id),
    );
    for (const place of next) known.set(keyOf(place), { place, variables: scoped(rows.get(place.id) ?? [], secrets) });
    const wanted = [...known.values()].flatMap(({ place, variables }) =>
      productsReferredTo(variables).map((product) => ({ ...place, product })),
    );
    const fresh = wanted.filter((place) => !known.has(keyOf(place)) && !asked.has(keyOf(place)));
    if (fresh.length === 0) return known;
    for (const place of fresh) asked.add(keyOf(place));
    const named = inArray(products.slug, [...new Set(fresh.map(({ product }) => product))] as never[]);
    const within = inArray(installations.environmentId, [...new Set(fresh.map((place) => place.environmentId))]);
    const kept = and(isNull(products.deletedAt), isNull(installations.deletedAt));
    next = (await placesOf(queries, and(named, within, kept))).filter((place) => !known.has(keyOf(place)));
  }
}

function placesOf(queries: Queries, condition: ReturnType<typeof and>): Promise<readonly Place[]> {
  return queries
    .select({
      id: installations.id,
      product: products.slug,
      environmentId: installations.environmentId,
      environment: environments.name,
    })
    .from(installations)
    .innerJoin(products, eq(products.id, installations.productId))
    .innerJoin(environments, eq(environments.id, installations.environmentId))
    .where(condition);
}

function productsReferredTo(variables: Variables): readonly string[] {
  return [...variables.values()]
    .filter(({ refers }) => refers)
    .flatMap(({ value }) => referencesIn(value).flatMap(({ other }) => other?.product ?? []));
}

function productsIn(known: Known, { environmentId }: Pick<Place, "environmentId">): VariableScope["products"] {
  const there = [...known.values()].filter(({ place }) => place.environmentId === environmentId);
  return new Map(there.map(({ place, variables }) => [place.product, variables]));
}

const keyOf = ({ environmentId, product }: Pick<Place, "environmentId" | "product">) => `${environmentId} ${product}`;

const named = ({ product, environment }: Pick<Place, "product" | "environment">) => ({ product, environment });

function scoped(rows: readonly StoredVariable[], secrets: Opener): Variables {
  return new Map(
    rows.map(({ name, value, owner, secret, refers, atBuild }) => [
      name,
      { value: secrets.open(owner, value), isSecret: secret, refers, atBuild },
    ]),
  );
}
