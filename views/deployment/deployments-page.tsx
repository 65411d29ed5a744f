import { routes } from "../../server/routes.ts";
import type { LiveStream, PageFrame } from "../frame/frame.ts";
import { Layout } from "../frame/layout.tsx";
import { LiveRegion } from "../frame/live-region.tsx";
import { type DeploymentList, DeploymentListPart, StatusFilters } from "./deployment-list.tsx";

export function DeploymentsPage(props: {
  readonly frame: PageFrame;
  readonly list: DeploymentList;
  /** Null shows the deployments of all products. */
  readonly product: string | null;
  /** Those to choose from; "many" when a list of them would be too long. */
  readonly products: readonly string[] | "many";
  readonly stream: LiveStream;
}) {
  const { frame, list, product, products, stream } = props;
  const at = placeOfAll(product);
  return (
    <Layout frame={frame} hasStream>
      <h1>{frame.title}</h1>
      <div class="toolbar">
        <StatusFilters {...at} current={list.filter} />
        {(products === "many" || products.length > 1) && (
          <form class="picker" method="get" action={routes.deployments()}>
            {list.filter !== "all" && <input type="hidden" name="status" value={list.filter} />}
            <label for="product">Product</label>
            <ProductField product={product} products={products} />
            <button class="button small" type="submit">
              Show
            </button>
          </form>
        )}
      </div>
      <LiveRegion stream={stream}>
        <DeploymentListPart {...at} list={list} now={frame.now} />
      </LiveRegion>
    </Layout>
  );
}

function ProductField(props: { readonly product: string | null; readonly products: readonly string[] | "many" }) {
  const { product, products } = props;
  if (products === "many") {
    return (
      <input
        id="product"
        type="search"
        name="product"
        value={product ?? ""}
        placeholder="All"
        autocomplete="off"
        autocapitalize="none"
        spellcheck={false}
      />
    );
  }
  return (
    <select id="product" name="product" data-submits="">
      <option value="">All</option>
      {products.map((slug) => (
        <option value={slug} selected={slug === product}>
          {slug}
        </option>
      ))}
    </select>
  );
}

/** The page that the list's own links lead to. */
export function placeOfAll(product: string | null) {
  return { path: routes.deployments(), query: product === null ? {} : { product } };
}
