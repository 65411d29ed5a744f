/** The fields that password managers fill in and remember. */

export function EmailField(props: {
  readonly value: string;
  readonly id?: string;
  /** `username` where it signs in. */
  readonly autocomplete: "username" | "email";
  readonly autofocus?: boolean;
  readonly faultId?: string | null;
}) {
  const { value, id = "email", autocomplete, autofocus = false, faultId = null } = props;
  return (
    <p class="field">
      <label for={id}>E-mail</label>
      <input
        id={id}
        name="email"
        type="email"
        value={value}
        autocomplete={autocomplete}
        autofocus={autofocus}
        required
        maxlength={254}
        spellcheck={false}
        aria-invalid={faultId === null ? undefined : "true"}
        aria-describedby={faultId ?? undefined}
      />
    </p>
  );
}

export function NameField(props: {
  readonly value: string;
  readonly autofocus?: boolean;
  readonly faultId?: string | null;
}) {
  const { value, autofocus = false, faultId = null } = props;
  return (
    <p class="field">
      <label for="name">Name</label>
      <input
        id="name"
        name="name"
        value={value}
        autocomplete="name"
        autofocus={autofocus}
        required
        maxlength={100}
        aria-describedby={faultId ?? undefined}
      />
    </p>
  );
}

/** It has no `maxlength`, because a browser would cut what is pasted without a word. */
export function PasswordField(props: {
  readonly label: string;
  readonly name: string;
  readonly id?: string;
  readonly isNew: boolean;
  readonly isOptional?: boolean;
  readonly autofocus?: boolean;
  readonly faultId?: string | null;
}) {
  const { label, name, id = name, isNew, isOptional = false, autofocus = false, faultId = null } = props;
  const hintId = `${id}-hint`;
  const describedBy = [...(isNew ? [hintId] : []), ...(faultId === null ? [] : [faultId])].join(" ");
  return (
    <p class="field">
      <label for={id}>{label}</label>
      <input
        id={id}
        name={name}
        type="password"
        autocomplete={isNew ? "new-password" : "current-password"}
        autofocus={autofocus}
        required={!isOptional}
        aria-invalid={faultId === null ? undefined : "true"}
        aria-describedby={describedBy === "" ? undefined : describedBy}
      />
      {isNew && (
        <span class="hint" id={hintId}>
          At least 12 characters.
        </span>
      )}
    </p>
  );
}

/** Tells a password manager whose password the form is about, where nobody types it. */
export function HiddenUsername({ email }: { readonly email: string }) {
  return <input type="text" name="username" value={email} autocomplete="username" readonly hidden />;
}

export function FieldError({ id, message }: { readonly id: string; readonly message: string | null }) {
  return message === null ? null : (
    <p class="field-error" id={id} role="alert">
      {message}
    </p>
  );
}
