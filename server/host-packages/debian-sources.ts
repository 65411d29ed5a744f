/** The format that `apt-get indextargets` is asked for: a line for each package list of this machine. */
export const indexTargetFormat = "$(REPO_URI)|$(RELEASE)|$(COMPONENT)|$(ORIGIN)";

/**
 * Lines for a sources.list that install a suite from where this machine has its own packages: it may reach nothing
 * else. A Debian of another release has the same servers. Empty on another system: then the public mirror has to do. A
 * wrong guess does no harm, because nothing is taken that Debian's key has not signed.
 */
export function debianSources(indexTargets: string, suite: string): readonly string[] {
  const lines = indexTargets.split("\n").flatMap((line) => {
    const [uri = "", release = "", component = "", origin = ""] = line.split("|");
    // apt knows who publishes a list only once it has fetched it; until then it prints the placeholder.
    const isDebian =
      origin === "Debian" || ((origin === "" || origin.startsWith("$(")) && /\/debian(?:-security)?\/?$/.test(uri));
    // "bookworm", "bookworm-updates", "bookworm-security"; no backports, no proposed updates.
    const part = /^[a-z]+(|-updates|-security)$/.exec(release)?.[1];
    const fits = isDebian && component === "main" && part !== undefined && /^https?:\/\/[^\s|]+$/.test(uri);
    return fits ? [`deb ${uri} ${suite}${part} main`] : [];
  });
  return lines.some((line) => line.includes(` ${suite} `)) ? [...new Set(lines)] : [];
}
