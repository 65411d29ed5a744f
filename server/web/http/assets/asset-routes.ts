import { routes } from "../../../routes.ts";
import type { Endpoints } from "../endpoints.ts";
import { notFound } from "../problem.ts";
import type { Assets } from "./assets.ts";

export function createAssetRoutes(assets: Assets, endpoints: Endpoints) {
  return endpoints.router().on(routes.asset.get, (c) => {
    const asset = assets.find(c.req.param("file") ?? "");
    if (!asset) throw notFound("such file");
    const isCurrent = c.req.query("v") === asset.version;
    return c.body(asset.body, 200, {
      "Content-Type": asset.contentType,
      "Cache-Control": isCurrent ? "public, max-age=31536000, immutable" : "no-cache",
    });
  });
}
