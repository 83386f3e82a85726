import { useState } from 'preact/hooks'
import { Button } from '../parts/button'
import { Dialog } from '../parts/dialog'
import { Choices, Field } from '../parts/field'
import { ErrorNote } from '../parts/states'
import { call } from '../state/node'
import { go, unitAddress } from '../state/route'
import { type Reach, rightOf } from '../state/rights'
import { tell } from '../state/toasts'
import { t } from '../texts/texts'

/** Makes a unit and opens it. */
export function CreateUnit({ onClose }: { onClose: () => void }) {
  const [mark, setMark] = useState('')
  const [kind, setKind] = useState<'file' | 'database'>('file')
  const [reach, setReach] = useState<Reach>('closed')
  const [busy, setBusy] = useState(false)
  const [error, setError] = useState<unknown>()
  const create = async (): Promise<void> => {
    setBusy(true)
    setError(undefined)
    try {
      const made = await call('mimei.create', { mark: mark.trim(), kind, right: rightOf(reach) })
      if (!made.created) tell(t.units.already(mark.trim()))
      go(unitAddress(made.mid), true)
    } catch (failed) {
      setError(failed)
      setBusy(false)
    }
  }
  return (
    <Dialog
      title={t.units.create}
      onClose={onClose}
      onSubmit={() => void create()}
      actions={
        <>
          <Button onClick={onClose}>{t.cancel}</Button>
          <Button type="submit" tone="primary" busy={busy} disabled={mark.trim() === ''}>
            {t.create}
          </Button>
        </>
      }
    >
      <Field
        label={t.name}
        value={mark}
        onValue={setMark}
        autofocus
        maxLength={256}
        placeholder={t.units.nameExample}
        hint={t.units.nameHint}
      />
      <Choices
        label={t.units.kindLabel}
        value={kind}
        onValue={setKind}
        choices={[
          { value: 'file', ...t.units.kindFile },
          { value: 'database', ...t.units.kindDatabase },
        ]}
      />
      <Choices
        label={t.rights.label}
        value={reach}
        onValue={setReach}
        choices={[
          { value: 'closed', ...t.rights.closed },
          { value: 'readable', ...t.rights.readable },
        ]}
      />
      {error !== undefined && <ErrorNote error={error} />}
    </Dialog>
  )
}
