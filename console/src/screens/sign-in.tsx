import { useEffect, useState } from 'preact/hooks'
import { Button } from '../parts/button'
import { Field } from '../parts/field'
import { ErrorNote } from '../parts/states'
import { useData } from '../state/data'
import { call, claim, signIn } from '../state/node'
import { t } from '../texts/texts'

const shortest = 8

/** The code that the terminal put into the address: behind `#claim=`, which no server sees. */
function codeInAddress(): string {
  return new URLSearchParams(location.hash.slice(1)).get('claim') ?? ''
}

const onThisMachine = /^(localhost|127\.|\[::1)/.test(location.hostname)

/** The first thing a new node shows: it has no owner yet. */
function ClaimForm() {
  const [name, setName] = useState('')
  const [password, setPassword] = useState('')
  const [code, setCode] = useState(codeInAddress)
  const [askCode, setAskCode] = useState(code !== '' || !onThisMachine)
  const [stay, setStay] = useState(false)
  const [busy, setBusy] = useState(false)
  const [error, setError] = useState<unknown>()
  const tooShort = password !== '' && password.length < shortest
  const submit = async (): Promise<void> => {
    setBusy(true)
    setError(undefined)
    try {
      await claim(name.trim(), password, askCode ? code.trim() : undefined, stay)
      history.replaceState(null, '', location.pathname + location.search)
    } catch (failed) {
      if ((failed as { code?: string }).code === 'CLAIM_REFUSED') setAskCode(true)
      setError(failed)
      setBusy(false)
    }
  }
  return (
    <Card title={t.claim.title} lead={t.claim.lead} onSubmit={submit}>
      <Field
        label={t.name}
        value={name}
        onValue={setName}
        autocomplete="username"
        autofocus
        required
        maxLength={40}
        hint={t.claim.nameHint}
      />
      <Field
        label={t.password}
        type="password"
        value={password}
        onValue={setPassword}
        autocomplete="new-password"
        required
        minLength={shortest}
        hint={t.claim.passwordHint}
        error={tooShort ? t.claim.passwordShort(shortest) : undefined}
      />
      {askCode && (
        <Field
          label={t.claim.code}
          value={code}
          onValue={setCode}
          autocomplete="one-time-code"
          mono
          required
          hint={t.claim.codeHint}
        />
      )}
      <Stay on={stay} onChange={setStay} />
      {error !== undefined && <ErrorNote error={error} />}
      <Button
        type="submit"
        tone="primary"
        busy={busy}
        disabled={name.trim() === '' || password.length < shortest}
      >
        {t.claim.submit}
      </Button>
    </Card>
  )
}

function SignInForm() {
  const [name, setName] = useState('')
  const [password, setPassword] = useState('')
  const [stay, setStay] = useState(false)
  const [busy, setBusy] = useState(false)
  const [error, setError] = useState<unknown>()
  const submit = async (): Promise<void> => {
    setBusy(true)
    setError(undefined)
    try {
      await signIn(name.trim(), password, stay)
    } catch (failed) {
      setError(failed)
      setBusy(false)
    }
  }
  return (
    <Card title={t.signIn} lead={t.signInLead} onSubmit={submit}>
      <Field
        label={t.name}
        value={name}
        onValue={setName}
        autocomplete="username"
        autofocus
        required
      />
      <Field
        label={t.password}
        type="password"
        value={password}
        onValue={setPassword}
        autocomplete="current-password"
        required
      />
      <Stay on={stay} onChange={setStay} />
      {error !== undefined && <ErrorNote error={error} />}
      <Button type="submit" tone="primary" busy={busy} disabled={name === '' || password === ''}>
        {t.signIn}
      </Button>
    </Card>
  )
}

function Stay({ on, onChange }: { on: boolean; onChange: (on: boolean) => void }) {
  return (
    <label class="check">
      <input
        type="checkbox"
        checked={on}
        onChange={(event) => onChange(event.currentTarget.checked)}
      />
      {t.staySignedIn}
    </label>
  )
}

function Card(props: {
  title: string
  lead: string
  onSubmit: () => Promise<void>
  children: preact.ComponentChildren
}) {
  return (
    <form
      class="card"
      onSubmit={(event) => {
        event.preventDefault()
        void props.onSubmit()
      }}
    >
      <img src="/icon.svg" alt="" width="48" height="48" />
      <h1>{props.title}</h1>
      <p class="quiet">{props.lead}</p>
      {props.children}
    </form>
  )
}

/** Signing in; on a new node, becoming its owner. */
export function SignIn() {
  const node = useData('node:id', () => call('node.id', {}))
  useEffect(() => {
    document.title = t.pageTitle(t.signIn)
  }, [])
  return (
    <main class="alone">
      {node.error !== undefined && <ErrorNote error={node.error} onRetry={node.reload} />}
      {node.value?.claimed === true && <SignInForm />}
      {node.value?.claimed === false && <ClaimForm />}
    </main>
  )
}
