/** The format that `apt-get indextargets` is asked for: a line for each package list of this machine. */
export const indexTargetFormat = "$(REPO_URI)|$(RELEASE)|$(COMPONENT)|$(ORIGIN)";

/**
 * Lines for a sources.list that install a suite from where this machine has its own packages: it may reach nothing
 * else. Empty when it is another suite or system: then the public mirror has to do. A wrong guess does no harm, because
 * nothing is taken that Debian's key has not signed.
 */
export function debianSources(indexTargets: string, suite: string): readonly string[] {
  const releases = [suite, `${suite}-updates`, `${suite}-security`];
  const lines = indexTargets.split("\n").flatMap((line) => {
    const [uri = "", release = "", component = "", origin = ""] = line.split("|");
    // apt knows who publishes a list only once it has fetched it; until then it prints the placeholder.
    const isDebian =
      origin === "Debian" || ((origin === "" || origin.startsWith("$(")) && /\/debian(?:-security)?\/?$/.test(uri));
    const fits = isDebian && component === "main" && releases.includes(release) && /^https?:\/\/[^\s|]+$/.test(uri);
    return fits ? [`deb ${uri} ${release} main`] : [];
  });
  return lines.some((line) => line.includes(` ${suite} `)) ? [...new Set(lines)] : [];
}
