import { origin, type World } from "./world.ts";

export type Member = Awaited<ReturnType<typeof aMember>>;

/** Somebody who has signed in, with a browser. */
export async function aMember(world: World) {
  const { cookie, csrf } = await world.signIn();
  return {
    async get(path: string) {
      const answer = await world.fetch(path, { headers: { cookie } });
      const html = await answer.text();
      return { status: answer.status, html, text: textOf(html) };
    },
    async post(path: string, fields: Record<string, string> = {}) {
      const answer = await world.fetch(path, {
        method: "POST",
        headers: { cookie, origin },
        body: new URLSearchParams({ csrf, ...fields }),
      });
      const html = await answer.text();
      return { status: answer.status, location: answer.headers.get("location"), html, text: textOf(html) };
    },
    /** A stream of a page, as far as it is read. */
    async stream(path: string) {
      return world.fetch(path, { headers: { cookie } });
    },
  };
}

/** What a person reads. */
export function textOf(html: string): string {
  return html
    .replace(/<head>.*?<\/head>|<dialog.*?<\/dialog>|<[^>]+>/gs, " ")
    .replaceAll("&#39;", "'")
    .replace(/\s+/g, " ");
}
