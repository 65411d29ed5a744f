import { counted } from "./duration-text.ts";

const named = 8;

/** Says what `npm run down` is about to remove, for the confirmation prompt. */
export function removalSummary(facts: {
  readonly products: readonly string[];
  /** The volumes' names in Docker. */
  readonly volumes: readonly string[];
  /** The names of the other machines in its cluster. */
  readonly machines?: readonly string[];
  readonly dataFolder: string;
  readonly isRunning: boolean;
}): string {
  const { products, volumes, machines = [], dataFolder, isRunning } = facts;
  const whose = products.length === 1 ? "its" : "their";
  const what =
    products.length === 0
      ? "no products"
      : `${counted(products.length, "product")} (${some(products)}), with ${whose} containers and images`;
  const data =
    volumes.length === 0 ? "" : `, ${counted(volumes.length, "volume")} of data (${some(volumes.map(short))})`;
  const cluster = machines.length === 0 ? "" : `, the cluster (${some(machines)} stay behind without it)`;
  const first = isRunning ? "This stops Baton, which is running, and removes" : "This removes";
  return `${first} everything that belongs to ${dataFolder}: ${what}${data}${cluster}, the repositories and the database. This can't be undone.`;
}

function some(names: readonly string[]): string {
  const more = names.length - named;
  return listed(more > 0 ? [...names.slice(0, named), `${more} more`] : names);
}

/** The volume's name in its compose file, after the name of its stack. */
function short(volume: string): string {
  return volume.replace(/^baton-\w+-i\d+-/, "");
}

/** Joins items: "a", "a and b", "a, b and c". */
export function listed(items: readonly string[]): string {
  return items.length < 2 ? items.join("") : `${items.slice(0, -1).join(", ")} and ${items.at(-1)}`;
}

/** What became of a product's data, for the activity log. */
export function volumesText(keepVolumes: boolean): string {
  return keepVolumes ? "its volumes were kept" : "with its volumes";
}
