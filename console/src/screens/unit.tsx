import { useEffect, useState } from 'preact/hooks'
import { Ago } from '../parts/ago'
import { Badge, UnitBadges } from '../parts/badge'
import { Button, ButtonLink } from '../parts/button'
import { Menu, type MenuItem } from '../parts/menu'
import { Empty, ErrorNote, Skeleton, SkeletonRows } from '../parts/states'
import { UnitTile } from '../parts/unit-icon'
import { Confirm } from '../parts/confirm'
import { copyText } from '../parts/id'
import { openApp } from '../state/apps'
import { useData } from '../state/data'
import { act, call, type UnitDetail } from '../state/node'
import { screenCommands } from '../state/palette'
import { go, type Route, unitAddress } from '../state/route'
import { attempt, tell } from '../state/toasts'
import { codeOf, wordsOf } from '../texts/errors'
import { size } from '../texts/format'
import { t } from '../texts/texts'
import { BackupDialog } from './unit-backup'
import { DatabaseContent } from './database'
import { FileContent } from './files'
import { History } from './unit-history'
import { Sharing } from './unit-sharing'

const tabs = ['content', 'history', 'sharing'] as const
type Tab = (typeof tabs)[number]

function Tabs({ unit, tab }: { unit: UnitDetail; tab: Tab }) {
  return (
    <nav class="tabs" aria-label={t.unit.tabs}>
      {tabs.map((name) => (
        <a
          key={name}
          href={unitAddress(unit.mid, name === 'content' ? '' : name)}
          aria-current={name === tab ? 'page' : undefined}
        >
          {t.unit[name]}
          {name === 'history' && <span class="tab-count">{unit.versions.length}</span>}
        </a>
      ))}
    </nav>
  )
}

function Subtitle({ unit }: { unit: UnitDetail }) {
  return (
    <p class="lead unit-lead">
      {unit.version === 0 ? (
        t.units.neverSaved
      ) : (
        <span>
          {t.saved} <Ago time={unit.modified} />, {t.version(unit.version)}
        </span>
      )}
      <span class="tabular">{size(unit.size)}</span>
      <UnitBadges unit={unit} />
      {unit.release !== null && (
        <Badge tone="accent" icon="tag">
          {t.history.released(unit.release)}
        </Badge>
      )}
    </p>
  )
}

type Open = 'backup' | 'remove' | undefined

/** What can be done with a unit: the same in its menu and in the palette. */
function useItems(unit: UnitDetail | undefined, open: (what: Open) => void): MenuItem[] {
  const items: MenuItem[] =
    unit === undefined
      ? []
      : [
          { label: t.backup.action, icon: 'save', run: () => open('backup') },
          { label: t.unit.copyId, icon: 'copy', run: () => void copyId(unit) },
          { label: t.unit.share, icon: 'link', run: () => go(unitAddress(unit.mid, 'sharing')) },
          { label: t.unit.remove, icon: 'trash', danger: true, run: () => open('remove') },
        ]
  useEffect(() => {
    screenCommands.set(items.map(({ label, icon, run }) => ({ label, icon: icon ?? 'next', run })))
    return () => screenCommands.set([])
  }, [unit?.mid])
  return items
}

async function copyId(unit: UnitDetail): Promise<void> {
  await copyText(unit.mid)
  tell(t.copied)
}

function RemoveUnit({ unit, onClose }: { unit: UnitDetail; onClose: () => void }) {
  const remove = async (): Promise<void> => {
    const well = await attempt(() => act('mimei.remove', { mid: unit.mid }))
    if (!well) return
    tell(t.unit.removed(unit.mark))
    go('/units', true)
  }
  return (
    <Confirm
      title={t.unit.removeTitle(unit.mark)}
      text={t.unit.removeText}
      name={unit.mark}
      action={t.unit.remove}
      onClose={onClose}
      onConfirm={remove}
    />
  )
}

function UnitHead({
  unit,
  open,
  items,
}: {
  unit: UnitDetail
  open: (what: Open) => void
  items: MenuItem[]
}) {
  const saved = !unit.changed && unit.version > 0
  return (
    <header class="page-head unit-head">
      <UnitTile unit={unit} />
      <div>
        <h1 class="cut" title={unit.mark}>
          {unit.mark}
        </h1>
        <Subtitle unit={unit} />
      </div>
      <div class="actions">
        {unit.ext === 'app' && unit.version > 0 && (
          <Button icon="open" onClick={() => void attempt(() => openApp(unit.mid))}>
            {t.apps.open}
          </Button>
        )}
        {unit.mine && (
          <Button
            tone={unit.changed ? 'primary' : 'plain'}
            icon={saved ? 'check' : 'save'}
            disabled={saved}
            onClick={() => open('backup')}
          >
            {saved ? t.backup.upToDate : t.backup.action}
          </Button>
        )}
      </div>
      <Menu label={t.unit.more} items={items} />
    </header>
  )
}

/** A link to a unit that is not here may still be followed: it can be brought here. */
function Absent(props: { mid: string; error: unknown; onRetry: () => void }) {
  if (codeOf(props.error) !== 'MIMEI_UNKNOWN') return <ErrorNote {...props} />
  const { what, next } = wordsOf(props.error)
  return (
    <Empty
      icon="units"
      title={what}
      actions={
        <ButtonLink href={`/units?bring=1&mid=${props.mid}`} tone="primary" icon="sync">
          {t.bring.action}
        </ButtonLink>
      }
    >
      {next}
    </Empty>
  )
}

/** One unit: its content, its history, and who has it. */
export function UnitScreen({ route }: { route: Route }) {
  const [, mid = '', wanted] = route.parts
  const [open, setOpen] = useState<Open>()
  const detail = useData(`unit:${mid}:show`, () => call('mimei.show', { mid }))
  const unit = detail.value
  const items = useItems(unit, setOpen)
  const tab = tabs.find((name) => name === wanted) ?? 'content'
  useEffect(() => {
    document.title = t.pageTitle(unit?.mark ?? t.nav.units)
  }, [unit?.mark])
  if (unit === undefined) {
    return (
      <div class="page">
        {detail.error === undefined ? (
          <>
            <Skeleton width="40%" height="48px" />
            <SkeletonRows />
          </>
        ) : (
          <Absent mid={mid} error={detail.error} onRetry={detail.reload} />
        )}
      </div>
    )
  }
  return (
    <div class="page">
      <UnitHead unit={unit} open={setOpen} items={unit.mine ? items : items.slice(1)} />
      <Tabs unit={unit} tab={tab} />
      {tab === 'content' && unit.kind === 'file' && <FileContent unit={unit} route={route} />}
      {tab === 'content' && unit.kind === 'database' && (
        <DatabaseContent unit={unit} route={route} />
      )}
      {tab === 'history' && <History unit={unit} onBackup={() => setOpen('backup')} />}
      {tab === 'sharing' && <Sharing unit={unit} />}
      {open === 'backup' && <BackupDialog unit={unit} onClose={() => setOpen(undefined)} />}
      {open === 'remove' && <RemoveUnit unit={unit} onClose={() => setOpen(undefined)} />}
    </div>
  )
}
