/** The format for `apt-get indextargets`: one line for each package list of this machine. */
export const indexTargetFormat = "$(REPO_URI)|$(RELEASE)|$(COMPONENT)|$(ORIGIN)";

/**
 * The lines of a sources.list that install a suite from the servers that this machine uses for its own packages,
 * because it may reach no others. Other Debian releases are on the same servers. Empty on another system, where the
 * public mirror has to do. A wrong guess is harmless, because only packages signed by Debian's key are installed.
 */
export function debianSources(indexTargets: string, suite: string): readonly string[] {
  const lines = indexTargets.split("\n").flatMap((line) => {
    const [uri = "", release = "", component = "", origin = ""] = line.split("|");
    // apt only knows a list's publisher once it has fetched it, and prints the placeholder until then.
    const isDebian =
      origin === "Debian" || ((origin === "" || origin.startsWith("$(")) && /\/debian(?:-security)?\/?$/.test(uri));
    // Matches "bookworm", "bookworm-updates" and "bookworm-security", but no backports or proposed updates.
    const part = /^[a-z]+(|-updates|-security)$/.exec(release)?.[1];
    const fits = isDebian && component === "main" && part !== undefined && /^https?:\/\/[^\s|]+$/.test(uri);
    return fits ? [`deb ${uri} ${suite}${part} main`] : [];
  });
  return lines.some((line) => line.includes(` ${suite} `)) ? [...new Set(lines)] : [];
}
