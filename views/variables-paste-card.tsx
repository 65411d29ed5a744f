import { counted } from "../server/rules/duration-text.ts";
import { CsrfField } from "./csrf-field.tsx";
import { keptText } from "./kept-text.ts";

/** What was pasted, as it was typed, and what saving it would do. */
export interface PasteView {
  readonly text: string;
  /** Sentences about lines that set nothing. */
  readonly faults: readonly string[];
  /** Names, by what saving does to them. */
  readonly added: readonly string[];
  readonly changed: readonly string[];
  readonly unchanged: readonly string[];
}

/** A .env file is pasted, looked at, and saved. Lines that set nothing stay in the box when the others are saved. */
export function VariablesPasteCard(props: {
  readonly action: string;
  readonly csrf: string | null;
  readonly paste: PasteView | null;
}) {
  const { action, csrf, paste } = props;
  const count = paste ? paste.added.length + paste.changed.length + paste.unchanged.length : 0;
  const hasFaults = paste !== null && paste.faults.length > 0;
  return (
    <section class="card" id="paste" aria-labelledby="paste-title">
      <h2 id="paste-title">Paste a .env file</h2>
      <form method="post" action={`${action}#paste`}>
        <CsrfField token={csrf} />
        <p class="field">
          <label for="env-file">NAME=value, one per line</label>
          <textarea
            id="env-file"
            name="file"
            rows={paste ? 12 : 6}
            required
            maxlength={500_000}
            autocomplete="off"
            spellcheck={false}
            placeholder={'DATABASE_URL="postgres://…"\nSESSION_SECRET=…'}
            aria-invalid={hasFaults ? "true" : undefined}
            aria-describedby={hasFaults ? "paste-faults" : undefined}
          >
            {keptText(paste?.text ?? "")}
          </textarea>
        </p>
        {paste && hasFaults && (
          <ul class="field-error" id="paste-faults" role="alert">
            {paste.faults.map((sentence) => (
              <li>{sentence}</li>
            ))}
          </ul>
        )}
        {paste && <Preview paste={paste} />}
        <p class="help">
          Quotes and # comments work as in Docker Compose. Existing names are overwritten; others are left alone.
        </p>
        <button class="button" type="submit">
          Preview
        </button>{" "}
        {count > 0 && (
          <button class="button primary" type="submit" name="save" value="yes">
            {hasFaults ? `Save the ${counted(count, "valid variable")}` : `Save ${counted(count, "variable")}`}
          </button>
        )}
      </form>
    </section>
  );
}

function Preview({ paste: { added, changed, unchanged } }: { readonly paste: PasteView }) {
  return (
    <div class="changes" role="status">
      <Names title="New" names={added} />
      <Names title="Changed" names={changed} />
      <Names title="Unchanged" names={unchanged} />
    </div>
  );
}

function Names({ title, names }: { readonly title: string; readonly names: readonly string[] }) {
  if (names.length === 0) return null;
  return (
    <p>
      {title}:{" "}
      {names.map((name, index) => (
        <>
          {index > 0 && ", "}
          <code>{name}</code>
        </>
      ))}
    </p>
  );
}
