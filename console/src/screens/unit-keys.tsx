import { useState } from 'preact/hooks'
import { Button, IconButton } from '../parts/button'
import { Dialog } from '../parts/dialog'
import { Choices, Field } from '../parts/field'
import { Id } from '../parts/id'
import { ErrorNote } from '../parts/states'
import { act, type UnitDetail } from '../state/node'
import { withUndo } from '../state/toasts'
import { store, useStore } from '../state/store'
import { shortId } from '../texts/format'
import { t } from '../texts/texts'

type Entry = UnitDetail['entries'][number]
type Role = 'reader' | 'writer' | 'keeper'

const mays: Record<Role, Entry['may']> = {
  reader: ['read'],
  writer: ['read', 'write'],
  keeper: ['read', 'write', 'backup', 'release'],
}

const roleOf = ({ may }: Entry): Role =>
  may.includes('backup') ? 'keeper' : may.includes('write') ? 'writer' : 'reader'

const hidden = store<ReadonlySet<string>>(new Set())

function setEntries(unit: UnitDetail, entries: readonly Entry[]): Promise<unknown> {
  const { mid } = unit
  return act('mimei.right', { mid, entries: [...entries] })
}

function AddKey({ unit, onClose }: { unit: UnitDetail; onClose: () => void }) {
  const [key, setKey] = useState('')
  const [role, setRole] = useState<Role>('reader')
  const [busy, setBusy] = useState(false)
  const [error, setError] = useState<unknown>()
  const id = key.trim()
  const add = async (): Promise<void> => {
    setBusy(true)
    setError(undefined)
    try {
      const others = unit.entries.filter((entry) => entry.key !== id)
      await setEntries(unit, [...others, { key: id as Entry['key'], may: mays[role] }])
      onClose()
    } catch (failed) {
      setError(failed)
      setBusy(false)
    }
  }
  return (
    <Dialog
      title={t.keys.add}
      onClose={onClose}
      onSubmit={() => void add()}
      actions={
        <>
          <Button onClick={onClose}>{t.cancel}</Button>
          <Button type="submit" tone="primary" busy={busy} disabled={id.length !== 27}>
            {t.keys.allow}
          </Button>
        </>
      }
    >
      <Field label={t.keys.id} value={key} onValue={setKey} autofocus mono hint={t.keys.idHint} />
      <Choices
        label={t.keys.role}
        value={role}
        onValue={setRole}
        choices={(['reader', 'writer', 'keeper'] as const).map((value) => ({
          value,
          ...t.keys[value],
        }))}
      />
      {error !== undefined && <ErrorNote error={error} />}
    </Dialog>
  )
}

/** People and nodes that may do more than everyone, by the id of their key. */
export function NamedKeys({ unit }: { unit: UnitDetail }) {
  const [adding, setAdding] = useState(false)
  const gone = useStore(hidden)
  const entries = unit.entries.filter(({ key }) => !gone.has(unit.mid + key))
  const remove = (entry: Entry): void => {
    const name = unit.mid + entry.key
    const show = (there: boolean): void =>
      hidden.change((now) => new Set(there ? [...now].filter((k) => k !== name) : [...now, name]))
    withUndo(t.keys.removed(shortId(entry.key)), show, async () => {
      await setEntries(
        unit,
        unit.entries.filter(({ key }) => key !== entry.key),
      )
      show(true)
    })
  }
  return (
    <>
      <ul class="lines">
        {entries.map((entry) => (
          <li key={entry.key} class="line">
            <span class="line-main">
              <Id id={entry.key} of={t.ids.person} />
              <span class="small quiet">{t.keys[roleOf(entry)].label}</span>
            </span>
            {unit.mine && (
              <IconButton
                icon="close"
                label={t.keys.remove(shortId(entry.key))}
                onClick={() => remove(entry)}
              />
            )}
          </li>
        ))}
      </ul>
      {unit.mine && (
        <Button icon="people" onClick={() => setAdding(true)}>
          {t.keys.add}
        </Button>
      )}
      {adding && <AddKey unit={unit} onClose={() => setAdding(false)} />}
    </>
  )
}
