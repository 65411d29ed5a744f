import { type Field, flag, text } from "../read/field.ts";
import { noted, read, refused, skipped, type Verdicts } from "./verdict.ts";

export const buildKeys: Verdicts = {
  args: read,
  context: read,
  dockerfile: read,
  dockerfile_inline: read,
  target: read,

  isolation: skipped,
  provenance: skipped,
  sbom: skipped,

  labels: noted("are not written into the image"),
  no_cache: noted("is not applied: unchanged steps come from the cache", isTrue),
  no_cache_filter: noted("is not applied: unchanged steps come from the cache"),
  pull: noted("is not applied: a product redeploy pulls base images again", isTrue),
  tags: noted("are not used: images are named by Baton"),

  cache_from: noted("is not used: Baton keeps a cache of its own"),
  cache_to: noted("is not used: Baton keeps a cache of its own"),
  platforms: noted("is not used: images are built for the machine that runs them"),
  shm_size: noted("is not applied to the build"),
  ulimits: noted("is not applied to the build"),

  additional_contexts: refused(
    "adds further contexts to the build, which is not supported",
    "Make context: a folder that holds everything the Dockerfile needs.",
  ),
  entitlements: refused("gives the build powers over the host", "Remove it."),
  extra_hosts: refused("overrides the addresses of host names in the build", "Remove it."),
  network: refused(
    "gives the build access to a network of the host",
    "Remove it.",
    (field: Field) => text(field) === "default",
  ),
  privileged: refused(
    "gives the build access to the whole host",
    "Remove it.",
    (field: Field) => flag(field) === false,
  ),
  secrets: refused(
    "passes secrets to the build, which is not supported",
    "Build without them; at run time, secrets are files in the container.",
  ),
  ssh: refused("passes an SSH agent of the host to the build", "Copy private code into the repository, or publish it."),
};

function isTrue(field: Field): boolean {
  return flag(field) === true;
}
