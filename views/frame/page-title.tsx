/** Works in a page's head and in a message: htmx sets the tab's title from it. */
export function PageTitle({ title }: { readonly title: string }) {
  return <title>{`${title} · Baton`}</title>;
}
