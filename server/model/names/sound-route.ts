import type { RouteSpec } from "../deployment/spec.ts";
import { isHostName, longestHostName } from "./host-name.ts";
import { isServiceName } from "./service-name.ts";

/**
 * Why the proxy cannot serve this route, as the end of a sentence; null when it can. The proxy expands text in its
 * configuration ("{env.HOME}"), and a service is a file name there, so both are admitted by pattern, never escaped.
 */
export function faultInRoute({ host, service }: RouteSpec): string | null {
  if (host.length > longestHostName) {
    return `the address ${host.slice(0, 40)}… has ${host.length} characters, and host names have at most ${longestHostName}`;
  }
  if (!isHostName(host)) return `${JSON.stringify(host)} is not a host name`;
  if (!isServiceName(service)) return `${JSON.stringify(service)} is not a service name`;
  return null;
}
