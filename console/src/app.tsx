import ErrorBoundary from '@cloudscape-design/components/error-boundary';
import { I18nProvider } from '@cloudscape-design/components/i18n';
import messages from '@cloudscape-design/components/i18n/messages/all.en';
import Spinner from '@cloudscape-design/components/spinner';
import { useCallback, useEffect, useState } from 'react';
import { ApiError, createClient } from './api/client.ts';
import { createConnection } from './api/connection.ts';
import { ownApi } from './api/own.ts';
import type { Session } from './api/types.ts';
import { useTheme } from './kit/theme.ts';
import { SignIn } from './pages/sign-in.tsx';
import { Problem } from './parts/problem.tsx';
import { Shell } from './shell.tsx';

type Known =
  | { readonly kind: 'asking' | 'stranger' }
  | { readonly kind: 'signed-in'; readonly session: Session }
  | { readonly kind: 'failed'; readonly error: unknown };

/** Who is here decides what is shown: sign-in, or the console. */
export function App() {
  const [theme, setTheme] = useTheme();
  const [known, setKnown] = useState<Known>({ kind: 'asking' });
  const [connection] = useState(createConnection);
  const [client] = useState(() =>
    createClient({
      answered: connection.answered,
      unreachable: connection.unreachable,
      signedOut: () => setKnown({ kind: 'stranger' }),
    }),
  );
  const [own] = useState(() => ownApi(client));

  const signedIn = useCallback(
    (session: Session) => {
      client.setCsrf(session.csrf);
      setKnown({ kind: 'signed-in', session });
    },
    [client],
  );
  const ask = useCallback(() => {
    setKnown({ kind: 'asking' });
    own.session().then(signedIn, (error: unknown) => {
      const stranger = error instanceof ApiError && (error.status === 401 || error.status === 403);
      setKnown(stranger ? { kind: 'stranger' } : { kind: 'failed', error });
    });
  }, [own, signedIn]);
  useEffect(ask, [ask]);

  return (
    <I18nProvider locale="en" messages={[messages]}>
      <ErrorBoundary
        onError={({ error }) => console.error(error)}
        suppressNested
        i18nStrings={{
          headerText: 'The console stumbled',
          descriptionText: 'Straykey itself is not affected. Reload the page; if it happens again, open an issue.',
          refreshActionText: 'Reload',
        }}
      >
        {known.kind === 'signed-in' ? (
          <Shell
            key={known.session.user}
            session={known.session}
            client={client}
            own={own}
            connection={connection}
            theme={theme}
            onTheme={setTheme}
            onSignedOut={() => setKnown({ kind: 'stranger' })}
          />
        ) : known.kind === 'stranger' ? (
          <SignIn own={own} onSignedIn={signedIn} />
        ) : (
          <main className="sign-in">
            <h1 className="away">Straykey</h1>
            {known.kind === 'failed' ? (
              <Problem error={known.error} what="The console" retry={ask} />
            ) : (
              <Spinner size="large" />
            )}
          </main>
        )}
      </ErrorBoundary>
    </I18nProvider>
  );
}
