import { useState } from 'preact/hooks'
import { Button } from '../parts/button'
import { Dialog } from '../parts/dialog'
import { Field, Switch } from '../parts/field'
import { bring } from '../state/syncs'
import { t } from '../texts/texts'

/** The id in what a person pastes: the id itself, or an address that has it. */
function idIn(text: string): string | undefined {
  return /(?:^|[/=:])([A-Za-z0-9_-]{27})(?=$|[/:?&#.])/.exec(text.trim())?.[1]
}

/** Asks for a unit of another node and has it here, with progress that outlives the dialog. */
export function BringDialog(props: { mid: string; from: string; onClose: () => void }) {
  const [text, setText] = useState(props.mid)
  const [from, setFrom] = useState(props.from)
  const [keep, setKeep] = useState(true)
  const mid = idIn(text)
  const start = (): void => {
    if (mid === undefined) return
    props.onClose()
    const source = from.trim() === '' ? undefined : from.trim()
    void bring(mid, source, keep)
  }
  return (
    <Dialog
      title={t.bring.title}
      onClose={props.onClose}
      onSubmit={start}
      actions={
        <>
          <Button onClick={props.onClose}>{t.cancel}</Button>
          <Button type="submit" tone="primary" icon="sync" disabled={mid === undefined}>
            {t.bring.action}
          </Button>
        </>
      }
    >
      <p class="quiet">{t.bring.lead}</p>
      <Field
        label={t.bring.mid}
        value={text}
        onValue={setText}
        autofocus
        mono
        hint={t.bring.midHint}
        error={text.trim() !== '' && mid === undefined ? t.bring.midWrong : undefined}
      />
      <Field
        label={t.bring.from}
        value={from}
        onValue={setFrom}
        mono
        hint={t.bring.fromHint}
        placeholder="/ip4/192.168.1.20/tcp/4801/p2p/12D3…"
      />
      <Switch label={t.provide.label} hint={t.provide.hint} on={keep} onChange={setKeep} />
    </Dialog>
  )
}
