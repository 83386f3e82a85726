import { useState } from 'preact/hooks'
import { Ago } from '../parts/ago'
import { Badge } from '../parts/badge'
import { Button } from '../parts/button'
import { Dialog } from '../parts/dialog'
import { Field, Switch } from '../parts/field'
import { Id } from '../parts/id'
import { ErrorNote, SkeletonRows } from '../parts/states'
import { refresh, useData } from '../state/data'
import { call } from '../state/node'
import { tell } from '../state/toasts'
import { t } from '../texts/texts'
import { Section } from './page'

const shortest = 8

function AddPerson({ onClose }: { onClose: () => void }) {
  const [name, setName] = useState('')
  const [password, setPassword] = useState('')
  const [owner, setOwner] = useState(false)
  const [busy, setBusy] = useState(false)
  const [error, setError] = useState<unknown>()
  const add = async (): Promise<void> => {
    setBusy(true)
    setError(undefined)
    try {
      await call('user.add', { name: name.trim(), password, owner })
      refresh('users')
      tell(t.people.added(name.trim()))
      onClose()
    } catch (failed) {
      setError(failed)
      setBusy(false)
    }
  }
  return (
    <Dialog
      title={t.people.add}
      onClose={onClose}
      onSubmit={() => void add()}
      actions={
        <>
          <Button onClick={onClose}>{t.cancel}</Button>
          <Button
            type="submit"
            tone="primary"
            busy={busy}
            disabled={name.trim() === '' || password.length < shortest}
          >
            {t.add}
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
        hint={t.claim.nameHint}
      />
      <Field
        label={t.people.password}
        type="password"
        autocomplete="new-password"
        value={password}
        onValue={setPassword}
        hint={t.people.passwordHint}
      />
      <Switch label={t.people.owner} hint={t.people.ownerHint} on={owner} onChange={setOwner} />
      {error !== undefined && <ErrorNote error={error} />}
    </Dialog>
  )
}

/** Who may sign in on this node. */
export function People() {
  const [adding, setAdding] = useState(false)
  const { value, error, reload } = useData('users', () => call('user.list', {}))
  return (
    <Section
      title={t.people.title}
      lead={t.people.lead}
      actions={
        <Button icon="plus" onClick={() => setAdding(true)}>
          {t.people.add}
        </Button>
      }
    >
      {error !== undefined && value === undefined && <ErrorNote error={error} onRetry={reload} />}
      {value === undefined && error === undefined && <SkeletonRows count={2} />}
      <ul class="lines">
        {value?.users.map((user) => (
          <li key={user.id} class="line">
            <span class="face" aria-hidden="true">
              {user.name.slice(0, 1).toUpperCase()}
            </span>
            <span class="line-main">
              <span class="line-title cut">{user.name}</span>
              <span class="small quiet">
                <Id id={user.id} of={t.ids.person} />
              </span>
            </span>
            {user.owner && <Badge tone="accent">{t.settings.owner}</Badge>}
            <span class="small quiet wide-only">
              <Ago time={user.created} />
            </span>
          </li>
        ))}
      </ul>
      {adding && <AddPerson onClose={() => setAdding(false)} />}
    </Section>
  )
}
