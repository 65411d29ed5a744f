import { isIP } from "node:net";
import { isPublicAddress, mayBePublic } from "../../server/model/names/public-address.ts";
import { type Taken, unknownValue } from "../dockerfile/dockerfile-sources.ts";
import { makeableBases } from "../images/base-images.ts";

/** The places that builds and images may fetch from. */
export interface SourceRules {
  /** Whether private networks and this machine are allowed too. */
  readonly allowPrivate: boolean;
  /** `host[:port]` of a registry that the administrator has named; null when there is none. */
  readonly ownRegistry: string | null;
  /**
   * Resolves a host name as far as that is possible quickly; empty when it does not resolve. Without it, names are not
   * looked up.
   */
  readonly addressesOf?: (host: string) => Promise<readonly string[]>;
}

type Source = Pick<Taken, "type" | "name">;

export interface SourceRefusal {
  /** The rest of a sentence that begins with the instruction or key that names the source. */
  readonly why: string;
  readonly hint: string;
}

/** A frontend runs with the builder's privileges, so only Docker's own are allowed. */
const dockerFrontend = /^(?:(?:index\.)?docker\.io\/)?docker\/dockerfile[a-z-]*(?:[:@]\S*)?$/;
const hostPattern = /^(?:[a-z0-9_](?:[a-z0-9_.-]*[a-z0-9_])?\.?|\[[0-9a-f:.]+\])$/i;
const howToAllow = "BATON_ALLOW_PRIVATE_REPOSITORIES=1 also allows private networks for builds and images.";

/** Says why a source must not be used; null when it may be. */
export async function whyRefused(taken: Source, rules: SourceRules): Promise<SourceRefusal | null> {
  return refusedByName(taken, rules) ?? (await refusedByAddress(taken, rules));
}

/** Checks the addresses of the host. A name that does not resolve is no danger. */
async function refusedByAddress(taken: Source, rules: SourceRules): Promise<SourceRefusal | null> {
  const host = hostOf(taken);
  const { allowPrivate, ownRegistry, addressesOf } = rules;
  if (allowPrivate || host === null || addressesOf === undefined || registryOf(taken.name) === ownRegistry) return null;
  const address = (await addressesOf(host)).find((each) => !isPublicAddress(each));
  if (address === undefined) return null;
  const why = `uses ${shown(taken.name)}, but ${host} resolves to ${address}, which is not an address on the internet`;
  return { why, hint: howToAllow };
}

function refusedByName({ type, name }: Source, rules: SourceRules): SourceRefusal | null {
  switch (type) {
    case "cache-source":
      return {
        why: `sets a source (${shown(name)}), which is not supported`,
        hint: "Remove source=: the cache then starts empty.",
      };
    case "frontend":
      if (dockerFrontend.test(name)) return null;
      return {
        why: `names ${shown(name)}, but only Docker's own frontends are accepted`,
        hint: "Use docker/dockerfile:1, or remove it.",
      };
    case "image":
      return whyNotImage(name, rules);
    case "url":
      return whyNotHost(hostOfUrl(name), name, rules);
  }
}

function whyNotImage(name: string, rules: SourceRules): SourceRefusal | null {
  if (name.includes(unknownValue)) return fromUnknown(name);
  if (/[:@]$/.test(name)) {
    return {
      why: `uses ${shown(name)}, which ends without a tag`,
      hint: "A variable in it is probably empty: set it, or give it a default value.",
    };
  }
  const familiar = name.replace(/^(?:index\.)?docker\.io\//i, "");
  if (/^baton-[^/]*\//i.test(familiar)) {
    return {
      why: `uses ${shown(name)}, but an image that Baton has built belongs to its product alone`,
      hint: "Build it in this repository, or push it to a registry and pull it from there.",
    };
  }
  const isOwnBase = /^baton\//i.test(familiar);
  if (isOwnBase && !makeableBases.some((base) => name === `baton/${base}`)) {
    return {
      why: `uses ${shown(name)}, but images named baton/… are made on this server and never pulled`,
      hint: `These are: ${makeableBases.map((base) => `baton/${base}`).join(", ")}.`,
    };
  }
  if (/^(?:sha256:.*|[0-9a-f]{3,})$/i.test(familiar)) {
    return {
      why: `uses an image on this server by its id (${shown(name)})`,
      hint: `Use its name in a registry, with a tag such as ${/:/.test(name) ? "node:22" : `${name}:latest`}.`,
    };
  }
  const registry = registryOf(name);
  const path = registry !== null && /[.:]|^localhost$/i.test(registry) ? name.slice(registry.length) : name;
  if (/[A-Z]/.test(path.replace(/[:@][^/]*$/, ""))) {
    return { why: `uses ${shown(name)}, but names of images are lower case`, hint: "Write it in lower case." };
  }
  return registry === null || registry === rules.ownRegistry
    ? null
    : whyNotHost(hostOfAuthority(registry), name, rules);
}

function whyNotHost(host: string | null, name: string, { allowPrivate }: SourceRules): SourceRefusal | null {
  if (allowPrivate) return null;
  if (name.includes(unknownValue) && (host === null || host.includes(unknownValue))) return fromUnknown(name);
  if (host === null || !hostPattern.test(host)) {
    return { why: `uses ${shown(name)}, whose host cannot be checked`, hint: "Write the host name literally." };
  }
  if (mayBePublic(host)) return null;
  return { why: `uses ${shown(name)}, but ${host} is not an address on the internet`, hint: howToAllow };
}

function fromUnknown(name: string): SourceRefusal {
  return {
    why: `uses a variable that is not set here (${shown(name)})`,
    hint: "Declare it with ARG and a default value, or write the host name literally.",
  };
}

/** Returns the host that has to be looked up; null when there is none or it is Docker Hub. */
function hostOf({ type, name }: Source): string | null {
  const registry = type === "image" ? registryOf(name) : null;
  const host = type === "url" ? hostOfUrl(name) : registry && hostOfAuthority(registry);
  return host === null || isIP(host) !== 0 || /^(?:index\.)?docker\.io$/.test(host) ? null : host;
}

/** Returns the registry by Docker's rule: the part before the first slash is a registry when it looks like a host. */
function registryOf(reference: string): string | null {
  const [first = "", ...rest] = reference.split("/");
  const isHost = /[.:]/.test(first) || first !== first.toLowerCase() || first === "localhost";
  return rest.length > 0 && isHost ? first : null;
}

function hostOfUrl(url: string): string | null {
  if (url.startsWith(unknownValue)) return null;
  const short = /^[\w.-]+@([^/\s:]+):/.exec(url);
  if (short && !/^[a-z][a-z0-9+.-]*:\/\//i.test(url)) return short[1] ?? null;
  const authority = /^(?:[a-z][a-z0-9+.-]*:\/\/)?([^/?#]*)/i.exec(url)?.[1] ?? "";
  // Programs disagree about the meaning of a backslash here.
  if (authority === "" || /[\\\s]/.test(authority)) return null;
  return hostOfAuthority(authority);
}

function hostOfAuthority(authority: string): string {
  return authority.slice(authority.lastIndexOf("@") + 1).replace(/:\d*$/, "");
}

/** Returns the name for people, without a password and without the placeholder of an unknown variable. */
function shown(name: string): string {
  return name
    .replaceAll(unknownValue, "…")
    .replace(/\/\/[^/@]*@/, "//")
    .slice(0, 200);
}
