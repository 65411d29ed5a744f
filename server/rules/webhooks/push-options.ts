import { type PushWatch, pushWatches } from "../../model/product.ts";

/** The options of `git push -o`. */
export interface PushOptions {
  /** Return at once, before anything is built. */
  readonly detach: boolean;
  readonly watch: PushWatch;
  /** One line for each unknown option. */
  readonly remarks: readonly string[];
}

/** Parses the options of a push. `usual` is the product's setting for the watch window. The last option wins. */
export function readPushOptions(options: readonly string[], usual: PushWatch): PushOptions {
  let detach = false;
  let watch = usual;
  const remarks: string[] = [];
  for (const option of options) {
    const asked = pushWatches.find((name) => option === `watch=${name}`);
    if (option === "detach") detach = true;
    else if (asked) watch = asked;
    else remarks.push(`Ignored push option ${option}: Baton knows detach, watch=background and watch=wait`);
  }
  return { detach, watch, remarks };
}
