/** What an address may be called: it goes into the proxy's configuration, so names only. */
export const hostNamePattern = /^(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z](?:[a-z0-9-]{0,61}[a-z0-9])$/;

export const hostNameRule = "must be a host name in lower case, such as shop.example.com";

export const maxHostNameLength = 253;
