import { origin, type World } from "./world.ts";

export type Member = Awaited<ReturnType<typeof aMember>>;

/** A signed-in user with a browser. */
export async function aMember(world: World) {
  const { cookie, csrf } = await world.signIn();
  return {
    async get(path: string) {
      const answer = await world.fetch(path, { headers: { cookie } });
      const html = await answer.text();
      return { status: answer.status, html, text: textOf(html) };
    },
    /** A field with several values is sent several times. */
    async post(path: string, fields: Readonly<Record<string, string | readonly string[]>> = {}) {
      const answer = await world.fetch(path, {
        method: "POST",
        headers: { cookie, origin },
        body: new URLSearchParams(
          Object.entries({ csrf, ...fields }).flatMap(([name, value]) =>
            [value].flat().map((one): [string, string] => [name, one]),
          ),
        ),
      });
      const html = await answer.text();
      return { status: answer.status, location: answer.headers.get("location"), html, text: textOf(html) };
    },
    /** A page's stream, unread. */
    async stream(path: string) {
      return world.fetch(path, { headers: { cookie } });
    },
  };
}

/** The text that a user reads. */
export function textOf(html: string): string {
  return html
    .replace(/<head>.*?<\/head>|<dialog.*?<\/dialog>|<[^>]+>/gs, " ")
    .replaceAll("&#39;", "'")
    .replace(/\s+/g, " ");
}
