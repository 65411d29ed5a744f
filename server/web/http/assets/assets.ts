import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { AssetLink, AssetName } from "../../../../views/frame/frame.ts";
import { routes } from "../../../routes.ts";

/** The URL contains the content's hash, so it may be cached forever. */
export interface Asset extends AssetLink {
  readonly body: Uint8Array<ArrayBuffer>;
  readonly contentType: string;
  readonly version: string;
}

/** The parts of the style sheet in order, from the tokens to the rules for narrow windows. */
const styles = [
  "tokens",
  "ground",
  "frame",
  "states",
  "controls",
  "confirm",
  "pages/products",
  "pages/product",
  "pages/deployments",
  "pages/deployment",
  "stacks",
  "log",
  "lists",
  "pages/system",
  "pages/rights",
  "pages/documents",
  "pages/people",
  "pages/backups",
  "narrow",
].map((name) => `views/assets/styles/${name}.css`);

/** The files of each asset, relative to the folder of package.json. Several files are joined into one. */
const files: Readonly<Record<AssetName, string | readonly string[]>> = {
  "baton.css": styles,
  "baton.js": "views/assets/baton.js",
  "log.js": ["lines", "window", "panel"].map((name) => `views/assets/log/${name}.js`),
  "passkeys.js": ["node_modules/@simplewebauthn/browser/dist/bundle/index.umd.min.js", "views/assets/passkeys.js"],
  "favicon.svg": "views/assets/favicon.svg",
  "favicon-busy.svg": "views/assets/favicon-busy.svg",
  "favicon-ready.svg": "views/assets/favicon-ready.svg",
  "favicon-failed.svg": "views/assets/favicon-failed.svg",
  "htmx.min.js": "node_modules/htmx.org/dist/htmx.min.js",
  "hx-sse.min.js": "node_modules/htmx.org/dist/ext/hx-sse.min.js",
  "hx-csp.min.js": "node_modules/htmx.org/dist/ext/hx-csp.min.js",
};

const contentTypes: Readonly<Record<string, string>> = {
  css: "text/css; charset=utf-8",
  js: "text/javascript; charset=utf-8",
  svg: "image/svg+xml",
};

export interface Assets {
  get(name: AssetName): Asset;
  find(name: string): Asset | null;
}

/** Reads every asset of the checkout once, so that a missing one fails the start and not a page. */
export function loadAssets(root: string): Assets {
  const loaded = new Map(
    Object.entries(files).map(([name, path]) => [
      name,
      load(
        name,
        [path].flat().map((part) => join(root, part)),
      ),
    ]),
  );
  const find = (name: string) => loaded.get(name) ?? null;
  return {
    find,
    get(name) {
      const asset = find(name);
      if (!asset) throw new Error(`there is no asset named ${name}`);
      return asset;
    },
  };
}

function load(name: string, paths: readonly string[]): Asset {
  const body = new Uint8Array(Buffer.concat(paths.map((path) => readFileSync(path))));
  const version = createHash("sha256").update(body).digest("hex").slice(0, 12);
  return {
    body,
    version,
    contentType: contentTypes[name.split(".").at(-1) ?? ""] ?? "application/octet-stream",
    url: `${routes.asset(name)}?v=${version}`,
    integrity: `sha384-${createHash("sha384").update(body).digest("base64")}`,
  };
}
