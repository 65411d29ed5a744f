import { mustRun } from "../run.mjs";

/** Other systems, such as Ubuntu, have no Debian mirror of their own. */
const PUBLIC_MIRROR = "http://deb.debian.org/debian";

const format = "$(REPO_URI)|$(ORIGIN)|$(LABEL)";

/**
 * Returns the machine's own package sources. Their origins are known only from downloaded lists, which small images
 * lack.
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
 * Returns the Debian mirror that this machine already uses: the source labelled as Debian's main archive, else one
 * whose address looks like it, else the public one. The security archive has its own label and no unstable suite. A
 * wrong guess does no harm, because everything must be signed with the archive's key.
 *
 * @param {readonly Source[]} sources
 */
export function chooseMirror(sources) {
  const declared = sources.find((source) => source.origin === "Debian" && source.label === "Debian");
  const likely = sources.find((source) => isUnknown(source.origin) && /\/debian\/?$/.test(source.uri));
  return (declared ?? likely)?.uri ?? PUBLIC_MIRROR;
}

/** Whether the field is unknown. apt leaves such a field empty or prints its placeholder. */
const isUnknown = (field) => field === "" || field.startsWith("$(");
