import type { Environment, Slug } from "../model/product.ts";
import type { RouteSpec, ServiceSpec } from "../model/spec.ts";

/**
 * The hosts of a product in an environment: `<product>.<domain>`, outside production `<product>-<environment>.<domain>`.
 * The first web service answers there; further ones at `<service>.` in front of it.
 */
export function routesFor(
  product: Slug,
  environment: Environment,
  serverDomain: string,
  services: readonly Pick<ServiceSpec, "name" | "kind">[],
): readonly RouteSpec[] {
  const label = environment.name === "production" ? product : `${product}-${environment.name}`;
  const host = `${label}.${environment.domain ?? serverDomain}`;
  return services
    .filter((service) => service.kind === "web")
    .map((service, index) => ({ host: index === 0 ? host : `${service.name}.${host}`, service: service.name }));
}
