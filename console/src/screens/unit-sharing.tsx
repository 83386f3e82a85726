import { useEffect, useState } from 'preact/hooks'
import { Choices, Switch } from '../parts/field'
import { CopyButton, Id } from '../parts/id'
import { Badge } from '../parts/badge'
import { Icon } from '../parts/icon'
import { QrCode } from '../parts/qr-code'
import { ErrorNote, Note, Skeleton } from '../parts/states'
import { isOpen } from '../state/content'
import { refresh, useData } from '../state/data'
import { act, call, type Unit, type UnitDetail } from '../state/node'
import { unitAddress } from '../state/route'
import { type Reach, reachOf, rightOf } from '../state/rights'
import { attempt } from '../state/toasts'
import { codeOf } from '../texts/errors'
import { t } from '../texts/texts'
import { Facts, Section } from './page'
import { NamedKeys } from './unit-keys'

function WhoMayRead({ unit }: { unit: UnitDetail }) {
  const reach = reachOf(unit.right)
  const set = (next: Reach): void => {
    const right = rightOf(next, unit.right)
    void attempt(() => act('mimei.right', { mid: unit.mid, right }))
  }
  if (!unit.mine) {
    return (
      <Section title={t.rights.title} lead={t.rights.leadOthers}>
        <p>{t.rights.others[reach]}</p>
      </Section>
    )
  }
  return (
    <Section title={t.rights.title} lead={t.rights.lead}>
      <Choices
        label={t.rights.label}
        unseenLabel
        value={reach}
        onValue={set}
        choices={[
          { value: 'closed', ...t.rights.closed },
          { value: 'readable', ...t.rights.readable },
          { value: 'open', ...t.rights.open },
        ]}
      />
      {(unit.right & 2) !== 0 && <Note tone="warn">{t.rights.writable}</Note>}
      <NamedKeys unit={unit} />
    </Section>
  )
}

/** Switches that tell the network, or stop telling it. */
function OnTheNetwork({ unit }: { unit: UnitDetail }) {
  const [busy, setBusy] = useState<'publish' | 'provide'>()
  const { mid } = unit
  const work = async (what: 'publish' | 'provide', act: () => Promise<unknown>): Promise<void> => {
    setBusy(what)
    await attempt(act)
    setBusy(undefined)
  }
  const closed = !isOpen(unit.right, 'last')
  const why =
    unit.version === 0 ? t.publish.needsBackup : closed ? t.publish.needsReaders : t.publish.hint
  return (
    <Section title={t.publish.title}>
      <Switch
        label={t.publish.label}
        hint={why}
        on={unit.published}
        busy={busy === 'publish'}
        disabled={!unit.mine || (!unit.published && (unit.version === 0 || closed))}
        onChange={(on) =>
          void work('publish', () =>
            on ? act('mimei.publish', { mid }) : act('mimei.unpublish', { mid }),
          )
        }
      />
      <Switch
        label={t.provide.label}
        hint={t.provide.hint}
        on={unit.providing}
        busy={busy === 'provide'}
        onChange={(on) =>
          void work('provide', () =>
            on ? act('mimei.provide', { mid }) : act('mimei.unprovide', { mid }),
          )
        }
      />
    </Section>
  )
}

/** Other nodes come and go without telling: they are asked again after so many milliseconds. */
const pace = 15_000

function WhoHasIt({ unit }: { unit: UnitDetail }) {
  const { mid } = unit
  useEffect(() => {
    const timer = setInterval(() => refresh(`unit:${mid}:providers`), pace)
    return () => clearInterval(timer)
  }, [mid])
  const { value, error } = useData(`unit:${mid}:providers`, () => call('mimei.providers', { mid }))
  const off = codeOf(error) === 'NETWORK_OFF'
  return (
    <Section title={t.providers.title} lead={t.providers.lead}>
      {off && <p class="quiet">{t.network.offHere}</p>}
      {error !== undefined && value === undefined && !off && <ErrorNote error={error} />}
      {value === undefined && error === undefined && <Skeleton width="100%" height="48px" />}
      {value?.providers.length === 0 && <p class="quiet">{t.providers.none}</p>}
      <ul class="lines">
        {value?.providers.map((provider) => (
          <li key={provider.id} class="line">
            <span class="tile">
              <Icon name="disk" />
            </span>
            <span class="line-main">
              <Id id={provider.id} of={t.ids.node} />
              <span class="small quiet cut">{provider.addresses[0] ?? t.providers.noAddress}</span>
            </span>
            {provider.self && <Badge tone="accent">{t.providers.self}</Badge>}
          </li>
        ))}
      </ul>
    </Section>
  )
}

function Link({ unit }: { unit: UnitDetail }) {
  const open = isOpen(unit.right, 'last') && unit.version > 0
  const link = open
    ? `${location.origin}/mm/${unit.mid}:last/`
    : `${location.origin}${unitAddress(unit.mid)}`
  const local = /^(localhost|127\.|\[::1)/.test(location.hostname)
  return (
    <Section title={t.link.title} lead={open ? t.link.open : t.link.closed}>
      <div class="link-box">
        <div>
          <div class="copy-line">
            <span class="mono cut" title={link}>
              {link}
            </span>
            <CopyButton text={link} label={t.link.copy} />
          </div>
          <p class="hint">{local ? t.link.local : t.link.reach}</p>
          <p class="hint link-bring">{t.link.bring}</p>
          <div class="copy-line">
            <span class="mono cut" title={unit.mid}>
              {unit.mid}
            </span>
            <CopyButton text={unit.mid} label={t.copyOf(t.ids.unit)} />
          </div>
        </div>
        <QrCode text={link} label={t.link.qr} />
      </div>
    </Section>
  )
}

/** A unit by its name where it is here, else any id as it is. */
function Named({ id, units }: { id: string; units: readonly Unit[] }) {
  const unit = units.find(({ mid }) => mid === id)
  if (unit === undefined) return <Id id={id} of={t.ids.content} />
  return (
    <a class="line-title cut" href={unitAddress(id)}>
      {unit.mark}
    </a>
  )
}

function References({ unit }: { unit: UnitDetail }) {
  const { mid } = unit
  const { value } = useData(`unit:${mid}:refs`, () => call('mimei.refs', { mid }))
  const units = useData('units', () => call('mimei.list', {})).value?.units ?? []
  const refs = Object.entries(value?.refs ?? {})
  const referrers = value?.referrers ?? []
  if (refs.length + referrers.length === 0) return null
  return (
    <Section title={t.references.title} lead={t.references.lead}>
      <ul class="lines">
        {refs.map(([id, count]) => (
          <li key={id} class="line">
            <span class="line-main">
              <Named id={id} units={units} />
            </span>
            <span class="small quiet">{t.references.to(count)}</span>
          </li>
        ))}
        {referrers.map((id) => (
          <li key={id} class="line">
            <span class="line-main">
              <Named id={id} units={units} />
            </span>
            <span class="small quiet">{t.references.from}</span>
          </li>
        ))}
      </ul>
    </Section>
  )
}

/** Who may read a unit, who has it, and how to reach it from elsewhere. */
export function Sharing({ unit }: { unit: UnitDetail }) {
  const facts: [string, preact.ComponentChildren][] = [
    [t.ids.unit, <Id id={unit.mid} of={t.ids.unit} />],
    [t.ids.author, <Id id={unit.author} of={t.ids.author} />],
  ]
  if (unit.cid !== null) facts.push([t.ids.version, <Id id={unit.cid} of={t.ids.version} />])
  if (unit.root !== null) facts.push([t.ids.content, <Id id={unit.root} of={t.ids.content} />])
  return (
    <div class="columns even">
      <div>
        <WhoMayRead unit={unit} />
        <OnTheNetwork key={String(unit.published)} unit={unit} />
      </div>
      <div>
        <Link unit={unit} />
        <WhoHasIt unit={unit} />
        <References unit={unit} />
        <Section title={t.ids.title} lead={t.ids.lead}>
          <Facts facts={facts} />
        </Section>
      </div>
    </div>
  )
}
