import { useState } from 'preact/hooks'
import { Ago } from '../parts/ago'
import { Badge } from '../parts/badge'
import { Button } from '../parts/button'
import { Confirm } from '../parts/confirm'
import { Icon } from '../parts/icon'
import { Menu, type MenuItem } from '../parts/menu'
import { Empty } from '../parts/states'
import type { VersionName } from '../state/content'
import { act, session, type UnitDetail, type VersionInfo } from '../state/node'
import { go, unitAddress } from '../state/route'
import { useStore } from '../state/store'
import { attempt, tell } from '../state/toasts'
import { shortId, size } from '../texts/format'
import { copyText } from '../parts/id'
import { t } from '../texts/texts'
import { Changes } from './unit-changes'

async function release(unit: UnitDetail, version: number): Promise<void> {
  const { mid } = unit
  const well = await attempt(async () => {
    await act('mimei.release', { mid, version })
    if (unit.published) await act('mimei.publish', { mid })
  })
  if (well) tell(t.history.releaseDone(version))
}

/** Opens and closes what changed since another version. */
function Compare(props: { mid: string; from: VersionName; to: VersionName; label: string }) {
  const [open, setOpen] = useState(false)
  return (
    <>
      <button type="button" class="link-button" aria-expanded={open} onClick={() => setOpen(!open)}>
        <span class={open ? 'turned' : ''}>
          <Icon name="next" size={16} />
        </span>
        {props.label}
      </button>
      {open && <Changes mid={props.mid} from={props.from} to={props.to} />}
    </>
  )
}

function Present({ unit, onBackup }: { unit: UnitDetail; onBackup: () => void }) {
  return (
    <li class="event now">
      <div class="event-head">
        <strong>{t.history.now}</strong>
        <Badge tone="warn">{t.badges.changed}</Badge>
      </div>
      <p class="quiet">{t.history.nowText(unit.base)}</p>
      <Compare mid={unit.mid} from={unit.base} to="cur" label={t.history.compareNow} />
      <div class="actions">
        <Button tone="primary" icon="save" onClick={onBackup}>
          {t.backup.action}
        </Button>
      </div>
    </li>
  )
}

function VersionEvent(props: {
  unit: UnitDetail
  version: VersionInfo
  before: number
  onRestore: () => void
}) {
  const { unit, version, before, onRestore } = props
  const number = version.version
  const who = useStore(session)
  const look = (): void => go(`${unitAddress(unit.mid, 'content')}?v=${number}`)
  const items: MenuItem[] = [
    { label: t.history.look, icon: 'eye', run: look },
    ...(unit.mine
      ? [
          {
            label: t.history.release,
            icon: 'tag' as const,
            disabled: unit.release === number,
            run: () => void release(unit, number),
          },
          { label: t.history.restore, icon: 'restore' as const, run: onRestore },
        ]
      : []),
    { label: t.history.copyCid, icon: 'copy', run: () => void copyText(version.root) },
  ]
  return (
    <li class="event">
      <div class="event-head">
        <strong>{t.versionNumber(number)}</strong>
        {unit.release === number && (
          <Badge tone="accent" icon="tag">
            {t.badges.release}
          </Badge>
        )}
        {unit.version === number && <Badge>{t.badges.newest}</Badge>}
        {!version.here && <Badge title={t.badges.awayHint}>{t.badges.away}</Badge>}
        <span class="event-menu">
          <Button onClick={look}>{t.history.look}</Button>
          <Menu label={t.history.menuOf(number)} items={items} />
        </span>
      </div>
      {version.memo !== '' && <p class="memo">{version.memo}</p>}
      <p class="small quiet">
        <Ago time={version.time} /> · {size(version.size)} ·{' '}
        <span title={version.author}>
          {version.author === who?.user ? t.history.byYou : t.history.by(shortId(version.author))}
        </span>
      </p>
      {version.here && (
        <Compare
          mid={unit.mid}
          from={before}
          to={number}
          label={before === 0 ? t.history.compareFirst : t.history.compare(before)}
        />
      )}
    </li>
  )
}

function RestoreVersion(props: { unit: UnitDetail; version: number; onClose: () => void }) {
  const { unit, version, onClose } = props
  const restore = async (): Promise<void> => {
    const well = await attempt(() => act('mimei.restore', { mid: unit.mid, version }))
    if (well) tell(t.history.restored(version))
  }
  return (
    <Confirm
      title={t.history.restoreTitle(version)}
      text={unit.changed ? t.history.restoreLoses : t.history.restoreText}
      {...(unit.changed ? { name: unit.mark } : {})}
      action={t.history.restore}
      onClose={onClose}
      onConfirm={restore}
    />
  )
}

/** All kept versions as a time line, the newest first, each with what changed. */
export function History({ unit, onBackup }: { unit: UnitDetail; onBackup: () => void }) {
  const [restoring, setRestoring] = useState<number>()
  const versions = [...unit.versions].sort((one, other) => other.version - one.version)
  const present = unit.changed && unit.mine
  if (versions.length === 0 && !present) {
    return (
      <Empty icon="clock" title={t.history.emptyTitle}>
        {t.history.emptyText}
      </Empty>
    )
  }
  return (
    <>
      <ol class="time-line" aria-label={t.unit.history}>
        {present && <Present unit={unit} onBackup={onBackup} />}
        {versions.map((version, index) => (
          <VersionEvent
            key={version.version}
            unit={unit}
            version={version}
            before={versions[index + 1]?.version ?? 0}
            onRestore={() => setRestoring(version.version)}
          />
        ))}
      </ol>
      {restoring !== undefined && (
        <RestoreVersion unit={unit} version={restoring} onClose={() => setRestoring(undefined)} />
      )}
    </>
  )
}
