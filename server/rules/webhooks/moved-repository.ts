import type { LedgerDetail } from "../../ports/store/deliveries.ts";
import { isSameRepository } from "./repository-url.ts";

/**
 * Where a product's repository has apparently moved: its webhook, which moves with it, last named another one. Null
 * when there is no sign of that. An organisation's webhook names all of its repositories, so it says nothing about this
 * one.
 */
export function movedTo(
  repository: string | null,
  newest: Pick<LedgerDetail, "event" | "headers"> | null,
): string | null {
  if (repository === null || !newest?.event || !("repository" in newest.event)) return null;
  const target = newest.headers?.["x-github-hook-installation-target-type"] ?? "repository";
  const [named = null] = newest.event.repository;
  return target === "repository" && named !== null && !isSameRepository(repository, newest.event.repository)
    ? named
    : null;
}
