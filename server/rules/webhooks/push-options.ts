import { type PushWatch, pushWatches } from "../../model/product.ts";

/** What `git push -o` asks for. */
export interface PushOptions {
  /** Return at once, before anything is built. */
  readonly detach: boolean;
  readonly watch: PushWatch;
  /** One line for each option that nobody understands. */
  readonly remarks: readonly string[];
}

/** Reads the options of a push; `usual` is what its product does about the watch window. The last word wins. Pure. */
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
