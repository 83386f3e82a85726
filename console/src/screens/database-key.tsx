import { useState } from 'preact/hooks'
import { Button, IconButton } from '../parts/button'
import { CopyButton } from '../parts/id'
import { ErrorNote, SkeletonRows } from '../parts/states'
import {
  dropKey,
  dropRow,
  type KeyAt,
  lengthOf,
  lineOf,
  type Row,
  rowLimit,
  rowsOf,
} from '../state/database'
import { useData } from '../state/data'
import { go, withQuery } from '../state/route'
import { withUndo } from '../state/toasts'
import { count } from '../texts/format'
import { t } from '../texts/texts'
import { RowEditor } from './database-row'

function RowLine(props: {
  at: KeyAt
  row: Row
  /** of a list, only the ends can be taken out */
  removable: boolean
  writable: boolean
  onEdit: () => void
  onDelete: () => void
}) {
  const { at, row, removable, writable, onEdit, onDelete } = props
  const line = at.type === 'set' ? row.name : lineOf(row.value)
  const label = at.type === 'set' || at.type === 'string' ? line : `${row.name}: ${line}`
  return (
    <li class="pair">
      {at.type !== 'set' && at.type !== 'string' && (
        <span
          class={at.type === 'list' ? 'pair-name index mono' : 'pair-name mono cut'}
          title={row.name}
        >
          {row.name}
        </span>
      )}
      <span class={at.type === 'string' ? 'pair-value mono whole' : 'pair-value mono cut'}>
        {line}
      </span>
      <CopyButton text={line} label={t.copyOf(t.database.value)} />
      {writable && at.type !== 'set' && (
        <IconButton icon="edit" label={t.database.editOf(label)} onClick={onEdit} />
      )}
      {writable && at.type !== 'string' && removable && (
        <IconButton icon="trash" label={t.database.deleteOf(label)} onClick={onDelete} />
      )}
    </li>
  )
}

const canAdd: ReadonlySet<string> = new Set(['hash', 'list', 'set', 'zset'])

/** What is in a key, with editing where it is the working copy. */
export function KeyView({ at, writable }: { at: KeyAt; writable: boolean }) {
  const [editing, setEditing] = useState<Row | 'new'>()
  const [hidden, setHidden] = useState<ReadonlySet<string>>(new Set())
  const name = `unit:${at.mid}:value:${at.version}:${at.type}:${at.key}`
  const { value, error, reload } = useData(name, () => rowsOf(at))
  const length = useData(`${name}:length`, () => lengthOf(at)).value ?? value?.length ?? 0
  const rows = (value ?? []).filter((row) => !hidden.has(row.name))

  const removeRow = (row: Row): void =>
    withUndo(
      t.database.deleted(row.name),
      (there) =>
        setHidden(
          (now) => new Set(there ? [...now].filter((n) => n !== row.name) : [...now, row.name]),
        ),
      async () => {
        await dropRow(at, row.name)
        setHidden(new Set())
      },
    )
  const removeKey = (): void => {
    go(withQuery({ key: undefined }))
    withUndo(
      t.database.deleted(at.key),
      () => undefined,
      () => dropKey(at),
    )
  }
  return (
    <section class="key-view" aria-label={at.key}>
      <header>
        <a class="icon-button only-phone" href={withQuery({ key: undefined })} aria-label={t.back}>
          ‹
        </a>
        <div>
          <h2 class="mono">{at.key}</h2>
          <p class="small quiet">
            {t.database[at.type].one}
            {at.type !== 'string' && ` · ${t.database.rows(length)}`}
          </p>
        </div>
        {writable && (
          <span class="actions">
            {canAdd.has(at.type) && (
              <Button icon="plus" onClick={() => setEditing('new')}>
                {t.add}
              </Button>
            )}
            <IconButton icon="trash" label={t.database.deleteOf(at.key)} onClick={removeKey} />
          </span>
        )}
      </header>
      {error !== undefined && value === undefined && <ErrorNote error={error} onRetry={reload} />}
      {value === undefined && error === undefined && <SkeletonRows count={3} />}
      <ul class="pairs">
        {rows.map((row, index) => (
          <RowLine
            key={row.name}
            at={at}
            row={row}
            removable={at.type !== 'list' || index === 0 || index === length - 1}
            writable={writable}
            onEdit={() => setEditing(row)}
            onDelete={() => removeRow(row)}
          />
        ))}
      </ul>
      {length > rowLimit && (
        <p class="small quiet">{t.database.firstRows(count(rowLimit), count(length))}</p>
      )}
      {editing !== undefined && (
        <RowEditor
          at={at}
          row={editing === 'new' ? undefined : editing}
          onClose={() => setEditing(undefined)}
        />
      )}
    </section>
  )
}
