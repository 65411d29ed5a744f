import { routes } from "../../server/routes.ts";
import { sentence } from "../text/capital.ts";
import type { PageFrame } from "./frame.ts";
import { Layout } from "./layout.tsx";

export function ProblemPage(props: { readonly frame: PageFrame; readonly status: number; readonly message: string }) {
  const { frame, status, message } = props;
  return (
    <Layout frame={frame}>
      <section class="notice-page">
        <p class="eyebrow">{status}</p>
        <h1>{frame.title}</h1>
        <p class="lead">{sentence(message)}</p>
        {status !== 421 && (
          <p>
            <a class="button" href={routes.home()}>
              Back to products
            </a>
          </p>
        )}
      </section>
    </Layout>
  );
}
