import { useState } from 'preact/hooks'
import { Button } from '../parts/button'
import { Dialog } from '../parts/dialog'
import { Field } from '../parts/field'
import { ErrorNote } from '../parts/states'
import { act, type FileEntry } from '../state/node'
import { t } from '../texts/texts'
import { joinPath, type Place } from './place'

/** A name that can stand in a path. @returns what is wrong with it, or undefined */
function wrongName(name: string): string | undefined {
  if (name === '.' || name === '..' || name.includes('/')) return t.files.nameWrong
  return undefined
}

function NameDialog(props: {
  title: string
  action: string
  initial: string
  work: (name: string) => Promise<unknown>
  onClose: () => void
}) {
  const [name, setName] = useState(props.initial)
  const [busy, setBusy] = useState(false)
  const [error, setError] = useState<unknown>()
  const wrong = wrongName(name.trim())
  const submit = async (): Promise<void> => {
    setBusy(true)
    setError(undefined)
    try {
      if (name.trim() !== props.initial) await props.work(name.trim())
      props.onClose()
    } catch (failed) {
      setError(failed)
      setBusy(false)
    }
  }
  return (
    <Dialog
      title={props.title}
      onClose={props.onClose}
      onSubmit={() => void submit()}
      actions={
        <>
          <Button onClick={props.onClose}>{t.cancel}</Button>
          <Button
            type="submit"
            tone="primary"
            busy={busy}
            disabled={name.trim() === '' || wrong !== undefined}
          >
            {props.action}
          </Button>
        </>
      }
    >
      <Field
        label={t.name}
        value={name}
        onValue={setName}
        autofocus
        autocomplete="off"
        error={wrong}
      />
      {error !== undefined && <ErrorNote error={error} />}
    </Dialog>
  )
}

export function NewFolder({ place, onClose }: { place: Place; onClose: () => void }) {
  const { mid } = place.unit
  return (
    <NameDialog
      title={t.files.newFolder}
      action={t.create}
      initial=""
      work={(name) => act('files.mkdir', { mid, path: joinPath(place.path, name) })}
      onClose={onClose}
    />
  )
}

export function Rename(props: { place: Place; entry: FileEntry; onClose: () => void }) {
  const { place, entry, onClose } = props
  const { mid } = place.unit
  return (
    <NameDialog
      title={t.files.renameTitle(entry.name)}
      action={t.files.rename}
      initial={entry.name}
      work={(name) =>
        act('files.rename', { mid, from: entry.path, to: joinPath(place.path, name) })
      }
      onClose={onClose}
    />
  )
}
