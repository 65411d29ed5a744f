/** In a page's head, and in a message: htmx gives the tab its text. */
export function PageTitle({ title }: { readonly title: string }) {
  return <title>{`${title} · Baton`}</title>;
}
