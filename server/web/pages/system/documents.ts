import { DocumentPage, DocumentsPage } from "../../../../views/system/document-page.tsx";
import { documentNamed, documents } from "../../../../views/system/documents.ts";
import { routes } from "../../../routes.ts";
import { Problem } from "../../http/problem.ts";
import { frameOf, type PageNeeds } from "../page.ts";

/** Serves Baton's own documentation. */
export function createDocumentPages(needs: PageNeeds) {
  const { endpoints, readDocument } = needs;

  return endpoints
    .router()
    .on(routes.documents.get, (c) => c.html(DocumentsPage({ frame: frameOf(c, needs, { title: "Documentation" }) })))

    .on(routes.document.get, async (c) => {
      const asked = c.req.param("name") ?? "";
      const name = documentNamed(asked);
      if (!name) throw new Problem(404, "not_found", `there is no document named "${asked}"`);
      const frame = frameOf(c, needs, { title: documents[name].title });
      return c.html(DocumentPage({ frame, name, text: await readDocument(name) }));
    });
}
