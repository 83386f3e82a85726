import { useState } from 'preact/hooks'
import { Button } from '../parts/button'
import { Dialog } from '../parts/dialog'
import { Field, Switch } from '../parts/field'
import { ErrorNote } from '../parts/states'
import { act, type Unit } from '../state/node'
import { attempt, tell } from '../state/toasts'
import { t } from '../texts/texts'
import { Changes } from './unit-changes'

/** Makes the next version, after a look at what it will hold. */
export function BackupDialog({ unit, onClose }: { unit: Unit; onClose: () => void }) {
  const [memo, setMemo] = useState('')
  const [publish, setPublish] = useState(true)
  const [busy, setBusy] = useState(false)
  const [error, setError] = useState<unknown>()
  const backup = async (): Promise<void> => {
    setBusy(true)
    setError(undefined)
    try {
      const { version } = await act('mimei.backup', { mid: unit.mid, memo: memo.trim() })
      tell(t.backup.done(unit.mark, version))
      onClose()
      // The version is safe by now; telling the network may fail without taking that back.
      if (unit.published && publish) {
        void attempt(() => act('mimei.publish', { mid: unit.mid }))
      }
    } catch (failed) {
      setError(failed)
      setBusy(false)
    }
  }
  return (
    <Dialog
      title={t.backup.title(unit.mark)}
      onClose={onClose}
      onSubmit={() => void backup()}
      actions={
        <>
          <Button onClick={onClose}>{t.cancel}</Button>
          <Button type="submit" tone="primary" icon="save" busy={busy}>
            {t.backup.action}
          </Button>
        </>
      }
    >
      <p class="quiet">{t.backup.lead}</p>
      <Field
        label={t.backup.memo}
        value={memo}
        onValue={setMemo}
        autofocus
        maxLength={1000}
        placeholder={t.backup.memoExample}
      />
      <Changes mid={unit.mid} from={unit.version} to="cur" />
      {unit.published && (
        <Switch
          label={t.backup.publish}
          hint={t.backup.publishHint}
          on={publish}
          onChange={setPublish}
        />
      )}
      {error !== undefined && <ErrorNote error={error} />}
    </Dialog>
  )
}
