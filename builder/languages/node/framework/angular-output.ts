import { z } from "zod";
import type { SourceTree } from "../../../plan/plan.ts";
import { parseJsonWithComments } from "../../../source/json-with-comments.ts";

const build = z.object({
  builder: z.string().catch(""),
  options: z
    .object({
      outputPath: z
        .union([z.string(), z.object({ base: z.string(), browser: z.string().optional() })])
        .optional()
        .catch(undefined),
      server: z.unknown().optional(),
      ssr: z.unknown().optional(),
      outputMode: z.string().optional().catch(undefined),
    })
    .catch({}),
});
const schema = z.object({
  defaultProject: z.string().optional().catch(undefined),
  projects: z.record(
    z.string(),
    z.object({ projectType: z.string().optional(), architect: z.object({ build: build.optional() }).optional() }),
  ),
});

/**
 * Returns the folder where `ng build` writes the pages of the first application. Null when it builds a server or the
 * configuration does not say.
 */
export async function angularOutput(tree: SourceTree): Promise<string | null> {
  const workspace = schema.safeParse(parseOrNull((await tree.read("angular.json")) ?? "null"));
  if (!workspace.success) return null;
  const { projects, defaultProject } = workspace.data;
  const applications = Object.entries(projects).filter(([, project]) => project.projectType !== "library");
  const [name, project] = applications.find(([key]) => key === defaultProject) ?? applications[0] ?? [];
  const target = project?.architect?.build;
  if (name === undefined || target === undefined) return null;

  const { outputPath, server, ssr, outputMode } = target.options;
  const makesServer = outputMode !== "static" && (Boolean(server) || Boolean(ssr));
  if (makesServer) return null;
  const base = (typeof outputPath === "object" ? outputPath.base : outputPath) ?? `dist/${name}`;
  // The newer builder keeps pages apart from the files of a server.
  const isNewer = /:application$/.test(target.builder);
  const browser = (typeof outputPath === "object" ? outputPath.browser : undefined) ?? "browser";
  return isNewer && browser !== "" ? `${base}/${browser}` : base;
}

function parseOrNull(text: string): unknown {
  try {
    return parseJsonWithComments(text);
  } catch {
    return null;
  }
}
