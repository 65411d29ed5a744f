import { slugRule } from "../../server/model/product.ts";
import { routes } from "../../server/routes.ts";
import type { LiveStream, PageFrame } from "../frame/frame.ts";
import { Layout } from "../frame/layout.tsx";
import { LiveRegion } from "../frame/live-region.tsx";
import { capital } from "../text/capital.ts";
import { CsrfField } from "../ui/form/csrf-field.tsx";
import { TextField } from "../ui/form/text-field.tsx";
import { CopyLines, pushLine, TokenHint } from "../ui/push-lines.tsx";

export interface NewProductProps {
  /** The push URL of a product that does not exist yet. */
  readonly gitUrl: (slug: string) => string;
  /** The values of a repository form that was refused, and what is wrong with them. */
  readonly form: { readonly name: string; readonly repository: string; readonly branch: string };
  readonly error: string | null;
  readonly sample: {
    /** A free name for the sample app. */
    readonly slug: string;
    /** The name of the sample app that somebody installed before; null if nobody has. */
    readonly existing: string | null;
    readonly error: string | null;
  };
}

export function NewProductPage(props: {
  readonly frame: PageFrame;
  readonly product: NewProductProps;
  readonly stream: LiveStream;
}) {
  const { frame, product, stream } = props;
  const { gitUrl, form, error, sample } = product;
  return (
    <Layout frame={frame} hasStream>
      <p class="crumbs">
        <a href={routes.home()}>Products</a>
        <span aria-current="page">New</span>
      </p>
      <header>
        <h1>New product</h1>
        <p class="muted">
          Choose how to start. Baton builds anything with a Dockerfile or compose file, and Node, Python, Go and static
          apps without one.
        </p>
      </header>
      <section class="card way" aria-labelledby="push-title">
        <h2 id="push-title">Push from a terminal</h2>
        <p>
          Run this in your app's folder. Replace <code>my-app</code> with any name you like; the first push creates the
          product.
        </p>
        <CopyLines
          id="push-lines"
          lines={[
            "git init -b main",
            "git add -A",
            'git commit -m "First version"',
            pushLine(gitUrl("my-app"), "main"),
          ]}
        />
        <p class="muted small">
          <TokenHint reader={frame} /> Already a Git repository? You only need the last line.
        </p>
        <LiveRegion stream={stream}>
          <FirstPush product={null} />
        </LiveRegion>
      </section>
      <section class="card way" aria-labelledby="repository-title">
        <h2 id="repository-title">Connect a repository</h2>
        <p>
          Baton fetches it from GitHub or any other Git server. Next you'll get a webhook to add there, so every push
          deploys automatically.
        </p>
        {error && (
          <p class="field-error" role="alert" id="form-error">
            {capital(error)}.
          </p>
        )}
        <form class="fields" method="post" action={routes.newProduct()}>
          <CsrfField token={frame.csrf} />
          <TextField
            name="name"
            label="Name"
            value={form.name}
            required
            maxlength={40}
            pattern="[a-z](?:-?[a-z0-9])*"
            title={slugRule}
            placeholder="my-app"
          />
          <TextField
            name="repository"
            label="Repository"
            width="grow"
            value={form.repository}
            required
            maxlength={500}
            placeholder="https://github.com/you/my-app.git"
          />
          <TextField name="branch" label="Branch" value={form.branch} maxlength={250} placeholder="main" />
          <button class="button primary" type="submit">
            Connect
          </button>
        </form>
      </section>
      <section class="card way" aria-labelledby="sample-title">
        <h2 id="sample-title">Try the sample app</h2>
        <p>
          No app handy? Deploy the built-in sample as <code>{sample.slug}</code>. You can delete it like any other
          product.
        </p>
        {sample.existing !== null && (
          <p>
            You already have one: <a href={routes.product(sample.existing)}>{sample.existing}</a>.
          </p>
        )}
        {sample.error && (
          <p class="field-error" role="alert">
            {capital(sample.error)}.
          </p>
        )}
        <form method="post" action={routes.newSample()}>
          <CsrfField token={frame.csrf} />
          <input type="hidden" name="name" value={sample.slug} />
          <button class="button primary" type="submit">
            Deploy the sample app
          </button>
        </form>
      </section>
    </Layout>
  );
}

export const firstPushId = "first-push";

/** Waits for the first push of a new product, then leads to its page. */
export function FirstPush({
  product,
}: {
  readonly product: { readonly slug: string; readonly deploymentId: number } | null;
}) {
  return (
    <p id={firstPushId} class="state tone-busy" role="status">
      {product ? (
        <>
          {product.slug} has been pushed:{" "}
          <a href={routes.deployment(product.deploymentId)} data-move-on="">
            watch the deployment
          </a>
        </>
      ) : (
        <span>
          Waiting for the first push. <span class="with-script">This page updates automatically.</span>
          <span class="without-script">
            Then it appears in the list of <a href={routes.home()}>products</a>.
          </span>
        </span>
      )}
    </p>
  );
}
