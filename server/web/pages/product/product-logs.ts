import { ProductLogsPage } from "../../../../views/product/product-logs-page.tsx";
import { EngineUnavailable } from "../../../ports/engine/engine.ts";
import { routes } from "../../../routes.ts";
import { visibleTo } from "../../access/visible.ts";
import { redactOutputOf } from "../../streams/redact-output.ts";
import { withWords } from "../deployment/log-blocks.ts";
import { frameOf, type PageNeeds } from "../page.ts";
import { createNews } from "../system/news.ts";
import { placeOf, productFacts } from "./product-head.ts";
import { containersOfLog, nameIn, readTail } from "./service-log.ts";
import { serviceLogBlocks } from "./service-log-blocks.ts";
import { answerWithServiceLog } from "./service-log-stream.ts";
import { createSharedServiceLogs } from "./shared-service-log.ts";

/** The number of lines in the page itself, which is all that browsers without scripts get. */
const tail = 1_000;
/** The number of lines in a downloaded file, the same as in the API. */
const downloadTail = 10_000;

/** Shows the output of a product's containers. */
export function createProductLogsPages(needs: PageNeeds) {
  const { endpoints, engine, store, clock } = needs;
  const logs = createSharedServiceLogs(needs);

  return endpoints
    .router()
    .on(routes.productLogs.get, async (c) => {
      const place = await placeOf(c, needs);
      const { head, live } = await productFacts(needs, place, c.req.raw.signal);
      const all = await engine
        .listContainers({ installation: place.installation.id }, c.req.raw.signal)
        .catch((error: unknown) => {
          if (error instanceof EngineUnavailable) return [];
          throw error;
        });
      const found = containersOfLog(all, live?.deployment ?? null, null);
      const services = found.map((container) => nameIn(found, container));
      const asked = c.req.query("service");
      const service = [...services, ...found.map((one) => one.service)].find((name) => name === asked) ?? null;
      const containers = containersOfLog(all, live?.deployment ?? null, service);
      const words = (c.req.query("q") ?? "").slice(0, 200);
      const redact = await redactOutputOf(store, place.installation.id, containers);
      const lines = await readTail(engine, containers, tail, redact, c.req.raw.signal);
      const query = new URLSearchParams({
        environment: place.environment.name,
        ...(service !== null && { service }),
      });
      const [one] = containers;
      const download = new URLSearchParams({
        tail: String(downloadTail),
        ...(service !== null && one && { service: one.service }),
        ...(service !== null && one && service !== one.service && { replica: String(one.replica) }),
      });
      return c.html(
        ProductLogsPage({
          frame: frameOf(c, needs, {
            title: `Logs of ${place.product.slug}`,
            section: "products",
            mood: head.mood,
            product: place.product,
          }),
          head,
          logs: {
            services,
            service,
            log: {
              blocks: withWords(serviceLogBlocks(lines, services), words),
              downloadUrl: `${routes.api.installationLogs(place.installation.id)}?${download}`,
              words,
            },
          },
          stream: { url: `${routes.productLogsStream(place.product.slug)}?${query}`, pauseInBackground: true },
        }),
      );
    })

    .on(routes.productLogsStream.get, async (c) => {
      const place = await placeOf(c, needs);
      const aside = createNews(needs, clock.now(), visibleTo(c), () => false);
      return answerWithServiceLog(c, needs, {
        logs,
        place: { installation: place.installation.id, service: c.req.query("service") ?? null },
        aside,
      });
    });
}
