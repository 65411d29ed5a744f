import type { BaseName } from "../plan/plan.ts";
import { makeableBases, nodeMajors } from "./base-images.ts";

/**
 * Returns the image made here that can replace one that cannot be pulled; null when none can. Alpine has other packages
 * and another C library, so commands written for it fail on Debian.
 */
export function nearestBase(reference: string): BaseName | null {
  const [, name = "", tag = ""] = /^(?:docker\.io\/)?(?:library\/)?([\w/-]+)(?::([\w.-]+))?$/.exec(reference) ?? [];
  if (/alpine|windows|nanoserver/.test(tag)) return null;
  switch (name) {
    case "node":
      return nodeBase(tag);
    case "python":
      return makeableBases.find((base) => base === `python:${/^3\.\d+/.exec(tag)?.[0]}`) ?? "python:3.13";
    case "golang":
      return "go:1";
    case "oven/bun":
      return "bun:1";
    case "debian":
    case "ubuntu":
      return "debian:12";
    default:
      return null;
  }
}

/** Official images have compilers unless their tag says slim. */
function nodeBase(tag: string): BaseName {
  const asked = Number.parseInt(tag, 10);
  const major = Number.isNaN(asked) ? 22 : (nodeMajors.find((candidate) => candidate >= asked) ?? 24);
  return tag.includes("slim") ? `node:${major}` : `node:${major}-full`;
}
