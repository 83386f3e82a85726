import { type Batch, batches, cancel, dismiss, retry } from '../state/uploads'
import { dismissSync, type Sync, syncs } from '../state/syncs'
import { unitAddress } from '../state/route'
import { useStore } from '../state/store'
import { wordsOf } from '../texts/errors'
import { count, size, span } from '../texts/format'
import { t } from '../texts/texts'
import { Button, ButtonLink, IconButton } from './button'
import { Icon } from './icon'
import { Progress } from './states'

function headline(batch: Batch): string {
  const what = batch.title ?? t.upload.files(batch.files)
  if (batch.state === 'running') return t.upload.running(what)
  if (batch.state === 'cancelled') return t.upload.cancelled(batch.filesDone, batch.files)
  return batch.failed.length === 0
    ? t.upload.done(what)
    : t.upload.partly(batch.filesDone, batch.files)
}

function detail({ state, bytes, bytesDone, files, filesDone, rate }: Batch): string {
  const amount = t.upload.amount(size(bytesDone), size(bytes), count(filesDone), count(files))
  if (state !== 'running' || rate === undefined || rate <= 0) return amount
  return `${amount} · ${t.upload.left(span((bytes - bytesDone) / rate))}`
}

function BatchCard({ batch }: { batch: Batch }) {
  const running = batch.state === 'running'
  const part = batch.bytes === 0 ? batch.filesDone / batch.files : batch.bytesDone / batch.bytes
  return (
    <section class="activity-card" aria-label={headline(batch)}>
      <div class="activity-head">
        <strong class="cut">{headline(batch)}</strong>
        {running ? (
          <Button tone="ghost" onClick={() => cancel(batch.id)}>
            {t.cancel}
          </Button>
        ) : (
          <IconButton icon="close" label={t.dismiss} onClick={() => dismiss(batch.id)} />
        )}
      </div>
      {running && <Progress part={part} label={headline(batch)} />}
      <p class="small quiet tabular">{detail(batch)}</p>
      {batch.failed.length > 0 && (
        <details class="small">
          <summary>{t.upload.failed(batch.failed.length)}</summary>
          <ul>
            {batch.failed.slice(0, 50).map(({ path, error }) => (
              <li key={path}>
                <span class="mono">{path}</span>: {wordsOf(error).what}
              </li>
            ))}
          </ul>
        </details>
      )}
      {!running && batch.failed.length > 0 && (
        <Button icon="sync" onClick={() => void retry(batch)}>
          {t.tryAgain}
        </Button>
      )}
    </section>
  )
}

function SyncCard({ sync }: { sync: Sync }) {
  const { progress } = sync
  const known = progress !== undefined && progress.total !== null && progress.total > 0
  const show = progress?.unit === 'bytes' ? size : count
  return (
    <section class="activity-card" aria-label={sync.title}>
      <div class="activity-head">
        <Icon name="sync" size={18} />
        <strong class="cut">{sync.title}</strong>
        {sync.state !== 'running' && (
          <IconButton icon="close" label={t.dismiss} onClick={() => dismissSync(sync.id)} />
        )}
      </div>
      {sync.state === 'running' && (
        <Progress
          part={known ? progress.done / (progress.total ?? 1) : undefined}
          label={sync.title}
        />
      )}
      <p class="small quiet tabular">
        {sync.state === 'failed' && wordsOf(sync.error).what}
        {sync.state === 'done' && t.sync.done(sync.bytes)}
        {sync.state === 'running' &&
          (progress === undefined
            ? t.sync.looking
            : known
              ? t.sync.part(show(progress.done), show(progress.total ?? 0))
              : t.sync.amount(show(progress.done)))}
      </p>
      {sync.state === 'done' && <ButtonLink href={unitAddress(sync.mid)}>{t.open}</ButtonLink>}
    </section>
  )
}

/** Long work that goes on while the person does something else. */
export function Activity() {
  const uploads = useStore(batches)
  const moving = useStore(syncs)
  if (uploads.length + moving.length === 0) return null
  return (
    <aside class="activity" aria-label={t.activity}>
      {uploads.map((batch) => (
        <BatchCard key={batch.id} batch={batch} />
      ))}
      {moving.map((sync) => (
        <SyncCard key={sync.id} sync={sync} />
      ))}
    </aside>
  )
}
