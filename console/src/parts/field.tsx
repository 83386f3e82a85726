import type { ComponentChildren } from 'preact'
import { useId } from 'preact/hooks'

interface FieldProps {
  label: string
  value: string
  onValue: (value: string) => void
  hint?: ComponentChildren
  error?: string | undefined
  /** turns the field into one of several lines */
  lines?: number
  mono?: boolean
  type?: 'text' | 'password'
  autocomplete?: AutoFill
  autofocus?: boolean
  required?: boolean
  disabled?: boolean
  minLength?: number
  maxLength?: number
  placeholder?: string
}

/** A text with its label above, and a hint or what is wrong below. */
export function Field(props: FieldProps) {
  const { label, value, onValue, hint, error, lines, mono, type = 'text', ...rest } = props
  const id = useId()
  const shared = {
    id,
    value,
    class: mono === true ? 'mono' : '',
    'aria-invalid': error !== undefined,
    'aria-describedby': hint === undefined && error === undefined ? undefined : `${id}-note`,
  }
  return (
    <div class="field">
      <label for={id}>{label}</label>
      {lines === undefined ? (
        <input
          {...rest}
          {...shared}
          // The types tie every input's roles to one literal type; both of ours take any of them.
          type={type as 'text'}
          onInput={(event) => onValue(event.currentTarget.value)}
        />
      ) : (
        <textarea
          {...shared}
          rows={lines}
          placeholder={rest.placeholder}
          autofocus={rest.autofocus}
          spellcheck={mono !== true}
          onInput={(event) => onValue(event.currentTarget.value)}
        />
      )}
      {(error !== undefined || hint !== undefined) && (
        <p id={`${id}-note`} class={error === undefined ? 'hint' : 'hint wrong'}>
          {error ?? hint}
        </p>
      )}
    </div>
  )
}

interface Choice<T extends string> {
  value: T
  label: string
  hint?: string
}

/** One of a few, each explained. */
export function Choices<T extends string>(props: {
  label: string
  choices: readonly Choice<T>[]
  value: T
  onValue: (value: T) => void
  disabled?: boolean
  /** a heading says it already: the label is only read out */
  unseenLabel?: boolean
}) {
  const name = useId()
  return (
    <fieldset class="choices" disabled={props.disabled}>
      <legend class={props.unseenLabel === true ? 'unseen' : ''}>{props.label}</legend>
      {props.choices.map(({ value, label, hint }) => (
        <label key={value} class="choice">
          <input
            type="radio"
            name={name}
            checked={value === props.value}
            aria-labelledby={`${name}-${value}`}
            aria-describedby={hint === undefined ? undefined : `${name}-${value}-hint`}
            onChange={() => props.onValue(value)}
          />
          <span>
            <span id={`${name}-${value}`} class="choice-label">
              {label}
            </span>
            {hint !== undefined && (
              <span id={`${name}-${value}-hint`} class="hint">
                {hint}
              </span>
            )}
          </span>
        </label>
      ))}
    </fieldset>
  )
}

/** One of a few short words, side by side. */
export function Segments<T extends string>(props: {
  label: string
  choices: readonly Choice<T>[]
  value: T
  onValue: (value: T) => void
}) {
  const name = useId()
  return (
    <div class="segments" role="radiogroup" aria-label={props.label}>
      {props.choices.map(({ value, label }) => (
        <label key={value}>
          <input
            class="unseen"
            type="radio"
            name={name}
            checked={value === props.value}
            onChange={() => props.onValue(value)}
          />
          <span>{label}</span>
        </label>
      ))}
    </div>
  )
}

/** On or off at once, with what it means beside it. */
export function Switch(props: {
  label: string
  hint?: ComponentChildren
  on: boolean
  busy?: boolean
  disabled?: boolean
  onChange: (on: boolean) => void
}) {
  const id = useId()
  return (
    <div class="switch-row">
      <div>
        <span id={id} class="choice-label">
          {props.label}
        </span>
        {props.hint !== undefined && (
          <p id={`${id}-hint`} class="hint">
            {props.hint}
          </p>
        )}
      </div>
      <button
        type="button"
        role="switch"
        class="switch"
        aria-checked={props.on}
        aria-labelledby={id}
        aria-describedby={props.hint === undefined ? undefined : `${id}-hint`}
        aria-busy={props.busy}
        disabled={props.disabled === true || props.busy === true}
        onClick={() => props.onChange(!props.on)}
      />
    </div>
  )
}
