import { routes } from "../../server/routes.ts";
import { type ProductSort, productSorts } from "../../server/rules/products/product-list.ts";
import type { LiveStream, PageFrame, Reader } from "../frame/frame.ts";
import { Layout } from "../frame/layout.tsx";
import { LiveRegion } from "../frame/live-region.tsx";
import { offers } from "../frame/offers.ts";
import { ProductList, type ProductListProps, productListId } from "../product/product-list.tsx";
import { Notice } from "../ui/outcome.tsx";
import { PushLines, TokenHint } from "../ui/push-lines.tsx";
import { SetUpHint } from "./set-up-page.tsx";

export interface HomeProps {
  /** Null if there are no products yet. */
  readonly list: ProductListProps | null;
  /** The URL to push a new product to. */
  readonly gitUrl: string;
}

export function HomePage(props: {
  readonly frame: PageFrame;
  readonly home: HomeProps;
  readonly stream: LiveStream;
  /** The number of set-up steps that are left. At 0 the page does not mention them. */
  readonly setUpStepsLeft: number;
  readonly notice: string | null;
}) {
  const { frame, home, stream, setUpStepsLeft, notice } = props;
  return (
    <Layout frame={frame} hasStream>
      <header class="page-head">
        <h1>Products</h1>
        {offers(frame, routes.newProduct.get) && (
          <a class="button primary" href={routes.newProduct()}>
            New product
          </a>
        )}
      </header>
      <Notice text={notice} />
      {setUpStepsLeft > 0 && <SetUpHint left={setUpStepsLeft} reader={frame} />}
      {home.list?.hasTools && <Finder list={home.list} />}
      <LiveRegion stream={stream}>
        <HomeList home={home} now={frame.now} reader={frame} />
      </LiveRegion>
    </Layout>
  );
}

/** The part that the stream replaces. The search above it stays, with what the user is typing. */
export function HomeList(props: {
  readonly home: HomeProps;
  readonly now: Date;
  readonly reader: Pick<Reader, "allowed">;
}) {
  const { home, now, reader } = props;
  return home.list ? <ProductList list={home.list} now={now} /> : <NoProducts gitUrl={home.gitUrl} reader={reader} />;
}

const sortNames: Readonly<Record<ProductSort, string>> = {
  attention: "Needs attention first",
  name: "Name",
  recent: "Last deployment",
};

function Finder({ list }: { readonly list: ProductListProps }) {
  const { q, state, sort, view } = list.query;
  return (
    <form class="finder" method="get" action={routes.home()}>
      {state !== "all" && <input type="hidden" name="state" value={state} />}
      {view !== null && <input type="hidden" name="view" value={view} />}
      <label class="visually-hidden" for="q">
        Search products by name
      </label>
      <input
        id="q"
        name="q"
        type="search"
        value={q}
        maxlength={100}
        autocomplete="off"
        spellcheck={false}
        placeholder="Search by name"
        data-shortcut="/"
      />
      <button class="button" type="submit">
        Search
      </button>
      <label class="finder-sort">
        Sort by
        <select name="sort" data-submits="">
          {productSorts.map((each) => (
            <option value={each} selected={each === sort}>
              {sortNames[each]}
            </option>
          ))}
        </select>
      </label>
    </form>
  );
}

function NoProducts(props: { readonly gitUrl: string; readonly reader: Pick<Reader, "allowed"> }) {
  const { gitUrl, reader } = props;
  if (!offers(reader, routes.newProduct.get)) {
    return (
      <div id={productListId} class="card empty" data-mood="idle">
        <h2>No products yet</h2>
        <p>There is none that you may see. Maintainers create products; administrators give people access to them.</p>
      </div>
    );
  }
  return (
    <div id={productListId} class="card empty" data-mood="idle">
      <h2>No products yet. Push your first one.</h2>
      <p>
        In a folder with a Dockerfile, a Node app or an <code>index.html</code>, commit and push. The first push creates
        the product and prints its address.
      </p>
      <PushLines gitUrl={gitUrl} branch="main" />
      <p class="muted">
        <TokenHint reader={reader} /> Or <a href={routes.newProduct()}>connect a repository instead</a>.
      </p>
    </div>
  );
}
