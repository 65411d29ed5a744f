/** Production is what an address means that does not say. */
export function inEnvironment(url: string, { environment }: { readonly environment: string }): string {
  return environment === "production" ? url : `${url}?${new URLSearchParams({ environment })}`;
}

/** "shop", "shop in staging". */
export function productIn(slug: string, environment: string): string {
  return environment === "production" ? slug : `${slug} in ${environment}`;
}
