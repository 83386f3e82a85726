import { useState } from 'preact/hooks'
import { Button } from '../parts/button'
import { Confirm } from '../parts/confirm'
import { ErrorNote, Note, Progress } from '../parts/states'
import { call, type MethodResult } from '../state/node'
import { attempt } from '../state/toasts'
import { refresh } from '../state/data'
import { count, size } from '../texts/format'
import { t } from '../texts/texts'
import { Section } from './page'

type Collected = MethodResult<'node.collect'>
type Examined = MethodResult<'node.doctor'>

/** Looks for space that nothing needs, and frees it on a second press. */
function Collect() {
  const [busy, setBusy] = useState(false)
  const [found, setFound] = useState<Collected & { dryRun: boolean }>()
  const [error, setError] = useState<unknown>()
  const collect = async (dryRun: boolean): Promise<void> => {
    setBusy(true)
    setError(undefined)
    try {
      setFound({ ...(await call('node.collect', { dryRun })), dryRun })
      if (!dryRun) refresh('node:status')
    } catch (failed) {
      setError(failed)
    }
    setBusy(false)
  }
  const some = found !== undefined && found.dryRun && found.freedBlocks > 0
  return (
    <div class="care">
      <div>
        <h3>{t.care.collect}</h3>
        <p class="hint">{t.care.collectHint}</p>
        {busy && <Progress part={undefined} label={t.care.collect} />}
        {found !== undefined && (
          <p role="status">
            {found.freedBlocks === 0
              ? t.care.nothingToFree
              : found.dryRun
                ? t.care.wouldFree(size(found.freedBytes))
                : t.care.freed(size(found.freedBytes))}
          </p>
        )}
        {error !== undefined && <ErrorNote error={error} />}
      </div>
      <Button tone={some ? 'primary' : 'plain'} busy={busy} onClick={() => void collect(!some)}>
        {some ? t.care.free : t.care.look}
      </Button>
    </div>
  )
}

function Report({ report }: { report: Examined }) {
  const { blocks, corrupt, problems } = report
  if (corrupt.length + problems.length === 0) {
    return <p role="status">{t.care.healthy(count(blocks))}</p>
  }
  return (
    <Note tone="warn">
      <strong>{t.care.sick(corrupt.length, problems.length)}</strong>
      <ul>
        {problems.map(({ mid, problem, repaired }) => (
          <li key={mid + problem}>
            <span class="mono">{mid}</span>: {problem} {repaired ? t.care.repaired : ''}
          </li>
        ))}
        {corrupt.map((cid) => (
          <li key={cid} class="mono cut">
            {cid}
          </li>
        ))}
      </ul>
    </Note>
  )
}

function Doctor() {
  const [busy, setBusy] = useState(false)
  const [report, setReport] = useState<Examined>()
  const [error, setError] = useState<unknown>()
  const examine = async (): Promise<void> => {
    setBusy(true)
    setError(undefined)
    try {
      setReport(await call('node.doctor', {}, { timeout: 0 }))
    } catch (failed) {
      setError(failed)
    }
    setBusy(false)
  }
  return (
    <div class="care">
      <div>
        <h3>{t.care.doctor}</h3>
        <p class="hint">{t.care.doctorHint}</p>
        {busy && <Progress part={undefined} label={t.care.doctor} />}
        {report !== undefined && <Report report={report} />}
        {error !== undefined && <ErrorNote error={error} />}
      </div>
      <Button busy={busy} onClick={() => void examine()}>
        {t.care.check}
      </Button>
    </div>
  )
}

/** What an owner does now and then for the node's health. */
export function Care() {
  const [stopping, setStopping] = useState(false)
  return (
    <Section title={t.care.title}>
      <Collect />
      <Doctor />
      <div class="care">
        <div>
          <h3>{t.care.stop}</h3>
          <p class="hint">{t.care.stopHint}</p>
        </div>
        <Button tone="danger" onClick={() => setStopping(true)}>
          {t.care.stopAction}
        </Button>
      </div>
      {stopping && (
        <Confirm
          title={t.care.stop}
          text={t.care.stopText}
          action={t.care.stopAction}
          onClose={() => setStopping(false)}
          onConfirm={async () => void (await attempt(() => call('node.stop', {})))}
        />
      )}
    </Section>
  )
}
