import { counted } from "../../server/rules/wording/duration-text.ts";
import { keptText } from "../text/kept-text.ts";
import { CsrfField } from "../ui/form/csrf-field.tsx";

/** A pasted file as it was typed, and what saving it would do. */
export interface PasteView {
  readonly text: string;
  /** Sentences about lines that set nothing. */
  readonly faults: readonly string[];
  /** Sentences about lines that later ones replace. */
  readonly repeats: readonly string[];
  /** The variables that the other lines set, ordered by name. */
  readonly rows: readonly PasteRow[];
}

export interface PasteRow {
  readonly name: string;
  readonly value: string;
  readonly isSecret: boolean;
  /** What saving does to the variable. */
  readonly change: "new" | "changed" | "unchanged";
}

/**
 * Users paste a .env file, review it, and save it. Lines that set nothing stay in the box when the others are saved.
 */
export function VariablesPasteCard(props: {
  readonly action: string;
  readonly csrf: string | null;
  readonly paste: PasteView | null;
}) {
  const { action, csrf, paste } = props;
  const count = paste?.rows.length ?? 0;
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
        <p class="help">
          Quotes and # comments work as in Docker Compose. Existing names are overwritten; others are left alone.
        </p>
        {paste && paste.repeats.length > 0 && (
          <ul class="muted plain-list">
            {paste.repeats.map((sentence) => (
              <li>{sentence}</li>
            ))}
          </ul>
        )}
        {paste && count > 0 && <Preview rows={paste.rows} />}
        <div class="actions">
          <button class="button" type="submit">
            Preview
          </button>
          {count > 0 && (
            <button class="button primary" type="submit" name="save" value="yes">
              {hasFaults ? `Save ${counted(count, "valid variable")}` : `Save ${counted(count, "variable")}`}
            </button>
          )}
        </div>
      </form>
    </section>
  );
}

/**
 * Shows how the file was understood. Of a secret only the length is shown, so that users can see whether it was cut
 * off.
 */
function Preview({ rows }: { readonly rows: readonly PasteRow[] }) {
  return (
    <ul class="paste-rows" aria-label="What will be saved">
      {rows.map(({ name, value, isSecret, change }) => (
        <li>
          <input type="hidden" name="asked" value={name} />
          <div class="variable-names">
            <code>{name}</code>
            <span class="tag">{change}</span>
          </div>
          <div class="paste-value">
            {isSecret ? (
              <span class="muted">{counted(value.length, "character")}</span>
            ) : (
              <pre>{value === "" ? "" : keptText(value)}</pre>
            )}
          </div>
          <label class="check">
            <input type="checkbox" name="secret" value={name} checked={isSecret} />
            Secret<span class="visually-hidden"> {name}</span>
          </label>
        </li>
      ))}
    </ul>
  );
}
