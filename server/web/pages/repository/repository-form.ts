import { branchFieldName } from "../../../../views/repository/repository-card.tsx";
import type { Product } from "../../../model/product.ts";
import type { ProductChanges } from "../../../ports/store/products.ts";
import { splitPathPatterns } from "../../../rules/webhooks/path-filter.ts";
import { withoutCredentials } from "../../../rules/webhooks/repository-url.ts";
import { faultSentence } from "../../api/fault-words.ts";
import { productChangesSchema } from "../../api/schemas/products/products.ts";
import { sourceChangesSchema } from "../../api/schemas/products/sources.ts";
import { Problem } from "../../http/problem.ts";
import type { PageNeeds } from "../page.ts";

const labels: Readonly<Record<string, string>> = {
  repository: "URL",
  branch: "Branch",
  rootDirectory: "Root directory",
  paths: "Deploy only when these change",
  pollMinutes: "Poll every (minutes)",
  token: "Token",
};

/** Reads the changes that the form of the repository asks for. Throws a Problem that names the field. */
export async function repositoryChanges(
  { catalog }: Pick<PageNeeds, "catalog">,
  product: Product,
  form: URLSearchParams,
): Promise<ProductChanges> {
  const url = fieldOf(form, "repository");
  const { repository = null } = checked(productChangesSchema.safeParse({ repository: url || null }));
  const branches = (await catalog.placesOf(product)).flatMap(({ environment, installation }) => {
    const typed = fieldOf(form, branchFieldName(environment.name));
    if (typed === "") return [];
    const { branch = "" } = checked(productChangesSchema.safeParse({ branch: typed }));
    return [{ installation: installation.id, branch }];
  });
  const minutes = fieldOf(form, "pollMinutes");
  const { rootDirectory, paths, pollMinutes } = checked(
    sourceChangesSchema.safeParse({
      rootDirectory: fieldOf(form, "rootDirectory"),
      paths: splitPathPatterns(fieldOf(form, "paths")),
      pollMinutes: minutes === "" ? null : Number(minutes),
    }),
  );
  const source = {
    ...(rootDirectory !== undefined && { rootDirectory }),
    ...(paths !== undefined && { paths }),
    ...(pollMinutes !== undefined && { pollMinutes }),
  };
  return { repository, branches, source };
}

/** The token to store; null removes the stored one. */
export function tokenIn(form: URLSearchParams): string | null {
  if (form.has("remove")) return null;
  return checked(sourceChangesSchema.safeParse({ token: fieldOf(form, "token") })).token ?? null;
}

/** The form as it was sent, without a password in the URL. */
export function typedAgain(form: URLSearchParams): URLSearchParams {
  const typed = new URLSearchParams(form);
  typed.set("repository", withoutCredentials(fieldOf(form, "repository")));
  return typed;
}

function fieldOf(form: URLSearchParams, name: string): string {
  return form.get(name)?.trim() ?? "";
}

type Parsed<T> =
  | { readonly success: true; readonly data: T }
  | { readonly success: false; readonly error: Parameters<typeof faultSentence>[0] };

function checked<T>(parsed: Parsed<T>): T {
  if (parsed.success) return parsed.data;
  throw new Problem(
    400,
    "invalid",
    faultSentence(parsed.error, (path) => labels[path.split(".")[0] ?? ""] ?? path),
  );
}
