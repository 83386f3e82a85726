import { useState } from 'preact/hooks'
import { Ago } from '../parts/ago'
import { Badge } from '../parts/badge'
import { Button } from '../parts/button'
import { Field } from '../parts/field'
import { Icon } from '../parts/icon'
import { CopyButton, Id } from '../parts/id'
import { Empty, ErrorNote, Skeleton, SkeletonRows } from '../parts/states'
import { type Loaded, refresh, useData } from '../state/data'
import { call, type MethodResult, session } from '../state/node'
import { useStore } from '../state/store'
import { tell } from '../state/toasts'
import { shortId } from '../texts/format'
import { codeOf } from '../texts/errors'
import { t } from '../texts/texts'
import { Facts, Page, Section } from './page'

function ThisNode() {
  const { value, error } = useData('node:status', () => call('node.status', {}))
  if (error !== undefined && value === undefined) return <ErrorNote error={error} />
  if (value === undefined) return <Skeleton width="100%" height="160px" />
  const facts: [string, preact.ComponentChildren][] = [
    [
      t.network.state,
      <Badge tone={value.network === 'on' ? 'ok' : 'warn'}>{t.network[value.network]}</Badge>,
    ],
    [t.ids.node, <Id id={value.id} of={t.ids.node} />],
  ]
  if (value.peer !== null) facts.push([t.ids.peer, <Id id={value.peer} of={t.ids.peer} />])
  return (
    <>
      <Facts facts={facts} />
      <h3>{t.network.addresses}</h3>
      <p class="hint">{t.network.addressesHint}</p>
      {value.addresses.length === 0 && <p class="quiet">{t.network.noAddresses}</p>}
      <ul class="addresses">
        {value.addresses.map((address) => (
          <li key={address} class="copy-line">
            <span class="mono cut" title={address}>
              {address}
            </span>
            <CopyButton text={address} label={t.copyOf(t.network.address)} />
          </li>
        ))}
      </ul>
    </>
  )
}

function Connect() {
  const [address, setAddress] = useState('')
  const [busy, setBusy] = useState(false)
  const [error, setError] = useState<unknown>()
  const connect = async (): Promise<void> => {
    setBusy(true)
    setError(undefined)
    try {
      const peer = await call('node.connect', { address: address.trim() })
      tell(t.network.met(shortId(peer.id)))
      setAddress('')
      refresh('node:')
    } catch (failed) {
      setError(failed)
    }
    setBusy(false)
  }
  return (
    <form
      class="inline-form"
      onSubmit={(event) => {
        event.preventDefault()
        void connect()
      }}
    >
      <Field
        label={t.network.connectTo}
        value={address}
        onValue={setAddress}
        mono
        placeholder="/ip4/192.168.1.20/tcp/4801/p2p/12D3…"
      />
      <Button type="submit" icon="network" busy={busy} disabled={address.trim() === ''}>
        {t.network.connect}
      </Button>
      {error !== undefined && <ErrorNote error={error} />}
    </form>
  )
}

function Peers({ peers: { value, error, reload } }: { peers: Loaded<MethodResult<'node.peers'>> }) {
  if (codeOf(error) === 'NETWORK_OFF') {
    return (
      <Empty icon="network" title={t.network.offHere}>
        {t.network.offText}
      </Empty>
    )
  }
  if (error !== undefined && value === undefined)
    return <ErrorNote error={error} onRetry={reload} />
  if (value === undefined) return <SkeletonRows count={3} />
  if (value.peers.length === 0) {
    return (
      <Empty icon="network" title={t.network.noPeers}>
        {t.network.noPeersText}
      </Empty>
    )
  }
  return (
    <ul class="lines">
      {value.peers.map((peer) => (
        <li key={peer.id} class="line">
          <span class="tile">
            <Icon name="disk" />
          </span>
          <span class="line-main">
            <Id id={peer.id} of={t.ids.node} />
            <span class="small quiet mono cut">{peer.addresses[0] ?? ''}</span>
          </span>
          <span class="small quiet">
            {t.network.since} <Ago time={peer.since} />
          </span>
        </li>
      ))}
    </ul>
  )
}

/** This node among others: where it is reached, and whom it sees. */
export function Network() {
  const who = useStore(session)
  const status = useData('node:status', () => call('node.status', {}))
  const peers = useData('node:peers', () => call('node.peers', {}))
  const ready = status.value !== undefined && (peers.value ?? peers.error) !== undefined
  return (
    <Page title={t.nav.network} lead={t.network.lead}>
      <div class="columns" aria-busy={!ready}>
        <Section title={t.network.others}>
          <Peers peers={peers} />
          {who?.owner === true && status.value?.network === 'on' && <Connect />}
        </Section>
        <Section title={t.home.thisNode}>
          <ThisNode />
        </Section>
      </div>
    </Page>
  )
}
