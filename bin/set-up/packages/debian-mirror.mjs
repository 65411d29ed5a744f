import { mustRun } from "../run.mjs";

const format = "$(REPO_URI)|$(ORIGIN)|$(LABEL)";

/**
 * The machine's own package sources. Who publishes one is known from its lists only, which small images come without.
 *
 * @typedef {{ uri: string, origin: string, label: string }} Source
 * @returns {Promise<Source[]>}
 */
export async function listSources() {
  const output = await mustRun("apt-get", ["indextargets", "--format", format, "Created-By: Packages"]);
  return parseSources(output);
}

/** @returns {Source[]} */
export function parseSources(output) {
  return output
    .split("\n")
    .map((line) => line.split("|"))
    .filter((fields) => fields.length === 3)
    .map(([uri, origin, label]) => ({ uri, origin, label }));
}

/**
 * The mirror of Debian that this machine uses already: the one that says it is Debian's main archive (the security
 * archive has a label of its own, and no unstable suite), else one whose address looks like it. A wrong guess does
 * no harm: nothing is taken that the archive's key has not signed.
 *
 * @param {readonly Source[]} sources
 */
export function chooseMirror(sources) {
  const declared = sources.find((source) => source.origin === "Debian" && source.label === "Debian");
  const likely = sources.find((source) => isUnknown(source.origin) && /\/debian\/?$/.test(source.uri));
  return (declared ?? likely)?.uri ?? null;
}

/** apt leaves a field that it cannot fill empty, or prints its placeholder. */
const isUnknown = (field) => field === "" || field.startsWith("$(");
