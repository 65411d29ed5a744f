/** Adds the environment to an address. Addresses without one mean production. */
export function inEnvironment(url: string, { environment }: { readonly environment: string }): string {
  return environment === "production" ? url : `${url}?${new URLSearchParams({ environment })}`;
}

/** Returns "shop", or "shop in staging". */
export function productIn(slug: string, environment: string): string {
  return environment === "production" ? slug : `${slug} in ${environment}`;
}
