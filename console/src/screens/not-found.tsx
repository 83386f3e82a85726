import { ButtonLink } from '../parts/button'
import { Empty } from '../parts/states'
import { t } from '../texts/texts'
import { Page } from './page'

export function NotFound() {
  return (
    <Page title={t.notFound.title}>
      <Empty
        icon="search"
        title={t.notFound.what}
        actions={
          <ButtonLink href="/" tone="primary">
            {t.notFound.home}
          </ButtonLink>
        }
      >
        {t.notFound.next}
      </Empty>
    </Page>
  )
}
