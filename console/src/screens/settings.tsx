import { useState } from 'preact/hooks'
import { Button } from '../parts/button'
import { Field, Segments } from '../parts/field'
import { Id } from '../parts/id'
import { ErrorNote } from '../parts/states'
import { type Look, look } from '../state/look'
import { useData } from '../state/data'
import { call, session, signOut } from '../state/node'
import { useStore } from '../state/store'
import { tell } from '../state/toasts'
import { t } from '../texts/texts'
import { Facts, Page, Section } from './page'
import { Care } from './settings-care'
import { People } from './settings-people'

const shortest = 8

function Account() {
  const who = useStore(session)
  if (!who) return null
  const facts: [string, preact.ComponentChildren][] = [
    [t.name, who.name],
    [t.settings.role, who.owner ? t.settings.owner : t.settings.user],
  ]
  if (who.user !== null) facts.push([t.ids.person, <Id id={who.user} of={t.ids.person} />])
  return (
    <Section
      title={t.settings.account}
      actions={
        <Button icon="out" onClick={() => void signOut()}>
          {t.signOut}
        </Button>
      }
    >
      <Facts facts={facts} />
      <Password />
    </Section>
  )
}

function Password() {
  const [open, setOpen] = useState(false)
  const [password, setPassword] = useState('')
  const [newPassword, setNewPassword] = useState('')
  const [busy, setBusy] = useState(false)
  const [error, setError] = useState<unknown>()
  const tooShort = newPassword !== '' && newPassword.length < shortest
  const change = async (): Promise<void> => {
    setBusy(true)
    setError(undefined)
    try {
      await call('user.passwd', { password, newPassword })
      tell(t.settings.passwordDone)
      setOpen(false)
      setPassword('')
      setNewPassword('')
    } catch (failed) {
      setError(failed)
    }
    setBusy(false)
  }
  if (!open) return <Button onClick={() => setOpen(true)}>{t.settings.password}</Button>
  return (
    <form
      class="narrow"
      onSubmit={(event) => {
        event.preventDefault()
        void change()
      }}
    >
      <Field
        label={t.settings.oldPassword}
        type="password"
        autocomplete="current-password"
        value={password}
        onValue={setPassword}
        autofocus
      />
      <Field
        label={t.settings.newPassword}
        type="password"
        autocomplete="new-password"
        value={newPassword}
        onValue={setNewPassword}
        hint={t.claim.passwordHint}
        error={tooShort ? t.claim.passwordShort(shortest) : undefined}
      />
      {error !== undefined && <ErrorNote error={error} />}
      <div class="actions">
        <Button
          type="submit"
          tone="primary"
          busy={busy}
          disabled={password === '' || newPassword.length < shortest}
        >
          {t.settings.password}
        </Button>
        <Button onClick={() => setOpen(false)}>{t.cancel}</Button>
      </div>
    </form>
  )
}

function Appearance() {
  const now = useStore(look)
  const choices = (['system', 'light', 'dark'] as const).map((value) => ({
    value,
    label: t.settings[value],
  }))
  return (
    <Section title={t.settings.appearance} lead={t.settings.appearanceLead}>
      <Segments<Look>
        label={t.settings.appearance}
        choices={choices}
        value={now}
        onValue={(next) => look.set(next)}
      />
    </Section>
  )
}

function About() {
  const { value } = useData('node:id', () => call('node.id', {}))
  return (
    <Section title={t.settings.about} lead={t.settings.aboutLead}>
      <Facts
        facts={[
          [t.home.software, value?.version ?? ''],
          [t.settings.language, t.settings.english],
          [t.settings.licence, 'Apache-2.0'],
        ]}
      />
    </Section>
  )
}

/** The person, the people, the look, and care for the node. */
export function Settings() {
  const owner = useStore(session)?.owner === true
  return (
    <Page title={t.nav.settings}>
      <div class="narrow-page">
        <Account />
        <Appearance />
        {owner && <People />}
        {owner && <Care />}
        <About />
      </div>
    </Page>
  )
}
