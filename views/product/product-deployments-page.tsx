import { routes } from "../../server/routes.ts";
import { type DeploymentList, DeploymentListPart, StatusFilters } from "../deployment/deployment-list.tsx";
import type { LiveStream, PageFrame } from "../frame/frame.ts";
import { ProductFrame, type ProductHeadProps } from "./product-frame.tsx";

export function ProductDeploymentsPage(props: {
  readonly frame: PageFrame;
  readonly head: ProductHeadProps;
  readonly list: DeploymentList;
  readonly stream: LiveStream;
}) {
  const { frame, head, list, stream } = props;
  const at = placeOfList(head);
  return (
    <ProductFrame frame={frame} head={head} tab="deployments" stream={stream}>
      <StatusFilters {...at} current={list.filter} />
      <DeploymentListPart {...at} list={list} now={frame.now} />
    </ProductFrame>
  );
}

/** The page that the list's own links lead to. */
export function placeOfList({ slug, environment }: Pick<ProductHeadProps, "slug" | "environment">) {
  return { path: routes.productDeployments(slug), query: environment === "production" ? {} : { environment } };
}
