declare const addressBrand: unique symbol;

/** The address of a listener on this host, as a proxy dials it: `127.0.0.2:20001`. */
export type HostAddress = string & { readonly [addressBrand]: true };

export function hostAddress(host: string, port: number): HostAddress {
  return `${host}:${port}` as HostAddress;
}

export function partsOf(address: HostAddress): { readonly host: string; readonly port: number } {
  const colon = address.lastIndexOf(":");
  return { host: address.slice(0, colon), port: Number(address.slice(colon + 1)) };
}
