import { useState } from 'preact/hooks'
import { Button } from '../parts/button'
import { Dialog } from '../parts/dialog'
import { Field } from '../parts/field'
import { ErrorNote } from '../parts/states'
import { type KeyType, keyTypes, putRow } from '../state/database'
import { go, withQuery } from '../state/route'
import { t } from '../texts/texts'
import { useRow } from './database-row'

/** The rest of the form, made anew for each type. */
function FirstRow(props: { mid: string; type: KeyType; name: string; onClose: () => void }) {
  const { mid, type, name, onClose } = props
  const { fields, ready, made } = useRow(type, undefined)
  const [busy, setBusy] = useState(false)
  const [error, setError] = useState<unknown>()
  const save = async (): Promise<void> => {
    setBusy(true)
    setError(undefined)
    try {
      await putRow({ mid, version: 'cur', type, key: name }, made())
      onClose()
      go(withQuery({ type, key: name, v: undefined }))
    } catch (failed) {
      setError(failed)
      setBusy(false)
    }
  }
  return (
    <>
      {fields}
      {error !== undefined && <ErrorNote error={error} />}
      <div class="actions end">
        <Button onClick={onClose}>{t.cancel}</Button>
        <Button
          tone="primary"
          busy={busy}
          disabled={!ready || name === ''}
          onClick={() => void save()}
        >
          {t.create}
        </Button>
      </div>
    </>
  )
}

/** Makes a key with its first content. */
export function NewKey(props: { mid: string; type: KeyType; onClose: () => void }) {
  const [type, setType] = useState(props.type)
  const [name, setName] = useState('')
  return (
    <Dialog title={t.database.newKey} onClose={props.onClose}>
      <div class="field">
        <label for="key-type">{t.database.type}</label>
        <select
          id="key-type"
          class="select"
          value={type}
          onChange={(event) => setType(event.currentTarget.value as KeyType)}
        >
          {keyTypes.map((each) => (
            <option key={each} value={each}>
              {t.database[each].one}
            </option>
          ))}
        </select>
        <p class="hint">{t.database[type].hint}</p>
      </div>
      <Field label={t.database.key} value={name} onValue={setName} mono autofocus />
      <FirstRow key={type} mid={props.mid} type={type} name={name} onClose={props.onClose} />
    </Dialog>
  )
}
