import { useState } from 'preact/hooks'
import { Button } from '../parts/button'
import { Dialog } from '../parts/dialog'
import { Field, Segments } from '../parts/field'
import { ErrorNote } from '../parts/states'
import { type KeyAt, type KeyType, putRow, type Row, textOf, valueOf } from '../state/database'
import { t } from '../texts/texts'

/** What a row of a type is made of. */
const has: Record<KeyType, { name: boolean; value: boolean }> = {
  string: { name: false, value: true },
  hash: { name: true, value: true },
  list: { name: false, value: true },
  set: { name: true, value: false },
  zset: { name: true, value: true },
}

/** The fields of a row; they answer what is wrong before anything is sent. */
export function useRow(type: KeyType, row: Row | undefined) {
  const [name, setName] = useState(row?.name ?? '')
  const [text, setText] = useState(row === undefined ? '' : textOf(row.value))
  const [asText, setAsText] = useState(row === undefined || typeof row.value === 'string')
  const needs = has[type]
  const number = type === 'zset'
  const wrong = ((): string | undefined => {
    if (!needs.value) return undefined
    if (number) return /^-?\d{1,15}$/.test(text.trim()) ? undefined : t.database.noNumber
    if (asText) return undefined
    try {
      valueOf(text, false)
      return undefined
    } catch {
      return t.database.noJson
    }
  })()
  const made = (): Row => ({
    name,
    value: needs.value ? (number ? Number(text) : valueOf(text, asText)) : null,
  })
  const fields = (
    <>
      {needs.name && (
        <Field
          label={type === 'hash' ? t.database.field : t.database.member}
          value={name}
          onValue={setName}
          mono
          autofocus={row === undefined}
          disabled={row !== undefined}
        />
      )}
      {needs.value && number && (
        <Field
          label={t.database.score}
          value={text}
          onValue={setText}
          mono
          error={text === '' ? undefined : wrong}
        />
      )}
      {needs.value && !number && (
        <>
          <Segments
            label={t.database.form}
            choices={[
              { value: 'text', label: t.database.asText },
              { value: 'json', label: t.database.asJson },
            ]}
            value={asText ? 'text' : 'json'}
            onValue={(form) => setAsText(form === 'text')}
          />
          <Field
            label={t.database.value}
            value={text}
            onValue={setText}
            lines={6}
            mono
            autofocus={row !== undefined || !needs.name}
            error={text === '' ? undefined : wrong}
          />
        </>
      )}
    </>
  )
  const ready = wrong === undefined && (!needs.name || name !== '')
  return { fields, ready, made }
}

/** Adds a row to a key or changes one. @param row undefined for a new one */
export function RowEditor(props: { at: KeyAt; row: Row | undefined; onClose: () => void }) {
  const { at, row, onClose } = props
  const { fields, ready, made } = useRow(at.type, row)
  const [busy, setBusy] = useState(false)
  const [error, setError] = useState<unknown>()
  const save = async (): Promise<void> => {
    setBusy(true)
    setError(undefined)
    try {
      await putRow(at, { ...made(), name: row?.name ?? made().name })
      onClose()
    } catch (failed) {
      setError(failed)
      setBusy(false)
    }
  }
  return (
    <Dialog
      title={row === undefined ? t.database.addTo(at.key) : t.database.change(at.key)}
      onClose={onClose}
      onSubmit={() => void save()}
      actions={
        <>
          <Button onClick={onClose}>{t.cancel}</Button>
          <Button type="submit" tone="primary" busy={busy} disabled={!ready}>
            {t.save}
          </Button>
        </>
      }
    >
      {fields}
      {error !== undefined && <ErrorNote error={error} />}
    </Dialog>
  )
}
