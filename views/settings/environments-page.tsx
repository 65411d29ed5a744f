import { routes } from "../../server/routes.ts";
import { counted } from "../../server/rules/wording/duration-text.ts";
import type { PageFrame, Reader } from "../frame/frame.ts";
import { Layout } from "../frame/layout.tsx";
import { offers } from "../frame/offers.ts";
import { inEnvironment } from "../text/in-environment.ts";
import { CsrfField } from "../ui/form/csrf-field.tsx";
import { TextField } from "../ui/form/text-field.tsx";
import { Fault, Notice } from "../ui/outcome.tsx";

export interface EnvironmentsProps {
  readonly environments: readonly EnvironmentView[];
  /** The values in the form: those that were refused, or the defaults. */
  readonly typed: Readonly<Record<"name" | "domain" | "branch" | "copyFrom", string>>;
  readonly error: string | null;
  readonly notice: string | null;
  readonly copied: readonly CopiedView[];
}

interface EnvironmentView {
  readonly name: string;
  /** The base domain that apps are served below. */
  readonly domain: string;
  readonly branch: string | null;
  /** How many variables its products share. */
  readonly variables: number;
  /** Slugs of the products installed there. */
  readonly products: readonly string[];
}

/** The result for one product of the environment that was copied. */
interface CopiedView {
  readonly product: string;
  readonly refused: string | null;
  readonly secrets: readonly string[];
}

export function EnvironmentsPage({ frame, page }: { readonly frame: PageFrame; readonly page: EnvironmentsProps }) {
  const { environments, typed, error, notice, copied } = page;
  return (
    <Layout frame={frame}>
      <p class="crumbs">
        {offers(frame, routes.system.get) && <a href={routes.system()}>System</a>}
        <span aria-current="page">Environments</span>
      </p>
      <h1>Environments</h1>
      <p class="muted">
        Each environment runs its own copy of the products installed in it, such as a staging copy from another branch.
      </p>
      <Notice text={notice} />
      <Fault text={error} />
      {copied.length > 0 && <Copied copied={copied} />}
      <div class="stack">
        {environments.map((environment) => (
          <Environment environment={environment} reader={frame} />
        ))}
        {offers(frame, routes.environments.post) && (
          <NewEnvironment names={environments.map(({ name }) => name)} typed={typed} csrf={frame.csrf} />
        )}
      </div>
    </Layout>
  );
}

/** An environment with more products names only these. */
const mostNamed = 50;

function Environment(props: { readonly environment: EnvironmentView; readonly reader: Reader }) {
  const { environment, reader } = props;
  const { name, domain, branch, variables, products } = environment;
  const id = `environment-${name}`;
  return (
    <section class="card" aria-labelledby={id}>
      <header class="page-head">
        <h2 id={id}>{name}</h2>
        {name !== "production" && products.length === 0 && offers(reader, routes.environmentRemove.post) && (
          <form method="post" action={routes.environmentRemove(name)}>
            <CsrfField token={reader.csrf} />
            <button class="button small" type="submit">
              Remove<span class="visually-hidden"> {name}</span>
            </button>
          </form>
        )}
      </header>
      <dl class="facts-list">
        <div>
          <dt>Apps at</dt>
          <dd>
            <code>{name === "production" ? `<product>.${domain}` : `<product>-${name}.${domain}`}</code>
          </dd>
        </div>
        {branch !== null && (
          <div>
            <dt>Branch</dt>
            <dd>
              <code>{branch}</code>
            </dd>
          </div>
        )}
        {offers(reader, routes.environmentVariables.get) && (
          <div>
            <dt>Variables</dt>
            <dd>
              <a href={routes.environmentVariables(name)}>
                {variables === 0 ? "Share variables" : counted(variables, "shared variable")}
                <span class="visually-hidden"> in {name}</span>
              </a>
            </dd>
          </div>
        )}
        <div>
          <dt>Products</dt>
          <dd>
            {products.length === 0
              ? "None yet"
              : products.slice(0, mostNamed).map((slug, index) => (
                  <>
                    {index > 0 && ", "}
                    <a href={inEnvironment(routes.product(slug), { environment: name })}>{slug}</a>
                  </>
                ))}
            {products.length > mostNamed && ` and ${products.length - mostNamed} more`}
          </dd>
        </div>
      </dl>
      {name !== "production" && products.length > 0 && offers(reader, routes.environmentRemove.post) && (
        <p class="muted small">To remove this environment, remove its products from it first, in their settings.</p>
      )}
    </section>
  );
}

function Copied({ copied }: { readonly copied: readonly CopiedView[] }) {
  return (
    <section class="card" aria-labelledby="copied-title">
      <h2 id="copied-title">Copied products</h2>
      <ul class="plain-list">
        {copied.map(({ product, refused, secrets }) => (
          <li>
            <strong>{product}</strong>
            {refused !== null && `: not installed, because ${refused}.`}
            {refused === null && secrets.length === 0 && ": installed, with its settings and variables."}
            {refused === null && secrets.length > 0 && (
              <>
                : installed. Set its secret variables yourself, since Baton does not copy them:{" "}
                <code>{secrets.join(", ")}</code>
              </>
            )}
          </li>
        ))}
      </ul>
      <p class="muted">Nothing is deployed there yet: push the branch, or deploy from each product's page.</p>
    </section>
  );
}

const line = { width: "grow", maxlength: 250 } as const;

function NewEnvironment(props: {
  readonly names: readonly string[];
  readonly typed: EnvironmentsProps["typed"];
  readonly csrf: string | null;
}) {
  const { names, typed, csrf } = props;
  return (
    <section class="card" aria-labelledby="new-title">
      <h2 id="new-title">New environment</h2>
      <form class="fields" method="post" action={routes.environments()}>
        <CsrfField token={csrf} />
        <TextField {...line} name="name" label="Name" value={typed.name} placeholder="staging" required />
        <TextField {...line} name="branch" label="Branch (optional)" value={typed.branch} placeholder="develop" />
        <TextField
          {...line}
          name="domain"
          label="Domain (optional)"
          value={typed.domain}
          placeholder="staging.example.com"
        />
        <p class="field grow">
          <label for="copyFrom">Copy products from</label>
          <select id="copyFrom" name="copyFrom">
            <option value="">nothing (start empty)</option>
            {names.map((name) => (
              <option value={name} selected={name === typed.copyFrom}>
                {name}
              </option>
            ))}
          </select>
        </p>
        <button class="button primary" type="submit">
          Create
        </button>
      </form>
      <p class="muted small">
        Copying installs the same products with their settings and variables. Secret variables are not copied.
      </p>
    </section>
  );
}
