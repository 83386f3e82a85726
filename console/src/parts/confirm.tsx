import { useState } from 'preact/hooks'
import { t } from '../texts/texts'
import { Button } from './button'
import { Dialog } from './dialog'
import { Field } from './field'

/**
 * Asks before something that cannot be taken back; the button waits until the thing's name is
 * typed.
 */
export function Confirm(props: {
  title: string
  text: string
  /** what must be typed; undefined where a plain yes is enough */
  name?: string
  action: string
  onClose: () => void
  onConfirm: () => Promise<void>
}) {
  const [typed, setTyped] = useState('')
  const [busy, setBusy] = useState(false)
  const sure = props.name === undefined || typed.trim() === props.name
  const confirm = async (): Promise<void> => {
    if (!sure) return
    setBusy(true)
    await props.onConfirm()
    props.onClose()
  }
  return (
    <Dialog
      title={props.title}
      onClose={props.onClose}
      onSubmit={() => void confirm()}
      actions={
        <>
          <Button onClick={props.onClose} autofocus={props.name === undefined}>
            {t.cancel}
          </Button>
          <Button type="submit" tone="danger" busy={busy} disabled={!sure}>
            {props.action}
          </Button>
        </>
      }
    >
      <p>{props.text}</p>
      {props.name !== undefined && (
        <Field
          label={t.typeName(props.name)}
          value={typed}
          onValue={setTyped}
          autofocus
          autocomplete="off"
        />
      )}
    </Dialog>
  )
}
