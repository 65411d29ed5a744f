import { DeletePage, type DeleteProps } from "../../../../views/product/delete-page.tsx";
import { specOf } from "../../../model/deployment/deployment.ts";
import type { Product } from "../../../model/product.ts";
import { routes } from "../../../routes.ts";
import { volumesText } from "../../../rules/wording/removal-summary.ts";
import { noteDetail } from "../../http/audit.ts";
import { readForm } from "../../http/form.ts";
import type { WebContext } from "../../http/web-context.ts";
import type { InstallationRef } from "../../read/catalog.ts";
import { dataAtStake } from "../../read/known-data.ts";
import { frameOf, type PageNeeds } from "../page.ts";
import { liveOf } from "../product/live-version.ts";

/** Deletes a product, or removes it from one environment, after its name was typed. */
export function createProductDeletionPages(needs: PageNeeds) {
  const { endpoints, commands, catalog } = needs;

  return endpoints
    .router()
    .on(routes.productDelete.get, async (c) => {
      const product = await catalog.product(c.req.param("slug") ?? "");
      return c.html(await deletion(c, needs, { product, part: await partOf(c, needs, product), refused: null }));
    })

    .on(routes.productDelete.post, async (c) => {
      const product = await catalog.product(c.req.param("slug") ?? "");
      const part = await partOf(c, needs, product);
      const form = await readForm(c);
      if (form.get("confirm")?.trim() !== product.slug) {
        const refused = {
          message: `Type ${product.slug} exactly to confirm.`,
          typed: form.get("confirm") ?? "",
          volumes: form.get("volumes") === "delete" ? ("delete" as const) : ("keep" as const),
        };
        return c.html(await deletion(c, needs, { product, part, refused }), 400);
      }
      const options = { keepVolumes: form.get("volumes") !== "delete" };
      noteDetail(c, volumesText(options.keepVolumes));
      if (part === null) await commands.deleteProduct(product, options);
      else await commands.uninstall(part.installation.id, options);
      const query = new URLSearchParams({
        done: options.keepVolumes ? "deleted" : "deleted-with-data",
        product: product.slug,
        ...(part && { environment: part.environment.name }),
      });
      return c.redirect(`${routes.home()}?${query}`, 303);
    });
}

/**
 * The installation that the URL asks to delete. Null means the whole product, which its main environment stands for.
 */
async function partOf(c: WebContext, { catalog }: PageNeeds, product: Product): Promise<InstallationRef | null> {
  const [main] = await catalog.placesOf(product);
  if (!main) return null;
  const asked = await catalog.placeIn(product, c.req.query("environment"));
  return asked.installation.id === main.installation.id ? null : asked;
}

async function deletion(
  c: WebContext,
  needs: PageNeeds,
  asked: { readonly product: Product; readonly part: InstallationRef | null; readonly refused: DeleteProps["refused"] },
) {
  const { product, part, refused } = asked;
  const places = await needs.catalog.placesOf(product);
  return DeletePage({
    frame: frameOf(c, needs, { title: `Delete ${product.slug}`, section: "products", product }),
    deletion: {
      slug: product.slug,
      environment: part?.environment.name ?? places[0]?.environment.name ?? "production",
      isWhole: part === null,
      environments: places.map((other) => other.environment.name),
      atStake: await atStakeIn(needs, part === null ? places : [part], c.req.raw.signal),
      refused,
    },
  });
}

async function atStakeIn(needs: PageNeeds, places: readonly InstallationRef[], signal: AbortSignal) {
  const found = await Promise.all(
    places.map(async ({ installation }) => {
      const live = await liveOf(needs.store, installation);
      const spec = live && specOf(live.deployment);
      return spec ? dataAtStake(needs, spec, signal) : [];
    }),
  );
  const distinct = new Map(found.flat().map((each) => [`${each.service} ${each.path}`, each]));
  return [...distinct.values()];
}
