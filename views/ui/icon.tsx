const shapes = {
  check: <path d="m3.5 8.5 3 3 6-7" />,
  cross: <path d="m4 4 8 8m0-8-8 8" />,
  clock: <path d="M8 4v4.2l2.6 1.6M14 8A6 6 0 1 1 2 8a6 6 0 0 1 12 0Z" />,
  spinner: <path d="M14 8a6 6 0 1 1-6-6" />,
  square: <path d="M4.5 4.5h7v7h-7z" />,
  warning: <path d="M8 5.5v3.2m0 2.3v.1M8 1.8 14.8 14H1.2Z" />,
  dash: <path d="M4 8h8" />,
  ring: <path d="M13 8A5 5 0 1 1 3 8a5 5 0 0 1 10 0Z" />,
  arrow: <path d="M6 3.5h6.5V10M12 4 4 12" />,
  undo: <path d="M3 3v4h4M3.4 7A5.2 5.2 0 1 1 3 10" />,
} as const;

export type IconName = keyof typeof shapes;

/** Icons stand next to a word that says the same, so they are hidden from screen readers. */
export function Icon({ name }: { readonly name: IconName }) {
  return (
    <svg class={`icon icon-${name}`} viewBox="0 0 16 16" aria-hidden="true">
      {shapes[name]}
    </svg>
  );
}
