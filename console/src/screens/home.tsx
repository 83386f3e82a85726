import { useState } from 'preact/hooks'
import { Ago } from '../parts/ago'
import { ButtonLink } from '../parts/button'
import { Id } from '../parts/id'
import { Empty, ErrorNote, Skeleton, SkeletonRows } from '../parts/states'
import { UnitTile } from '../parts/unit-icon'
import { Icon, type IconName } from '../parts/icon'
import { useData } from '../state/data'
import { call, type Unit } from '../state/node'
import { unitAddress } from '../state/route'
import { count, size } from '../texts/format'
import { t } from '../texts/texts'
import { BackupDialog } from './unit-backup'
import { Facts, Page, Section } from './page'

type Status = Awaited<ReturnType<typeof loadStatus>>
const loadStatus = () => call('node.status', {})
const loadUnits = () => call('mimei.list', {})

/** bytes of free space below which the person should act */
const tight = 1_000_000_000
/** lines of each list: the rest is one click away */
const few = 6

interface Need {
  readonly icon: IconName
  readonly text: string
  readonly href: string
}

function needsOf(status: Status): Need[] {
  const needs: Need[] = []
  if (status.freeBytes < tight) {
    needs.push({ icon: 'disk', text: t.home.tight(size(status.freeBytes)), href: '/settings' })
  }
  return needs
}

function NeedRow({ need }: { need: Need }) {
  return (
    <li class="line">
      <span class="tile warn">
        <Icon name={need.icon} />
      </span>
      <span class="line-main">{need.text}</span>
      <ButtonLink href={need.href}>{t.look}</ButtonLink>
    </li>
  )
}

function UnsavedRow({ unit, onBackup }: { unit: Unit; onBackup: () => void }) {
  return (
    <li class="line">
      <UnitTile unit={unit} />
      <a class="line-main" href={unitAddress(unit.mid)}>
        <span class="line-title cut">{unit.mark}</span>
        <span class="small quiet">
          {unit.version === 0 ? t.units.neverSaved : t.home.changedSince(unit.version)}
        </span>
      </a>
      <button type="button" class="button plain" onClick={onBackup}>
        <Icon name="save" size={18} />
        {t.backup.action}
      </button>
    </li>
  )
}

function Recent({ units }: { units: readonly Unit[] }) {
  const saved = units
    .filter(({ version }) => version > 0)
    .sort((one, other) => other.modified - one.modified)
    .slice(0, few)
  if (saved.length === 0) return <p class="quiet">{t.home.noVersions}</p>
  return (
    <ul class="lines">
      {saved.map((unit) => (
        <li key={unit.mid} class="line">
          <UnitTile unit={unit} />
          <a class="line-main" href={unitAddress(unit.mid, 'history')}>
            <span class="line-title cut">{unit.mark}</span>
            <span class="small quiet">
              {t.versionNumber(unit.version)} · <Ago time={unit.modified} />
            </span>
          </a>
          <span class="small quiet tabular">{size(unit.size)}</span>
        </li>
      ))}
    </ul>
  )
}

function Space({ status }: { status: Status }) {
  const part = status.usedBytes / Math.max(1, status.usedBytes + status.freeBytes)
  return (
    <div class="space">
      <div
        class="meter"
        role="img"
        aria-label={t.home.space(size(status.usedBytes), size(status.freeBytes))}
      >
        <span style={{ transform: `scaleX(${Math.max(0.004, part)})` }} />
      </div>
      <span class="small quiet">
        {t.home.space(size(status.usedBytes), size(status.freeBytes))}
      </span>
    </div>
  )
}

function ThisNode({ status }: { status: Status | undefined }) {
  if (status === undefined) return <Skeleton width="100%" height="220px" />
  return (
    <>
      <Space status={status} />
      <Facts
        facts={[
          [t.home.nodeId, <Id id={status.id} of={t.ids.node} />],
          [t.nav.units, count(status.units)],
          [
            t.home.peers,
            status.network === 'off' ? t.home.networkOff : t.network.connected(status.peers),
          ],
          [t.home.started, <Ago time={status.started} />],
          [t.home.software, status.version],
        ]}
      />
    </>
  )
}

/** Is all well? */
export function Home() {
  const [saving, setSaving] = useState<Unit>()
  const status = useData('node:status', loadStatus)
  const list = useData('units', loadUnits)
  const units = list.value?.units ?? []
  const unsaved = units.filter(({ changed, mine }) => changed && mine)
  const needs = status.value === undefined ? [] : needsOf(status.value)
  const open = needs.length + unsaved.length
  const ready = status.value !== undefined && list.value !== undefined
  const failed = status.error ?? list.error
  if (failed !== undefined && !ready) {
    return (
      <Page title={t.nav.home}>
        <ErrorNote error={failed} onRetry={() => (status.reload(), list.reload())} />
      </Page>
    )
  }
  const lead = !ready ? <Skeleton width="240px" /> : open === 0 ? t.home.wellLead : t.home.needsLead
  const title = !ready ? t.nav.home : open === 0 ? t.home.well : t.home.needs(open)
  return (
    <Page title={title} lead={lead}>
      <div class="columns" aria-busy={!ready}>
        <div>
          {!ready && <SkeletonRows count={3} />}
          {ready && units.length === 0 && (
            <Empty
              icon="units"
              title={t.units.emptyTitle}
              actions={
                <ButtonLink href="/units?new=1" tone="primary" icon="plus">
                  {t.units.create}
                </ButtonLink>
              }
            >
              {t.units.emptyText}
            </Empty>
          )}
          {ready && open > 0 && (
            <Section title={t.home.needsYou}>
              <ul class="lines">
                {needs.map((need) => (
                  <NeedRow key={need.text} need={need} />
                ))}
                {unsaved.slice(0, few).map((unit) => (
                  <UnsavedRow key={unit.mid} unit={unit} onBackup={() => setSaving(unit)} />
                ))}
              </ul>
              {unsaved.length > few && (
                <a href="/units?show=changed">{t.home.moreUnsaved(unsaved.length - few)}</a>
              )}
            </Section>
          )}
          {ready && units.length > 0 && (
            <Section title={t.home.recent}>
              <Recent units={units} />
            </Section>
          )}
        </div>
        <Section title={t.home.thisNode}>
          <ThisNode status={status.value} />
        </Section>
      </div>
      {saving !== undefined && <BackupDialog unit={saving} onClose={() => setSaving(undefined)} />}
    </Page>
  )
}
