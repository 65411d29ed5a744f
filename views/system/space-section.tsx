import type { Child } from "hono/jsx";
import { routes } from "../../server/routes.ts";
import type { CleaningState } from "../../server/rules/space/cleaning-state.ts";
import { isAnythingSafe, type SafeToRemove } from "../../server/rules/space/safe-to-remove.ts";
import type { ProductSpace, SpaceUse } from "../../server/rules/space/space-by-product.ts";
import { counted } from "../../server/rules/wording/duration-text.ts";
import { sizeText } from "../../server/rules/wording/size-text.ts";
import type { PageFrame } from "../frame/frame.ts";
import { offers } from "../frame/offers.ts";
import { CsrfField } from "../ui/form/csrf-field.tsx";
import { RelativeTime } from "../ui/time.tsx";

export interface SpaceProps {
  readonly use: SpaceUse;
  readonly safe: SafeToRemove;
  readonly cleaning: CleaningState;
  /** How many versions of a product keep their images. */
  readonly keepVersions: number;
  /** How long they keep them after they were replaced; null means no limit. */
  readonly keepVersionDays: number | null;
}

const shownProducts = 20;

/** What takes the space, by product, and what is safe to remove. */
export function SpaceSection({ frame, space }: { readonly frame: PageFrame; readonly space: SpaceProps | null }) {
  return (
    <section class="card space" id="space" aria-labelledby="space-title">
      <h2 id="space-title">What takes the space</h2>
      {space ? (
        <>
          <SpaceTable use={space.use} />
          <SafePart frame={frame} space={space} />
        </>
      ) : (
        <p class="muted">Baton is still adding it up. Reload the page in a moment.</p>
      )}
    </section>
  );
}

function SpaceTable({ use }: { readonly use: SpaceUse }) {
  const { products, otherImagesBytes, otherVolumesBytes, buildCacheBytes } = use;
  const [shown, others] = [products.slice(0, shownProducts), products.slice(shownProducts)];
  return (
    <div class="space-table">
      <table>
        <thead>
          <tr>
            <th scope="col">Product</th>
            <th scope="col">Images</th>
            <th scope="col">Volumes</th>
            <th scope="col">Repository</th>
            <th scope="col">Backups</th>
            <th scope="col">Total</th>
          </tr>
        </thead>
        <tbody>
          {shown.map((product) => (
            <Row name={<a href={routes.product(product.slug)}>{product.slug}</a>} part={product} />
          ))}
          {others.length > 0 && <Row name={`${others.length} more`} part={together(others)} />}
          <Row name="Shared layers, other images" part={{ imagesBytes: otherImagesBytes, bytes: otherImagesBytes }} />
          <Row name="Other volumes" part={{ volumesBytes: otherVolumesBytes, bytes: otherVolumesBytes }} />
          <Row name="Build cache" part={{ bytes: buildCacheBytes }} />
        </tbody>
      </table>
    </div>
  );
}

type Part = Partial<Omit<ProductSpace, "slug">>;

function Row({ name, part }: { readonly name: Child; readonly part: Part }) {
  const { imagesBytes, volumesBytes, repositoryBytes, backupsBytes, bytes } = part;
  return (
    <tr>
      <th scope="row">{name}</th>
      {[imagesBytes, volumesBytes, repositoryBytes, backupsBytes].map((size) => (
        <td>{size ? sizeText(size) : <span class="muted">–</span>}</td>
      ))}
      <td class="space-total">{sizeText(bytes ?? 0)}</td>
    </tr>
  );
}

function together(products: readonly ProductSpace[]): Part {
  const sum = (part: Exclude<keyof ProductSpace, "slug">) => products.reduce((total, one) => total + one[part], 0);
  return {
    imagesBytes: sum("imagesBytes"),
    volumesBytes: sum("volumesBytes"),
    repositoryBytes: sum("repositoryBytes"),
    backupsBytes: sum("backupsBytes"),
    bytes: sum("bytes"),
  };
}

function SafePart({ frame, space }: { readonly frame: PageFrame; readonly space: SpaceProps }) {
  const { safe, cleaning, keepVersions, keepVersionDays } = space;
  return (
    <>
      <h3>Safe to remove</h3>
      {cleaning.type === "done" && (
        <p class="muted small">
          Last removed: about {sizeText(cleaning.bytes)}, <RelativeTime at={cleaning.at} now={frame.now} />.
        </p>
      )}
      {cleaning.type === "asked" ? (
        <p>Baton is removing it. Reload the page in a moment.</p>
      ) : isAnythingSafe(safe) ? (
        <>
          <ul class="space-safe">
            {linesOf(safe).map((line) => (
              <li>{line}</li>
            ))}
          </ul>
          <p class="muted small">
            The live and the stopped versions, the last {keepVersions} of each product in each environment
            {keepVersionDays !== null && ` that were replaced in the last ${counted(keepVersionDays, "day")}`}, volumes,
            backups, and images that Baton didn't build stay.
          </p>
          {offers(frame, routes.systemFreeSpace.post) && (
            <form method="post" action={routes.systemFreeSpace()}>
              <CsrfField token={frame.csrf} />
              <button class="button" type="submit">
                Remove what is safe (about {sizeText(safe.bytes)})
              </button>
            </form>
          )}
        </>
      ) : (
        <p class="muted">Nothing at the moment.</p>
      )}
    </>
  );
}

function linesOf({ oldImages, leftovers, cacheBytes }: SafeToRemove): readonly string[] {
  const images = (count: number) => (count === 1 ? "1 image" : `${count} images`);
  return [
    ...(oldImages.count > 0 ? [`${images(oldImages.count)} of older versions: ${sizeText(oldImages.bytes)}`] : []),
    ...(leftovers.count > 0
      ? [`${images(leftovers.count)} left by earlier or failed builds: ${sizeText(leftovers.bytes)}`]
      : []),
    ...(cacheBytes !== null && cacheBytes > 0
      ? [
          `The unused build cache: ${sizeText(cacheBytes)}. Everyone who builds with this Docker shares it; the next builds are slower.`,
        ]
      : []),
  ];
}
