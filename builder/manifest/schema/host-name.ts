/** Matches a valid host name. It goes into the proxy's configuration, so nothing else is allowed. */
export const hostNamePattern = /^(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z](?:[a-z0-9-]{0,61}[a-z0-9])$/;

export const hostNameRule = "must be a host name in lower case, such as shop.example.com";

export const maxHostNameLength = 253;
