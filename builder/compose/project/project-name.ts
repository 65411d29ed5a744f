import { type Lookup, substitute } from "../../../server/model/deployment/template.ts";
import { parseYaml } from "../read/parse-yaml.ts";

/**
 * Returns Compose's name for the project, which a file may refer to as COMPOSE_PROJECT_NAME. Null when nothing gives
 * one.
 */
export function projectName(source: string, folder: string, variables: Lookup): string | null {
  const { root } = parseYaml(source, "", folder);
  const written = root?.type === "mapping" ? root.entries.get("name")?.value : undefined;
  const template = written?.type === "scalar" && written.value !== null ? String(written.value) : null;
  const named = template === null ? null : substitute(template, variables);
  const own = named?.type === "text" ? named.text : folder.split("/").at(-1);
  return variables("COMPOSE_PROJECT_NAME") ?? (own || null);
}
